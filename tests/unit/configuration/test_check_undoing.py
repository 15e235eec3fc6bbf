"""Inbound rules that end as soon as what they gave has arrived; and what comes near it."""

from pathlib import Path

from sketch import PEOPLE, USERS, rule, said


def marking(scope: str, flows: str = "{text: id}") -> str:
    return rule("Marking", flows, "app user", 100, direction="inbound", join="[id = id]", scope=scope)


BACK = rule("Back", "{more: text}", "app user")


def test_a_rule_for_objects_without_what_it_fills(tmp_path: Path) -> None:
    (found,) = said(tmp_path, PEOPLE, USERS, marking("[more ISNULL]"), BACK)
    assert (found.severity, found.about) == ("warning", "Marking")
    assert found.message.startswith("is for objects without 'more', which 'Back' (documents/all.yaml:")
    assert found.message.endswith(") fills from 'text', which only this gives: it would come and go")


def test_what_comes_near_it(tmp_path: Path) -> None:
    assert said(tmp_path, PEOPLE, USERS, marking("[more ISNOTNULL]"), BACK) == []
    assert said(tmp_path, PEOPLE, USERS, marking("[[more ISNULL], [id EQUAL 1]]"), BACK) == []
    assert said(tmp_path, PEOPLE, USERS, marking("[text ISNULL]"), BACK) == []
    other = rule("HR", "{text: text}", precedence=200)
    assert said(tmp_path, PEOPLE, USERS, marking("[more ISNULL]"), BACK, other) == []
    once = rule("Back", "{more: {attribute: text, once: true}}", "app user")
    assert said(tmp_path, PEOPLE, USERS, marking("[more ISNULL]"), once) == []
