"""Attributes that are read and never written, and the other way round; and what comes near it."""

from pathlib import Path

import pytest
from sketch import PEOPLE, USERS, rule, said

from mimas.configuration.problem import Problem, Severity


def warned(home: Path, *rules: str) -> list[Problem]:
    found = said(home, *rules)
    assert all(problem.severity is Severity.WARNING and problem.place.line for problem in found)
    return found


@pytest.mark.parametrize(
    "reader",
    [
        rule("Reader", "{text: more}", "app user"),
        rule("Reader", "{text: '=LCase([more])'}", "app user"),
        rule("Reader", "{text: id}", "app user", scope="[more EQUAL a]"),
        rule("Reader", "{text: id}", "app user", scope="['id EQUAL =[more]']"),
    ],
)
def test_what_is_read_and_not_written(tmp_path: Path, reader: str) -> None:
    (found,) = warned(tmp_path, PEOPLE, USERS, reader)
    assert (found.about, found.message) == ("Reader", "reads 'more', which no rule writes")
    assert found.hint == "let an inbound rule, a policy rule or a workflow write 'more' of person, or take this out"
    assert warned(tmp_path, PEOPLE, USERS, reader, rule("More", "{more: text}")) == []


def test_joins_compare_with_what_is_written(tmp_path: Path) -> None:
    (found,) = warned(tmp_path, PEOPLE.replace("{id: id}", "{text: id}"))
    assert found.message == "reads 'id', which no rule writes"


def test_of_a_type_without_rules_nothing_is_known(tmp_path: Path) -> None:
    assert warned(tmp_path, rule("Units", "{id: id}", "app role", resource="unit")) == []


def test_what_is_written_and_not_read_is_a_hint(tmp_path: Path) -> None:
    more = rule("More", "{more: text}")
    (found,) = said(tmp_path, PEOPLE, USERS, more, hints=True)
    assert (found.severity, found.about) == (Severity.HINT, "person")
    assert str(found).startswith("documents/all.yaml:6: hint: person: 'more' is written by rules and read by none")
    reads = rule("Out", "{text: more}", "app user")
    assert said(tmp_path, PEOPLE, USERS, more, reads, hints=True) == []
    assert said(tmp_path, PEOPLE, more, hints=True) == [], "nothing of the type goes out at all"
    (tmp_path / "extensions").mkdir()
    (tmp_path / "extensions" / "all.py").write_text("def ask(values): ...\n")
    asks = rule("Out", "{text: {extension: 'all:ask'}}", "app user")
    assert said(tmp_path, PEOPLE, USERS, more, asks, hints=True) == [], "a function may read everything"
