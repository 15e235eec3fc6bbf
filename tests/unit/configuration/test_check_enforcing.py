"""`enforce` and guards over changes that can mean nothing."""

from pathlib import Path

import pytest
from sketch import APP, HR, PEOPLE, PERSON, USERS, rule, said

from mimas.configuration.check import check
from mimas.configuration.reading import read


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (rule("Text", "{text: {attribute: text, enforce: on-change}}"), "only what flows out is enforced"),
        (
            rule("Text", "{text: {attribute: id, once: true, enforce: on-change}}", "app user"),
            "what flows once is not enforced",
        ),
        (
            PEOPLE.replace("{id: id}", "{id: id, boss: boss}")
            + rule("Boss", "{boss: {attribute: boss, enforce: while-empty}}", "app user"),
            "references are always put right",
        ),
        (
            rule("One", "{text: {attribute: id, enforce: while-empty}}", "app user", precedence=20)
            + rule("Two", "{text: {attribute: id, enforce: on-change}}", "app user", precedence=30),
            "enforces 'text' on-change, and rule 'One' enforces it while-empty",
        ),
        (
            rule("One", "{text: id}", "app user", precedence=20)
            + rule("Two", "{text: {attribute: id, enforce: on-change}}", "app user", precedence=30),
            "enforces 'text' on-change, and rule 'One' enforces it always",
        ),
    ],
)
def test_what_means_nothing(tmp_path: Path, written: str, message: str) -> None:
    people = "" if "name: People" in written else PEOPLE
    assert message in [problem.message for problem in said(tmp_path, people, USERS, written)]


def test_what_means_something(tmp_path: Path) -> None:
    written = rule("Text", "{text: {attribute: id, enforce: on-change}}", "app user")
    assert said(tmp_path, PEOPLE, USERS, written) == []


def test_a_guard_over_an_unknown_attribute(tmp_path: Path) -> None:
    guarded = APP.replace("objects:", "guards: {changes: {txt: {count: 5, share: 1%}}}\nobjects:", 1)
    documents, _ = read(PERSON + HR + guarded + PEOPLE + USERS, "documents/all.yaml")
    (found,) = [problem for problem in check(tmp_path, documents) if problem.severity == "error"]
    assert (found.message, found.hint) == ("unknown attribute 'txt'", "did you mean 'text'?")
