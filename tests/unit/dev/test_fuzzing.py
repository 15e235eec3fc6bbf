"""The fuzzer: it finds what is broken, in time; and finds nothing in the parsers as they are."""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from mimas.dev.fuzzing import running, watching
from mimas.dev.fuzzing.mutation import Mutator
from mimas.dev.fuzzing.running import cases, fuzz
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets import targets
from mimas.dev.fuzzing.watching import Finding


def target(check: Callable[[Any], str], *seeds: str | bytes) -> Target:
    return Target("broken", check, seeds or ("one two",), ("bad", " "), longest=2_000)


def found(broken: Target, count: int = 3_000) -> list[Finding]:
    return list(fuzz(broken, count, 1).findings.values())


def test_the_same_seed_gives_the_same_cases() -> None:
    some = [Mutator(target(str), 7) for _ in range(2)]
    first, second = ([one.case() for _ in range(500)] for one in some)
    assert first == second
    assert len(set(first)) > 250
    other = Mutator(target(str), 8)
    assert [other.case() for _ in range(500)] != first


def test_bytes_stay_bytes() -> None:
    mutator = Mutator(target(str, b"a\xff,1"), 1)
    assert all(isinstance(mutator.case(), bytes) for _ in range(2_000))


def test_an_undocumented_error_is_found_and_made_small() -> None:
    def check(case: str) -> str:
        if "bad" in case:
            raise KeyError(case)
        return "fine"

    (finding,) = found(target(check))
    assert finding.case == "bad"
    assert finding.what.startswith("KeyError")


def test_what_stops_at_a_count_can_be_had_by_following_outcomes() -> None:
    """Blind chance would need a thousand times more cases."""

    def check(case: str) -> str:
        depth = 0
        while case.count(" bad ") > depth:
            depth += 1
        assert depth < 12
        return "abcdefghijklm"[depth]

    assert found(target(check), 6_000)


def test_a_loop_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "PATIENCE", 0.05)

    def check(case: str) -> str:
        while "bad" in case:
            pass
        return "fine"

    (finding,) = found(target(check), 60)
    assert finding.what.startswith("TooSlowError")
    assert finding.case == "bad"


def test_a_silent_hang_is_killed_and_the_rest_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "SILENCE", 0.6)

    def check(case: str) -> str:
        if case == "hang":
            time.sleep(60)
        return "fine"

    report = fuzz(target(check, "fine", "hang"), 30, 1)
    (finding,) = report.findings.values()
    assert (finding.what.partition(":")[0], finding.case) == ("Hang", "hang")


def test_a_death_is_found_with_its_case() -> None:
    def check(case: bytes) -> str:
        if case == b"die":
            os._exit(7)
        return "fine"

    report = fuzz(target(check, b"fine", b"die"), 50, 1)
    assert ("Death: exit code 7", b"die") in [(one.what, one.case) for one in report.findings.values()]


def test_memory_without_end_is_found() -> None:
    def check(case: str) -> str:
        return "fine" if "bad" not in case else str(len(case * 10**9))

    assert [one.what.partition(":")[0] for one in found(target(check), 1_000)] == ["MemoryError"]


def test_messages_that_nobody_can_read_are_found() -> None:
    with pytest.raises(AssertionError, match="characters"):
        told(ValueError("x" * 2_000))
    with pytest.raises(AssertionError, match="cannot be written"):
        told(ValueError("\ud800"))
    assert told(ValueError("'a' stands in line 7")) == told(ValueError("'b' stands in line 12"))


@pytest.mark.parametrize("name", targets())
def test_nothing_is_found(name: str) -> None:
    one = targets()[name]
    findings = {outcome for outcome in cases(one, one.quick, seed=1) if isinstance(outcome, Finding)}
    assert not findings, "\n".join(f"{finding.what} in {finding.where}: {finding.case!a:.500}" for finding in findings)
