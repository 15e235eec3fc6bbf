"""`request`, `why-allowed`, `policy`, `break-glass`, and what somebody sees."""

import pytest

from tests.unit.cli.shell import Shell


@pytest.fixture
def shell(used: Shell) -> Shell:
    """The example, with the bundles that fit it, and a phone number that nobody synchronises."""
    used.done("schema", "add", "person", "mobile", "string")
    for bundle in ("directory", "my-profile", "help-desk", "requests"):
        used.done("policy", "add", bundle)
    used.done("config", "apply")
    return used


def test_a_request_is_done_and_told(shell: Shell) -> None:
    said = shell.done("request", "modify", "person", "ghopper", "mobile=1", "--as", "person/ghopper")
    assert "Completed" in said
    assert "mobile" in shell.done("show", "person", "ghopper")
    assert "Grace Hopper (" in shell.done("history", "person", "ghopper", "--limit", "1")
    (one,) = shell("request", "list", "--as", "person/ghopper", "--json").json
    assert one["RequestStatus"] == ["Completed"]
    assert shell("request", "list", "--as", "person/kpaulus", "--json").json == []


def test_a_request_is_refused_without_a_right(shell: Shell) -> None:
    ended = shell("request", "modify", "person", "ghopper", "mobile=1", "--as", "person/kpaulus")
    assert ended.code == 1
    assert "No policy rule lets you change mobile" in ended.out
    assert "mobile" not in shell.done("show", "person", "ghopper")


def test_what_a_sync_rule_writes_belongs_to_it(shell: Shell) -> None:
    ended = shell("request", "modify", "person", "ghopper", "department=Sales")
    assert ended.code == 1
    assert "In from HR" in ended.out


def test_mistakes_are_told(shell: Shell) -> None:
    assert "'mobile' was meant" in shell("request", "modify", "person", "ghopper", "mobille=1").err
    assert "There is no person 'nobody'" in shell("request", "modify", "person", "nobody", "mobile=1").err
    assert "write it as person/ann" in shell("why-allowed", "ghopper", "read", "person/ghopper").err
    assert "There is no action 'rename'" in shell("why-allowed", "person/ghopper", "rename", "person/ghopper").err


def test_why_allowed(shell: Shell) -> None:
    said = shell.done("why-allowed", "person/ghopper", "modify", "person/ghopper", "mobile")
    assert "may modify mobile" in said
    assert "People change their own profile" in said
    said = shell.done("why-allowed", "person/kpaulus", "modify", "person/ghopper", "mobile")
    assert "may not" in said
    assert "✗ the requestor is not in the set 'Administrators'" in said


def test_the_help_desk_changes_no_administrators(shell: Shell) -> None:
    shell.done("request", "modify", "Set", "help-desk", "ExplicitMember+=person/kpaulus")
    shell.done("request", "modify", "person", "ghopper", "mobile=1", "--as", "person/kpaulus")
    shell.done("break-glass", "person/ghopper", "--because", "nobody is left")
    assert shell("request", "modify", "person", "ghopper", "mobile=2", "--as", "person/kpaulus").code == 1


def test_break_glass_is_for_when_nobody_is_left(shell: Shell) -> None:
    said = shell.done("break-glass", "person/ghopper", "--because", "nobody is left")
    assert "is an administrator now" in said
    assert "break-glass: nobody is left" in shell.done("request", "list") + shell.done(
        "history", "Set", "Administrators"
    )
    ended = shell("break-glass", "person/kpaulus", "--because", "me too")
    assert ended.code == 1
    assert "is not empty" in ended.err


def test_what_somebody_sees(shell: Shell) -> None:
    shell.done("request", "modify", "person", "ghopper", "mobile=77", "--as", "person/ghopper")
    assert "77" in shell.done("show", "person", "ghopper", "--as", "person/ghopper")
    assert "77" not in shell.done("show", "person", "ghopper", "--as", "person/kpaulus")
    assert "1 found" in shell.done("search", "/person[mobile = '77']", "--as", "person/ghopper")
    assert "1 found" in shell.done("search", "/Request[Creator = '%ObjectID%']", "--as", "person/ghopper")
    assert "%ObjectID%" in shell("search", "/Request[Creator = '%ObjectID%']").err
    assert "0 found" in shell.done("search", "/person[mobile = '77']", "--as", "person/kpaulus")
    assert shell.done("search", "/person[mobile = '77']", "--count", "--as", "person/kpaulus").strip() == "0"


def test_bundles_say_what_they_need(shell: Shell) -> None:
    assert "my-profile" in shell.done("policy", "list")
    assert "There is no bundle 'my-profil'" in shell("policy", "add", "my-profil").err
    assert "is there already" in shell("policy", "add", "directory").err
    assert "Which type is a group?" in shell("policy", "add", "group-self-service").err
    assert "no attribute that my-team would propose" in shell("policy", "add", "my-team").err
