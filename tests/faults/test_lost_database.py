"""A database that goes away in the middle of a run: the run ends in a sentence, and the next one goes on."""

import socket
from collections.abc import Callable, Iterator

import psycopg
import pytest

from mimas.dev.faults.desk import RUN
from mimas.dev.faults.kill import judge
from mimas.dev.faults.points import Point
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.state import faults
from mimas.dev.faults.twin import Rest, Twin
from tests.servers import postgres as postgres_server
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> Iterator[Postgres]:
    """A server of its own, since it is stopped; ``postgres`` skips where there can be none."""
    programs = postgres_server.programs()
    assert programs is not None
    server = Postgres(programs).start()
    yield server
    server.stop()
    server.remove()


@pytest.fixture(scope="module")
def twin(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"), server.url("postgres"))
    yield Twin(shelf, 1)
    shelf.close()


def restart(server: Postgres) -> None:
    server.stop()
    server.start()


def cut(server: Postgres) -> None:
    """End every connection but this one."""
    url = server.url("postgres").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'mimas_dev_%'")


def interrupted(twin: Twin, number: int, by: Callable[[], None]) -> tuple[int, str]:
    """Something happens to the database while a run waits at a point; how it ended then, and what it said."""
    ours, theirs = socket.socketpair()

    def reached(passed: int, _: Point) -> None:
        if passed == number:
            theirs.send(b".")
            theirs.recv(1)

    with ours, theirs:
        child = twin.desk.child(RUN, reached)
        assert ours.recv(1)
        by()
        ours.send(b".")
        return child.wait(), twin.desk.said()


@pytest.mark.parametrize(
    ("away", "step", "kind"),
    [
        (Postgres.stop, "import hr", "statement"),
        (restart, "sync", "commit"),
        (cut, "export app", "answered"),
        (restart, "export directory", "committed"),
        (cut, "export list", "replaced"),
        (Postgres.stop, "between", "statement"),
    ],
)
def test_the_run_ends_in_a_sentence_and_the_next_goes_on(
    twin: Twin, server: Postgres, away: Callable[[Postgres], None], step: str, kind: str
) -> None:
    day = twin.days[1]
    twin.shelf.restore(day.copy)
    points = day.commands[RUN].points
    code, said = interrupted(twin, points.index(Point(step, kind)) + 1, lambda: away(server))
    assert code == 1
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("mimas: The database of Mimas cannot be used: ")
    assert said.endswith(
        "What was written before is whole. See whether its server runs, can be reached and has room, then run the same "
        "command again.\n"
    )
    if away is Postgres.stop:
        assert twin.desk.attempt(RUN) == 1
        assert "Check that the server runs and can be reached from here" in twin.desk.said()
        server.start()
    twin.desk.type(RUN)
    twin.desk.type(("runs",))
    assert [line.split()[-1] for line in twin.desk.said().splitlines()[1:3]] == ["success", "interrupted"]
    twin.desk.come_to_rest()
    assert {name: wrong for name, wrong in judge(Rest.of(twin.shelf), day.rest).items() if wrong} == {}
    with twin.shelf.store() as store:
        assert faults(store) == []
