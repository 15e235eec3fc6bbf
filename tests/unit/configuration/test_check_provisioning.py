"""What is made in which order, and what becomes of it: what can mean nothing."""

from pathlib import Path

import pytest
from sketch import PEOPLE, USERS, rule, said

FLOWS = "{id: id, dn: '=\"cn=\" & [id]'}"


def out(name: str, flows: str, **more: str) -> str:
    return rule(name, flows, "app user", 100, link="provision", **more)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (rule("In", "{text: text}", after="Users"), "only a rule that makes objects can wait"),
        (out("Two", FLOWS, intent="admin", after="Usres"), "no rule 'Usres' makes objects for a person"),
        (
            out("Two", FLOWS, intent="a", after="Three") + out("Three", FLOWS, intent="b", after="Two"),
            "waits for itself: Two → Three → Two",
        ),
        (rule("Two", "{text: {attribute: id, intent: admin}}", "app user"), "only a reference has an intent"),
        (
            rule("Boss", "{boss: boss}", precedence=20)
            + rule("Two", "{boss: {attribute: boss, intent: admin}}", "app user"),
            "no rule of app has the intent 'admin'",
        ),
        (
            out("Two", FLOWS, intent="a", deprovision="{what: keep, flows: {text: {attribute: id, once: true}}}"),
            "an object that is kept gets values only",
        ),
        (
            out("Two", FLOWS, intent="a", deprovision="{what: keep, flows: {txt: id}}"),
            "unknown attribute 'txt'",
        ),
    ],
)
def test_what_means_nothing(tmp_path: Path, written: str, message: str) -> None:
    assert message in [problem.message for problem in said(tmp_path, PEOPLE, USERS, written)]


def test_a_second_account_made_after_the_first_and_kept(tmp_path: Path) -> None:
    kept = "{what: keep, flows: {text: '=\"gone\"'}}"
    flows = "{id: '=\"adm-\" & [id]', dn: '=\"cn=adm-\" & [id]'}"
    second = out("Admins", flows, intent="admin", after="Users", deprovision=kept)
    assert said(tmp_path, PEOPLE, USERS, second) == []


def test_flows_without_keeping(tmp_path: Path) -> None:
    written = out("Two", FLOWS, deprovision="{what: delete, flows: {text: id}}")
    (found,) = said(tmp_path, PEOPLE, written)
    assert (found.message, found.hint) == (
        "only an object that is kept gets values",
        "write `what: keep` beside `flows`",
    )
