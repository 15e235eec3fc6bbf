"""The score, at the end."""

from collections import Counter

import pytest

from tests.conformance.suite import FOLDER

_WORDS = {
    "pass": "pass",
    "declared": "declared differences",
    "bug": "known bugs",
    "unsupported": "not supported",
    "failed": "failed",
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line: how many cases there were, and what came of them."""
    score: Counter[str] = Counter()
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            kind = dict(report.user_properties).get("conformance")
            if kind is not None and report.when == "call":
                score["failed" if outcome == "failed" else str(kind)] += 1
    if score:
        version = (FOLDER / "VERSION").read_text(encoding="utf-8").strip()
        told = ", ".join(f"{score[kind]} {words}" for kind, words in _WORDS.items() if score[kind])
        terminalreporter.write_line(f"conformance {version}: {score.total()} cases, {told}")
