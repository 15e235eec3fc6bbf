"""What holds for the whole suite."""

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """`scripts/test --no-skips`: a test that was skipped was not run, and that counts as a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("MIMAS_NO_SKIPS") or hasattr(session.config, "workerinput") or reporter is None:
        return
    skipped = len(reporter.stats.get("skipped", ()))
    if skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"\n--no-skips: {skipped} skipped, so this is a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
