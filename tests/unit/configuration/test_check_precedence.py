"""Flows that meet at one attribute: ties, mixed merges, flows that never win; and what comes near them."""

from pathlib import Path

import pytest
from sketch import PEOPLE, USERS, rule, said

ACTIVE, LEFT = "[text EQUAL active]", "[text EQUAL left]"


def messages(home: Path, *rules: str) -> list[str]:
    found = said(home, PEOPLE, *rules)
    assert all(problem.severity == "warning" and problem.hint and problem.place.line for problem in found)
    return [f"{problem.about} {problem.message}" for problem in found]


def test_ties(tmp_path: Path) -> None:
    one, two = rule("One", "{more: text}"), rule("Two", "{more: more}")
    assert messages(tmp_path, one, two) == ["Two writes 'more' with precedence 100, as 'One' does"]
    unit = PEOPLE.replace("People", "Heads").replace("object: worker", "object: unit")
    other = rule("Two", "{more: id}", "hr unit")
    found = said(tmp_path, PEOPLE, one, unit, other, hints=True)
    assert [f"{problem.severity} {problem.about} {problem.message}" for problem in found] == [
        "hint People writes 'id' with precedence 10, as 'Heads' does: the later change wins",
        "hint Two writes 'more' with precedence 100, as 'One' does: the later change wins",
    ]
    scoped = [rule("One", "{more: text}", scope=ACTIVE), rule("Two", "{more: more}", scope=LEFT)]
    assert messages(tmp_path, *scoped) == [], "nobody is in both scopes"
    both = [rule("One", "{more: text}", scope=ACTIVE), rule("Two", "{more: more}", scope="[id EQUAL 1]")]
    assert messages(tmp_path, *both) == ["Two writes 'more' with precedence 100, as 'One' does"]
    same = [rule(name, "{more: {constant: a}}", scope=f"[text CONTAINS {name}]") for name in ("One", "Two")]
    assert messages(tmp_path, *same) == [], "who wins is the same"
    assert messages(tmp_path, one, rule("Two", "{more: more}", precedence=101)) == []


def test_ties_of_outbound_rules_are_within_one_target(tmp_path: Path) -> None:
    one, two = rule("One", "{text: id}", "app user"), rule("Two", "{text: '=LCase([id])'}", "app user")
    assert messages(tmp_path, USERS, one, two) == ["Two writes 'text' with precedence 100, as 'One' does"]
    elsewhere = rule("Two", "{id: '=LCase([id])'}", "app role")
    assert messages(tmp_path, USERS, one, elsewhere) == []


def test_merges_are_not_mixed(tmp_path: Path) -> None:
    merged = "{texts: {attribute: %s, merge: %s}}"
    one, two = rule("One", merged % ("texts", "merge")), rule("Two", merged % ("text", "merge"), precedence=101)
    assert messages(tmp_path, one, two) == []
    plain = rule("Two", "{texts: text}", precedence=101)
    assert messages(tmp_path, one, plain) == ["Two writes 'texts' with `merge: update`, and 'One' with `merge: merge`"]
    caseless = rule("Two", merged % ("text", "merge-caseless"), precedence=101)
    assert len(messages(tmp_path, one, caseless)) == 1


BETTER = [
    ("{constant: a}", "the constant of 'Better'"),
    ('=\\"a\\" & [text]', "the value of 'Better'"),
    ("=[number] > 3", "the value of 'Better'"),
    ('=Coalesce([text], \\"a\\")', "the value of 'Better'"),
    ('=IIF([flag], \\"a\\", \\"b\\")', "the value of 'Better'"),
    ("=[text] & [id]", ""),
    ('=IIF([flag], \\"a\\", NULL)', ""),
    ("=IgnoreThisFlow", ""),
    ("=Trim([text])", ""),
    ('{constant: ""}', ""),
]


@pytest.mark.parametrize(("origin", "expected"), BETTER)
def test_a_flow_behind_one_that_always_gives_something(tmp_path: Path, origin: str, expected: str) -> None:
    written = origin if origin.startswith("{") else f'"{origin}"'
    found = messages(tmp_path, rule("Better", f"{{more: {written}}}", precedence=50), rule("Worse", "{more: more}"))
    assert len(found) == bool(expected)
    assert all(line.startswith(f"Worse never writes 'more': {expected}") for line in found)


def test_a_scope_leaves_room_unless_the_other_has_it_too(tmp_path: Path) -> None:
    better = rule("Better", "{more: {constant: a}}", precedence=50, scope=ACTIVE)
    assert messages(tmp_path, better, rule("Worse", "{more: more}")) == []
    narrow = rule("Worse", "{more: more}", scope="[text EQUAL Active, flag EQUAL true]")
    assert len(messages(tmp_path, better, narrow)) == 1
    assert messages(tmp_path, better, rule("Worse", "{more: more}", scope="[[text EQUAL active], [id EQUAL 1]]")) == []


def test_only_the_same_objects_are_behind_a_constant(tmp_path: Path) -> None:
    better = rule("Better", "{more: {constant: a}}", precedence=50)
    unit = rule("Units", "{more: id}", "hr unit", link="provision", join="[id = id]")
    assert messages(tmp_path, better, unit) == []


def test_a_constant_for_new_objects_only_leaves_room(tmp_path: Path) -> None:
    worse = rule("Worse", "{text: id}", "app user")
    for once, count in (("true", 0), ("false", 1)):
        better = rule("Better", f"{{text: {{constant: a, once: {once}}}}}", "app user", 50)
        assert len(messages(tmp_path, USERS, better, worse)) == count
