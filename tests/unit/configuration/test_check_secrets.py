"""Secret attributes where they mean nothing, or would be told."""

from pathlib import Path

import pytest
from sketch import APP, HR, PEOPLE, PERSON, USERS, rule

from mimas.configuration.check import check
from mimas.configuration.problem import Severity
from mimas.configuration.reading import read

LDIF = APP.replace("export: listing", "export: changes, changes: out.ldif")
SECRET = LDIF.replace("      more: string\n", "      more: string, secret\n", 1)
PASSWORD = rule("Password", "{more: '=RandomString(12)'}", "app user", precedence=20)


def errors(home: Path, text: str) -> list[str]:
    documents, wrong = read(text, "documents/all.yaml")
    assert wrong == []
    return [problem.message for problem in check(home, documents) if problem.severity is Severity.ERROR]


def test_an_initial_password_may_be_another_one_each_time(tmp_path: Path) -> None:
    assert errors(tmp_path, PERSON + HR + SECRET + PEOPLE + USERS + PASSWORD) == []
    assert "gives another value each time" in errors(tmp_path, PERSON + HR + LDIF + PEOPLE + USERS + PASSWORD)[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PERSON.replace("more: string", "more: string, secret") + HR + LDIF + PEOPLE + USERS, "has no secrets"),
        (PERSON + HR + APP.replace("more: string", "more: string, secret") + PEOPLE + USERS, "whole listing"),
        (PERSON + HR + LDIF.replace("boss: reference to user", "boss: reference to user, secret") + PEOPLE, "neither"),
        (
            PERSON + HR.replace("more: string", "more: string, secret") + PEOPLE + rule("In", "{text: more}"),
            "never read",
        ),
        (
            PERSON + HR.replace("more: string", "more: string, secret") + rule("In", "{id: id}", scope="[more ISNULL]"),
            "never read",
        ),
        (
            PERSON + HR + SECRET + PEOPLE + rule("Out", "{more: {attribute: id, enforce: while-empty}}", "app user"),
            "never again",
        ),
    ],
)
def test_what_means_nothing_or_would_be_told(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in found for found in errors(tmp_path, text)), errors(tmp_path, text)
