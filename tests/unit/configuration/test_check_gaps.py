"""Names, anchors, joins and unique values that are made of what may be absent; and what comes near them."""

from pathlib import Path

import pytest
from sketch import PEOPLE, rule, said

UNITS = rule("Unit people", "{id: id}", "hr unit", 20, link="provision", join="[id = id]")
TEXTS = rule("Texts", "{text: text}")


def users(flows: str, **more: str) -> str:
    return rule("Users", flows, "app user", 100, link="provision", **more)


NAMED = '{id: id, dn: \'="uid=" & %s & ",ou=x"\'}'


@pytest.mark.parametrize(
    ("part", "scope", "gap"),
    [
        ("[text]", "[]", True),
        ("EscapeDNComponent(LCase([text]))", "[]", True),
        ("[text]", "[id ISNOTNULL]", True),
        ("[text]", "[text NOTEQUAL a]", True),
        ("[text]", "[text ISNOTNULL]", False),
        ("[text]", "[text STARTSWITH a]", False),
        ("[text]", "[[text EQUAL a], [text EQUAL b]]", False),
        ('Coalesce([text], "none")', "[]", False),
        ('IIF(IsPresent([text]), [text], "none")', "[]", False),
        ("[id]", "[]", False),
        ('[id] & "a" & [text]', "[]", True),
        ("[id] & [text] & [id]", "[]", False),
    ],
)
def test_a_name_with_a_gap(tmp_path: Path, part: str, scope: str, gap: bool) -> None:
    found = said(tmp_path, PEOPLE, UNITS, TEXTS, users(NAMED % part, scope=scope))
    assert len(found) == gap
    for problem in found:
        assert problem.severity == "warning"
        assert problem.message.startswith("the name needs 'text', which may be absent: 'Unit people' (documents/all")
        assert "`text ISNOTNULL`" in problem.hint


def test_what_every_rule_that_makes_people_writes_is_not_doubted(tmp_path: Path) -> None:
    assert said(tmp_path, PEOPLE, TEXTS, users(NAMED % "[text]")) == []
    both = UNITS.replace("{id: id}", "{id: id, text: id}")
    assert said(tmp_path, PEOPLE, both, TEXTS, users(NAMED % "[text]")) == []


def test_a_flow_that_gives_nothing_in_some_cases_says_so(tmp_path: Path) -> None:
    null = rule("Texts", "{text: '=IIF([flag], [text], NULL)'}")
    assert len(said(tmp_path, PEOPLE, null, users(NAMED % "[text]"))) == 1


def test_an_anchor_that_may_be_absent(tmp_path: Path) -> None:
    flows = "{id: text, dn: '=\"uid=\" & [id]'}"
    (found,) = said(tmp_path, PEOPLE, UNITS, TEXTS, users(flows))
    assert found.message.startswith("'id', which is in the anchor, needs 'text', which may be absent")
    assert said(tmp_path, PEOPLE, UNITS, TEXTS, users(flows, scope="[text ISNOTNULL]")) == []


def test_what_another_rule_reckons_with_may_be_absent(tmp_path: Path) -> None:
    careful = users("{id: id, dn: '=\"uid=\" & [text]', more: '=Coalesce([text], [id])'}")
    (found,) = said(tmp_path, PEOPLE, TEXTS, careful)
    assert "'Users' reckons with it at documents/all.yaml" in found.message


@pytest.mark.parametrize(
    ("candidate", "doubt", "gap"),
    [
        ('[text] & "." & [more]', "{text: '=Coalesce([more], [text])'}", True),
        ('[text] & "." & [more]', "{text: '=IIF(IsPresent([more]), [more], [text])'}", True),
        ('[text] & "." & [more]', "{text: text}", False),
        ("[text] & [more]", "{text: '=Coalesce([more], [text])'}", False),
        ('[text] & IIF(IsPresent([more]), "." & [more], "")', "{text: '=Coalesce([more], [text])'}", False),
        ('[text] & "." & [id]', "{text: '=Coalesce([id], [text])'}", False),
    ],
)
def test_unique_values_and_joins_with_a_gap(tmp_path: Path, candidate: str, doubt: str, gap: bool) -> None:
    unique = rule("Names", f"{{more: {{unique: ['={candidate}']}}}}")
    found = said(tmp_path, PEOPLE, unique, rule("Doubt", doubt))
    assert [problem.message.startswith("the unique value of 'more' has a gap") for problem in found] == [True] * gap
    joined = rule("Joined", "{more: more}", join=f"[['={candidate} = id']]")
    found = said(tmp_path, PEOPLE, joined, rule("Doubt", doubt))
    assert [problem.message.startswith("the join has a gap where 'more' is absent") for problem in found] == [
        True
    ] * gap
