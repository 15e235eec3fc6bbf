"""Law 8: a kill at any point loses no pending export, repeats none that is not idempotent, deletes nothing wrongly.

The harness is `mimas.dev.faults`; `mimas-dev kills` runs as many of these as are wanted.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mimas.dev import kills
from mimas.dev.faults import points
from mimas.dev.faults.kill import Plan, judge, plan, strike
from mimas.dev.faults.points import KINDS
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.twin import Twin
from mimas.dev.main import app
from mimas.runs.delivering import Delivery
from mimas.runs.engine import Engine
from mimas.runs.images import SENDING, WAITING
from mimas.runs.sending import Parcel
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow


def wrong(folder: Path, seeds: range, postgresql: str | None = None) -> list[str]:
    """What is to be looked at, and how it is done again."""
    found = list(kills.verdicts(folder, seeds, postgresql))
    assert sum(len(one.kills) for one in found) >= len(seeds) * 0.9
    return [f"{kills.replay(one.plan.seed, postgresql)}: {one.plan}: {one.faults}" for one in found if one.faults]


def test_forty_five_kills_on_sqlite(tmp_path: Path) -> None:
    assert wrong(tmp_path, range(45)) == []


def test_fifteen_kills_on_postgresql(tmp_path: Path, postgres: Postgres) -> None:
    assert wrong(tmp_path, range(100, 115), postgres.url("postgres")) == []


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    yield Twin(shelf, 0)
    shelf.close()


class TestTheCommand:
    def test_counts(self) -> None:
        said = CliRunner().invoke(app, ["kills", "--count", "2", "--seed", "3"])
        assert said.exit_code == 0, said.output
        assert "2 cases, " in said.output
        assert said.output.endswith("Wrong: 0.\n")

    def test_leaves_the_database_of_whoever_types_it_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MIMAS_DATABASE", f"sqlite:///{tmp_path / 'mine.db'}")
        assert CliRunner().invoke(app, ["kills", "--count", "1", "--seed", "3"]).exit_code == 0
        assert list(tmp_path.iterdir()) == []

    def test_says_how_to_do_it_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mimas.dev.faults.kill.faults", lambda _: ["a link without its object: 1"])
        said = CliRunner().invoke(app, ["kills", "--count", "1", "--seed", "3"])
        assert said.exit_code == 1
        assert "mimas-dev kills --count 1 --seed 3\n" in said.output
        assert "a link without its object: 1" in said.output
        assert said.output.endswith("Wrong: 1.\n")


class TestTheHarness:
    """What it finds in engines that break the law, and that it looks everywhere."""

    def at(self, twin: Twin, step: str, kind: str, *, day: int = 0, nth: int = 3) -> Plan:
        """A kill at the n-th point of a kind in a step of the daily run."""
        (command,) = twin.days[day].commands
        points = twin.days[day].commands[command].points
        found = [number for number, point in enumerate(points, 1) if point == (step, kind)]
        return replace(plan(0, twin.days), day=day, command=command, way="itself", number=found[nth - 1], again=())

    def test_comes_to_every_kind_of_point_and_step(self, twin: Twin) -> None:
        plans = [plan(seed, twin.days) for seed in range(400)]
        assert {one.point.kind for one in plans} == set(KINDS)
        assert {one.point.step for one in plans} >= {
            "start",
            "between",
            "sync",
            *(f"import {name}" for name in ("hr", "partners", "org", "app", "directory", "list", "book")),
            *(f"export {name}" for name in ("app", "directory", "list", "book")),
        }
        assert {one.way for one in plans} == {"itself", "parent", "anew"}
        assert {len(one.again) for one in plans} == {0, 1, 2}

    def test_a_seed_is_one_case(self, twin: Twin) -> None:
        assert plan(7, twin.days) == plan(7, twin.days) != plan(8, twin.days)

    def test_finds_nothing_wrong_in_an_engine_that_is_not_broken(self, twin: Twin) -> None:
        verdict = strike(twin, self.at(twin, "export app", "answered"))
        assert (verdict.kills, verdict.faults) == ([("export app", "answered")], {})

    def test_finds_what_is_sent_again_without_a_look(self, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Engine, "_read_back", lambda *_: None)
        # Days begin with imports, which would look, too.
        monkeypatch.setattr("mimas.runs.staging.Stager._find_lost", lambda *_: [])
        found = strike(twin, self.at(twin, "export app", "answered")).faults
        assert {"doubled", "lost"} <= found.keys()

    def test_finds_what_is_not_marked_before_it_is_sent(self, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
        send = Delivery.send

        def unmarked(delivery: Delivery, parcel: Parcel) -> None:
            if delivery.connector.name == "app":
                with delivery.store.transaction() as tx:
                    tx.run("UPDATE pending_export SET state = ?, sent = NULL WHERE state = ?", WAITING, SENDING)
            send(delivery, parcel)

        monkeypatch.setattr(Delivery, "send", unmarked)
        # The statements of this transaction are points, too: the ninth answer's number is that of an earlier one.
        assert "doubled" in strike(twin, self.at(twin, "export app", "answered", nth=9)).faults

    def test_finds_what_is_half_written(self, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
        execute = points._Cursor.execute

        def unbegun(cursor: points._Cursor, sql: str, *parameters: Any) -> Any:
            return None if sql == "BEGIN IMMEDIATE" else execute(cursor, sql, *parameters)

        monkeypatch.setattr(points._Cursor, "execute", unbegun)
        # Which of these falls between two halves depends on how many statements a step needs.
        plans = (self.at(twin, "import hr", "statement", nth=nth) for nth in (15, 20, 25, 30))
        assert any("state" in strike(twin, one).faults for one in plans)

    def test_finds_a_listing_that_is_not_replaced_at_once(self, twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
        def copied(source: str, target: str) -> None:
            Path(target).write_bytes(Path(source).read_bytes()[:100])
            Path(source).unlink()

        monkeypatch.setattr(os, "replace", copied)
        assert strike(twin, self.at(twin, "export list", "replaced", nth=1)).faults

    def test_finds_what_was_deleted(self, twin: Twin) -> None:
        before, rest = twin.days[0].rest, twin.days[1].rest
        found = judge(rest, before)
        assert len(found["deleted"]) == 4, "two people, in two systems"
        assert "app person" not in found["deleted"][0]
        assert found["lost"]
        assert found["state"]
        assert not any(judge(rest, rest).values())
