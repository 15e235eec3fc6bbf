"""`cancel` and `staging`."""

from tests.unit.cli.shell import Shell


def test_without_a_run_there_is_nothing_to_stop(used: Shell) -> None:
    refused = used("cancel")
    assert (refused.code, "No run is under way" in refused.err) == (2, True)


def test_staging_mode_is_switched_and_told(used: Shell) -> None:
    assert "is the active one" in used.done("staging")
    assert "nothing is sent" in used.done("staging", "on")
    assert used("staging", "--json").json["staging"] is True
    assert "Staging mode" in used("status").out
    assert "nothing is sent" in used.done("run", "daily")
    assert "is the active one" in used.done("staging", "off")
    used.done("run", "daily")
