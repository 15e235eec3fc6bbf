"""Waiting for a system by asking it."""

from mimas.connectors.polling import Polling


def test_the_first_call_only_looks_and_later_ones_tell_changes() -> None:
    states = iter([1, 1, 2, 2, 3])
    polling = Polling(lambda: next(states))
    assert [polling.wait(0) for _ in range(5)] == [False, False, True, False, True]


def test_a_change_ends_the_waiting() -> None:
    states = iter([1, 1, 1, 2])
    polling = Polling(lambda: next(states))
    polling.wait(0)
    assert polling.wait(60)
