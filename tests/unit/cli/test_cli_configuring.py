"""`config plan`, `config diff`, `config export` and what `config apply` says of single keys."""

import re

from tests.unit.cli.shell import Shell

HR = "documents/hr.yaml"
PROFILES = "documents/profiles.yaml"


def test_a_plan_says_what_apply_then_does(used: Shell) -> None:
    used.edit(HR, "surname: =Trim([Last])", "surname: =UCase([Last])")
    used.edit(HR, "  manager: Manager\n", "")
    used.write("documents/more.yaml", "kind: RunProfile\nname: read\nsteps: [import hr]\n")
    used.edit(PROFILES, "name: daily", "name: nightly")
    said = used("config", "plan")
    assert said.code == 5
    line = used.line(HR, "UCase")
    told = said.out.splitlines()
    assert told[0] == "2 added, 1 changed, 1 removed; 4 documents are the same."
    assert f"    ~ flows.surname: =Trim([Last]) → =UCase([Last])  line {line}" in told
    assert "    - flows.manager: Manager" in told
    assert "+ RunProfile read  documents/more.yaml:2" in told
    assert "- RunProfile daily" in told
    assert "The next sync looks anew at the worker objects of hr." in told
    assert f"mimas plan --config {used.home}" in told[-1]
    assert used("status", "--json").json["drift"], "a plan changes nothing"
    applied = used.done("config", "apply").splitlines()
    assert applied[:-1] == told[:-3]
    assert used("config", "plan").code == 0
    assert "Nothing differs: 7 documents are the same." in used.done("config", "plan")


def test_long_values_stand_below_each_other(used: Shell) -> None:
    used.edit(HR, "surname: =Trim([Last])", 'surname: =Trim([Last]) & "' + "x" * 100 + '"')
    told = used("config", "plan").out.splitlines()
    at = told.index(f"    ~ flows.surname  line {used.line(HR, 'xxx')}")
    assert told[at + 1] == "        - =Trim([Last])"
    assert told[at + 2].startswith("        + =Trim([Last]) & ")


def test_a_plan_as_json(used: Shell) -> None:
    used.edit(HR, "precedence: 100", "precedence: 90")
    told = used("config", "plan", "--json")
    assert told.code == 5
    assert told.json["summary"] == {"added": 0, "changed": 1, "removed": 0, "unchanged": 5}
    (document,) = told.json["documents"]
    assert document["differences"] == [
        {"path": ["precedence"], "old": 100, "new": 90, "line": used.line(HR, "precedence")}
    ]
    assert told.json["reach"] == {"everything": False, "objects": [["hr", "worker"]], "resources": []}
    assert used("config", "plan", "--json").json["problems"] == []


def test_a_plan_of_documents_with_a_mistake_is_none(used: Shell) -> None:
    used.edit(HR, "=Trim([Last])", "=Trm([Last])")
    said = used("config", "plan")
    assert said.code == 1
    assert f"{HR}:{used.line(HR, 'Trm')}" in said.err
    assert "Nothing was compared" in said.err
    assert used("config", "plan", "--json").json["problems"]


def test_a_plan_before_anything_is_in_force(new: Shell) -> None:
    said = new("config", "plan")
    assert said.code == 5
    assert "6 added; 0 documents are the same." in said.out
    assert not (new.home / "mimas.db").exists()


def test_an_export_is_what_is_in_force_and_not_the_folder(used: Shell) -> None:
    used.edit(HR, "precedence: 100", "precedence: 90")
    out = used.home.parent / "out"
    said = used.done("config", "export", str(out))
    assert f"6 documents are in {out}/documents, in 4 files." in said
    assert "Not written, since not part of what is in force: mimas.toml." in said
    assert used("config", "plan", str(out)).code == 0
    assert "precedence: 100" in (out / HR).read_text()
    told = used("config", "diff", str(out), str(used.home))
    assert told.code == 5
    assert f"~ precedence: 100 → 90  line {used.line(HR, 'precedence')}" in told.out
    assert used("config", "diff", str(out), str(out)).code == 0
    assert used("config", "diff", str(out), str(used.home), "--json").json["summary"]["changed"] == 1
    assert "nothing was written" in used.done("config", "export", str(out))


def test_an_export_into_a_folder_with_other_documents_is_refused(used: Shell) -> None:
    used.edit(HR, "precedence: 100", "precedence: 90")
    before = (used.home / HR).read_text()
    said = used("config", "export", str(used.home))
    assert said.code == 2
    assert "holds other documents" in said.err
    assert "  ~ SyncRule In from HR" in said.err
    assert (used.home / HR).read_text() == before


def test_functions_of_a_folder_are_looked_for_there_or_in_the_home(used: Shell) -> None:
    used.edit(HR, "surname: =Trim([Last])", 'surname: {extension: "names:family"}')
    used.write("extensions/names.py", "def family(values):\n    return values['Last']\n")
    used.done("config", "apply")
    out = used.home.parent / "out"
    assert "extensions/names.py" in used.done("config", "export", str(out))
    assert used("config", "plan", str(out)).code == 0, "an export has no functions of its own"
    (out / "extensions").mkdir()
    said = used("config", "plan", str(out))
    assert said.code == 1
    assert "there is no file extensions/names.py" in said.err


def test_a_folder_without_documents_is_told(used: Shell) -> None:
    empty = used.home.parent / "empty"
    empty.mkdir()
    for command in (("plan", str(empty)), ("diff", str(empty), str(used.home))):
        said = used("config", *command)
        assert said.code == 1
        assert f"{empty} has no such folder" in said.err


def test_nothing_in_force_cannot_be_exported(new: Shell) -> None:
    said = new("config", "export", str(new.home.parent / "out"))
    assert said.code == 2
    assert "nothing is in force" in said.err


def test_pages_say_since_when_what_they_describe_is_in_force(used: Shell) -> None:
    used.edit(HR, "precedence: 100", "precedence: 90")
    out = used.home.parent / "site"
    assert f"8 pages are in {out}. The first is {out}/index.html." in used.done("config", "describe", str(out))
    page = (out / "rule-in-from-hr.html").read_text()
    assert "<dd>100</dd>" in page
    assert re.search(r"In force since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", page)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    used.done("config", "describe", str(out))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    used.done("config", "describe", str(out), "--from", str(used.home))
    page = (out / "rule-in-from-hr.html").read_text()
    assert "<dd>90</dd>" in page
    assert "Not in force." in page


def test_pages_are_not_written_among_other_files(used: Shell) -> None:
    said = used("config", "describe", str(used.home))
    assert said.code == 2
    assert "no page of a description" in said.err
    assert not (used.home / "index.html").exists()


def test_nothing_in_force_cannot_be_described_but_a_folder_can(new: Shell) -> None:
    out = new.home.parent / "site"
    assert new("config", "describe", str(out)).code == 2
    assert new("config", "describe", str(out), "--from", str(new.home)).code == 0
    new.edit(HR, "link: provision", "link: provison")
    said = new("config", "describe", str(out), "--from", str(new.home))
    assert said.code == 1
    assert f"{HR}:{new.line(HR, 'provison')}" in said.err
