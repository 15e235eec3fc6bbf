"""Templates of letters: each look-up that means nothing is told with the line it stands in."""

from pathlib import Path

from mimas.configuration.check import check
from mimas.configuration.reading import read

FILE = """\
kind: EmailTemplate
name: wanted
EmailTemplateType: Approval
EmailSubject: Please decide over [//Traget/DisplayName]
EmailBody: |
  <p>[//Requestor/DisplayName]</p>
  <p>[//Target/Display Name]</p>
  <p>[//RequestParameter/AllChanges]</p>
LocalizedEmailSubject:
  - "de: Bitte entscheiden"
  - Décidez
LocalizedEmailBody:
  - |
    de:
    <p>[//Target/DisplayName</p>
"""


def said(home: Path, text: str) -> list[str]:
    documents, wrong = read(text, "t.yaml")
    assert wrong == []
    return [str(problem) for problem in check(home, documents)]


def test_each_mistake_is_told_in_its_line(tmp_path: Path) -> None:
    found = said(tmp_path, FILE)
    assert [line.partition(": ")[0] for line in found] == [f"t.yaml:{n}" for n in (4, 7, 8, 11, 15)]
    assert "did you mean 'Target'?" in found[0]
    assert "'Display Name', which is no name of an attribute" in found[1]
    assert "AllChangesActionTable" in found[2]
    assert "does not say its language" in found[3]
    assert "has no end" in found[4]


def test_nothing_is_said_of_a_template_that_is_right(tmp_path: Path) -> None:
    right = FILE.replace("Traget", "target").replace("Display Name", "DisplayName").replace("- Décidez", "")
    right = right.replace("AllChanges]", "AllChangesActionTable]").replace("Name</p>\n", "Name]</p>\n")
    right = right.replace("DisplayName]]", "DisplayName]")
    assert said(tmp_path, right) == []
