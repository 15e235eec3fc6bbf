"""`diff`: two moments, as people read it."""

from tests.unit.cli.shell import Shell, people
from tests.unit.cli.test_cli_recalling import moment


def test_a_summary_then_what_is_alike(used: Shell) -> None:
    used.write("data/hr.csv", people(12))
    used.done("run", "daily")
    since = moment()
    used.write("data/hr.csv", people(12).replace("Sales", "Support"))
    used.done("run", "daily")
    until = moment()
    said = used.done("diff", "--from", since)
    assert "\n  person     12 changed\n" in said
    assert "\n  ~ department: 12, each Sales → Support  (In from HR)\n" in said
    assert "      … and 9 more\n" in said
    assert said.count("Given0 Family0") == 1
    everything = used.done("diff", "--from", since, "--all")
    assert "… and" not in everything
    assert "Given11 Family11" in everything
    found = used("diff", "person", "2003", "--from", since, "--to", until, "--json").json
    assert found["summary"] == {"person": {"changed": 1}, "directory": {"changed": 1}, "hr": {"changed": 1}}
    assert [(c["attribute"], c["examples"][0]["after"]) for c in found["changes"] if c["of"] == "person"] == [
        ("department", "Support")
    ]
    assert used.done("diff", "person", "--from", until).endswith("Nothing differs.\n")


def test_wrong_use_is_told(used: Shell) -> None:
    now = moment()
    for arguments, words in (
        (("--from", "2999-01-01"), "still to come"),
        (("--from", "2001-01-01"), "the history reaches back to"),
        (("--from", moment(), "--to", now), "exchange them"),
        (("persn", "--from", now), "There is no object type 'persn'"),
        (("person", "nobody", "--from", now), "There is no person 'nobody'"),
    ):
        said = used("diff", *arguments)
        assert (said.code, words in said.err) == (2, True), (arguments, said)
