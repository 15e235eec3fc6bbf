"""Scopes that cannot be read, clauses that never hold, and those in which nobody can be; and what comes near them."""

from pathlib import Path

import pytest
from sketch import PEOPLE, rule, said

from mimas.configuration.checks.scopes import exclusive
from mimas.language.scope import Clause, Operator
from mimas.schema.attributes import Attribute

WRONG = [
    ("['day GREATERTHAN =DateAdd(\"d\", 7, Nwo())']", "error", "There is no function Nwo"),
    ("['day GREATERTHAN =[dya]']", "error", "unknown attribute 'dya'; did you mean 'day'?"),
    ("['text EQUAL =[boss]']", "error", "'boss' is a reference, which has no value"),
    ("['text EQUAL =Guid()']", "error", "`Guid()` gives another value each time"),
    ("['day LESSTHAN =DateAdd(\"d\", \"x\", Now())']", "error", 'DateAdd takes a whole number as `amount`, not "x"'),
    ("['text EQUAL =%Domain% & [text]']", "error", "the parameter %Domain% is not set"),
    ('["text EQUAL %Domain%"]', "error", "the parameter %Domain% is not set"),
    ("['boss ISMEMBEROF =[text]']", "error", "ISMEMBEROF needs the name of a group; `=[text]` is computed"),
    ("[members ISNOTMEMBEROF x]", "error", "no object type has a reference attribute 'members'"),
    ("[number ISBITSET two]", "error", "ISBITSET needs a whole number; 'two' is none"),
    ("[flag EQUAL yes]", "warning", "'flag' is boolean: EQUAL yes never holds"),
    ("[flag NOTEQUAL yes]", "warning", "'flag' is boolean: NOTEQUAL yes always holds"),
    ("[number ISIN a;b]", "warning", "'number' is integer: ISIN a;b never holds"),
    ("[text EQUAL a, text EQUAL b]", "error", "'text' cannot be both EQUAL a and EQUAL b, so nobody is in scope"),
    ("[text EQUAL a, text NOTEQUAL A]", "error", "'text' cannot be both EQUAL a and NOTEQUAL A"),
    ("[text ISNULL, text STARTSWITH a]", "error", "'text' cannot be both ISNULL and STARTSWITH a"),
    ("['text ISNULL', 'text EQUAL =[more]']", "error", "'text' cannot be both ISNULL and EQUAL =[more]"),
    ("[text EQUAL abc, text CONTAINS x]", "error", "'text' cannot be both EQUAL abc and CONTAINS x"),
    ("[text ISIN a;b, text ISIN c;d]", "error", "'text' cannot be both ISIN a;b and ISIN c;d"),
    ("[number GREATERTHAN 5, number LESSTHAN 6]", "error", "'number' cannot be both GREATERTHAN 5 and LESSTHAN 6"),
    ("[[text EQUAL a, text EQUAL b], [more ISNOTNULL]]", "warning", "'text' cannot be both EQUAL a and EQUAL b"),
]  # fmt: skip


@pytest.mark.parametrize(("scope", "severity", "expected"), WRONG)
def test_scopes_that_are_wrong(tmp_path: Path, scope: str, severity: str, expected: str) -> None:
    (found,) = said(tmp_path, PEOPLE, rule("More", "{text: text}", scope=scope))
    assert f"{found.message}; {found.hint}".startswith(expected)
    assert (found.severity, found.about) == (severity, "More")
    assert found.place.line


@pytest.mark.parametrize(
    "scope",
    [
        "['day GREATERTHAN =DateAdd(\"d\", 7, Now())', day LESSTHAN 2030-01-01]",
        "[number ISBITSET 0x10, number ISBITNOTSET 2]",
        "[flag EQUAL TRUE, number NOTEQUAL 5, number ISIN 1;x]",
        "[text EQUAL a, text EQUAL A, text NOTEQUAL b, text ISNOTNULL]",
        "[text ISNULL, text NOTEQUAL a]",
        "[texts EQUAL a, texts EQUAL b]",
        "[[text EQUAL a], [text EQUAL b]]",
        "['text EQUAL =[more]', text EQUAL a]",
        "[text ISIN a;b, text ISIN b;c]",
        "[number GREATERTHAN_OR_EQUAL 5, number LESSTHAN 6]",
        "[text GREATERTHAN 9, text LESSTHAN 10]",
    ],
)
def test_scopes_that_are_right(tmp_path: Path, scope: str) -> None:
    assert said(tmp_path, PEOPLE, rule("More", "{text: text}", scope=scope)) == []


def test_only_the_objects_of_a_system_are_in_its_groups(tmp_path: Path) -> None:
    assert said(tmp_path, PEOPLE, rule("More", "{text: text}", scope="[head ISMEMBEROF x, boss ISNOTMEMBEROF y]")) == []
    (found,) = said(tmp_path, PEOPLE, rule("Out", "{text: text}", "app user", scope="[boss ISMEMBEROF x]"))
    assert found.message == "ISMEMBEROF is for inbound rules only"


def test_scopes_exclude_one_another_when_every_pair_does() -> None:
    known = {"a": Attribute("a")}
    one, two, three = ((Clause("a", Operator.EQUAL, value),) for value in "123")
    assert exclusive((one,), (two, three), known)
    assert not exclusive((one, two), (two, three), known)
    assert not exclusive((one,), (), known)
