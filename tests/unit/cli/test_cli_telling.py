"""`history`: what people read."""

from tests.unit.cli.shell import HEADER, Shell


def test_of_a_person(used: Shell) -> None:
    used.write("data/hr.csv", HEADER + "1001,Ada,King,Engineering,active,\n1002,Grace,Hopper,Navy,active,1001\n")
    used.done("run", "daily")
    said = used.done("history", "person", "1001", "--limit", "4")
    assert "\n  surname: Lovelace → King  (hr: In from HR)\n" in said
    assert "\n    shows sn: Lovelace → King, as it should\n    update confirmed\n" in said
    assert "\n    update sent\n" in said
    assert "\n  hr 1001\n    shows Last: Lovelace → King\n" in said
    assert said.endswith("The last 4; --limit N shows more.\n")
    assert "The history reaches back to" in used.done("history", "person", "1001")
    (told,) = used("history", "person", "1001", "--json", "--limit", "2").json
    assert len(told["entries"]) == 2
    assert {"at", "person", "why", "run", "step", "changes"} == set(told["entries"][0])


def test_of_somebody_who_is_gone(used: Shell) -> None:
    used.write("data/hr.csv", HEADER + "1001,Ada,Lovelace,Engineering,active,\n")
    used.done("run", "daily")
    said = used.done("history", "person", "1002")
    assert "\n  deleted\n" in said
    assert "    is to be deleted\n" in said
    assert "    delete confirmed\n" in said


def test_of_an_object(used: Shell) -> None:
    used.done("disconnect", "hr", "1003")
    said = used.done("history", "hr", "1003", "--object")
    assert "\n    belongs to nobody, by hand\n" in said
    assert "linked to Käthe Paulus (" in said
    for connector, key, words in (
        ("hr", "4711", "There is no object '4711' in hr"),
        ("sap", "1", "There is no connector 'sap'"),
    ):
        wrong = used("history", connector, key, "--object")
        assert (wrong.code, words in wrong.err) == (2, True)


def test_a_grant_is_told_with_its_reason(used: Shell) -> None:
    used.done("grant", "person", "1002", "manager", "1003", "--until", "2999-12-31", "--reason", "[b]815[/b]")
    said = used.done("history", "person", "1002", "--limit", "1")
    assert "grant 1, manager Käthe Paulus: granted until 30" in said
    assert "“[b]815[/b]”" in said
    used.done("revoke", "1")
    assert "grant changed until 20" in used.done("history", "person", "1003", "--limit", "1")
