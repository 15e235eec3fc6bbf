"""`approvals …` and deputies, in a home with the bundles that ship."""

import pytest

from tests.unit.cli.shell import Shell

_GROUP = """kind: ObjectType
name: group
attributes:
  displayName: string, indexed, required
  MembershipAddWorkflow: string, indexed
  Owner: reference, multivalued
  ExplicitMember: reference, multivalued
  ComputedMember: reference, multivalued
  Filter: string
  ExpirationTime: datetime
"""
_JOIN = ("request", "modify", "group", "Chess", "ExplicitMember+=person/kpaulus", "--as", "person/kpaulus")
_OWNER = ("--as", "person/ghopper")


@pytest.fixture
def shell(used: Shell) -> Shell:
    """The example, with a group that Grace owns and decides over."""
    used.write("documents/groups.yaml", _GROUP)
    used.done("config", "apply")
    for bundle in ("directory", "requests", "group-self-service"):
        used.done("policy", "add", bundle)
    used.done("config", "apply")
    used.done(
        "request",
        "create",
        "group",
        "displayName=Chess",
        "Owner=person/ghopper",
        "MembershipAddWorkflow=Owner Approval",
    )
    return used


def _number(shell: Shell) -> str:
    (one,) = shell("approvals", "--json").json
    return str(one["id"])


def test_somebody_joins_with_the_owners_consent(shell: Shell) -> None:
    ended = shell(*_JOIN, "--because", "I play")
    assert ended.code == 4
    assert "Authorizing" in ended.out
    assert shell.done("approvals", "--as", "person/kpaulus") == "Nothing waits for person/kpaulus.\n"
    assert "Käthe Paulus" in shell.done("approvals", *_OWNER)
    number = _number(shell)
    shown = shell.done("approvals", "show", number, *_OWNER)
    assert "why: I play" in shown
    assert "ExplicitMember" in shown
    assert "Käthe Paulus comes into the group Chess" in shown
    said = shell.done("approvals", "approve", number, *_OWNER, "--because", "welcome")
    assert f"approval {number}: approved. Request" in said
    assert "Completed" in said
    shown = shell.done("approvals", "show", number, "--as", "person/kpaulus")
    assert "welcome" in shown
    assert shell.done("approvals") == "Nothing waits.\n"
    assert "Approved" in shell.done("approvals", "--all")
    assert [one["id"] for one in shell("approvals", "--all", *_OWNER, "--json").json] == [int(number)]


def test_whoever_owns_it_needs_to_ask_nobody(shell: Shell) -> None:
    said = shell.done("request", "modify", "group", "Chess", "ExplicitMember+=person/ghopper", *_OWNER)
    assert "Completed" in said


def test_it_is_rejected_and_told(shell: Shell) -> None:
    shell(*_JOIN)
    number = _number(shell)
    said = shell.done("approvals", "reject", number, *_OWNER, "--because", "full")
    assert "Denied. Rejected by Grace Hopper: full" in said
    again = shell("approvals", "approve", number, "999999", *_OWNER)
    assert again.code == 1
    assert "You have decided over it already" in again.out
    assert "No approval 999999 waits for you." in again.out


def test_a_deputy_decides(shell: Shell) -> None:
    shell(*_JOIN)
    number = _number(shell)
    deputy = "person/alovelace"
    mine = ("Delegator=person/ghopper", f"Delegate={deputy}", "Until=2099-12-24")
    assert shell("request", "create", "Delegation", *mine, "--as", deputy).code == 1
    shell.done("request", "create", "Delegation", *mine, *_OWNER)
    assert number in shell.done("approvals", "--as", deputy)
    assert "approved" in shell.done("approvals", "approve", number, "--as", deputy)
    assert "for Grace Hopper" in shell.done("approvals", "show", number)


def test_nobody_sees_what_others_are_asked(shell: Shell) -> None:
    shell(*_JOIN)
    number = _number(shell)
    ended = shell("approvals", "show", number, "--as", "person/alovelace")
    assert ended.code == 1
    assert f"There is no approval {number} that person/alovelace sees" in ended.err
