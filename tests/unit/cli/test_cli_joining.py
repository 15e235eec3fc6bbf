"""`join`, `project`, `disconnect`, `disconnectors`: what a person decides over links."""

from tests.unit.cli.shell import Shell


def test_a_link_is_cut_and_left_to_the_rules_again(used: Shell) -> None:
    assert "belongs to nobody" in used.done("disconnect", "hr", "1003")
    assert "1 disconnected by hand" in used.done("sync")
    said = used.done("disconnectors", "hr")
    assert "1003" in said
    assert "disconnected by hand" in said
    assert used("disconnectors", "hr", "--json").json[0]["why"] == "disconnected by hand"
    assert "is decided by the rules again" in used.done("disconnect", "hr", "1003", "--normal")
    used.done("sync")
    assert "0 without a link" in used.done("disconnectors", "hr")


def test_an_object_is_given_to_another_person(used: Shell) -> None:
    refused = used("join", "hr", "1003", "person", "1001")
    assert refused.code == 2
    assert "mimas disconnect hr 1001" in refused.err
    used.done("disconnect", "hr", "1001")
    used.done("sync")
    number = used("show", "person", "1003", "--json").json[0]["id"]
    assert "belongs to person" in used.done("join", "hr", "1003", "person", str(number))


def test_who_is_not_there_is_told(used: Shell) -> None:
    assert "There is: directory, hr" in used("disconnect", "nobody", "1").err
    assert "shows no object" in used("disconnect", "hr", "nobody").err
    assert "There is no person" in used("join", "hr", "1003", "person", "nobody").err


def test_the_unique_values_of_who_has_left_are_freed(used: Shell) -> None:
    refused = used("release", "person", "1003")
    assert (refused.code, "is not deleted" in refused.err) == (2, True)
    name = used("show", "person", "1003", "--json").json[0]["values"]["accountName"]
    rows = (used.home / "data" / "hr.csv").read_text().splitlines(keepends=True)
    (used.home / "data" / "hr.csv").write_text("".join(row for row in rows if not row.startswith("1003")))
    used("run", "daily")
    assert f"accountName {name} is free" in used.done("release", "person", "1003")
    assert "has no unique values" in used.done("release", "person", "1003")


def test_an_object_becomes_a_new_person(used: Shell) -> None:
    used.done("disconnect", "hr", "1003")
    used.done("sync")
    assert "No inbound rule" in used("project", "hr", "1003", "group").err
    assert "a new person" in used.done("project", "hr", "1003", "person")
    used.done("sync")
    used.done("sync", "--full")
    assert "0 without a link" in used.done("disconnectors", "hr")
