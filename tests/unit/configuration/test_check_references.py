"""References between types that no rule brings together; and what comes near it."""

from pathlib import Path

from sketch import PEOPLE, USERS, rule, said


def test_references_to_what_no_rule_brings_together(tmp_path: Path) -> None:
    assert said(tmp_path, PEOPLE, rule("Boss", "{boss: boss}")) == []
    (found,) = said(tmp_path, PEOPLE, rule("Boss", "{boss: unit}"))
    assert found.about == "Boss"
    assert found.message.startswith("'unit' points to unit of hr and 'boss' to person, which no rule brings together")
    heads = rule("Heads", "{id: id, head: head}", "hr unit", resource="unit", link="provision", join="[id = id]")
    assert said(tmp_path, PEOPLE, heads) == []
    (found,) = said(tmp_path, heads)
    assert found.message.startswith("'head' points to worker of hr and 'head' to person")


def test_outbound_too(tmp_path: Path) -> None:
    bosses = rule("Bosses", "{boss: boss}", "app user")
    boss = rule("Boss", "{boss: boss}")
    assert said(tmp_path, PEOPLE, USERS, boss, bosses) == []
    heads = rule("Heads", "{id: id, head: head}", "hr unit", resource="unit", link="provision", join="[id = id]")
    roles = rule("Roles", "{holder: head}", "app role", resource="unit")
    (found,) = said(tmp_path, PEOPLE, heads, roles)
    assert found.message.startswith("'holder' points to role of app and 'head' to person")
