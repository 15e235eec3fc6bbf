"""A full disk: under the store, and under a listing. What was written before is whole, and the next run goes on."""

import os
import resource
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mimas.connectors.files import FileConnector
from mimas.dev.faults.desk import RUN, Command
from mimas.dev.faults.kill import judge
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.state import faults
from mimas.dev.faults.twin import Day, Rest, Twin
from mimas.store import database
from mimas.store.dialect import prepare_sqlite
from tests.world import World, delimited, inbound, outbound, target

pytestmark = pytest.mark.slow

LOOK: tuple[Command, ...] = (("runs",), ("status",))


def _mounted(folder: Path, size: str) -> bool:
    """A small disk of its own; only root may have one, and not everywhere."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
    return os.getuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk that can be filled; where none can be had, a folder."""
    folder = tmp_path_factory.mktemp("disk")
    mounted = _mounted(folder, "64m")
    yield folder
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def twin(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    (disk / "shelf").mkdir()
    shelf = Shelf(disk / "shelf")
    yield Twin(shelf, 1, tmp_path_factory.mktemp("notes"))
    shelf.close()


def full(twin: Twin, day: Day) -> str:
    """The day's run ends for want of room; what is said then. Looking says something, too."""
    assert twin.desk.attempt(RUN) == 1
    said = twin.desk.said()
    assert "run the same command again" in said or "has room" in said
    assert "Traceback" not in said
    for command in LOOK:
        assert twin.desk.attempt(command) == 0 or "the disk has room" in twin.desk.said()
    return said


def goes_on(twin: Twin, day: Day) -> None:
    """With room again everything comes as if there had always been some."""
    twin.desk.type(RUN)
    twin.desk.come_to_rest()
    assert {name: wrong for name, wrong in judge(Rest.of(twin.shelf), day.rest).items() if wrong} == {}
    with twin.shelf.store() as store:
        assert faults(store) == []


@pytest.mark.parametrize("pages", [0, 1, 3])
def test_under_the_store_ends_the_run_and_the_next_goes_on(
    twin: Twin, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = twin.days[1]
    twin.shelf.restore(day.copy)

    def prepared(connection: Any, record: Any) -> None:
        prepare_sqlite(connection, record)
        (size,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {size + pages}")

    with monkeypatch.context() as patch:
        patch.setattr(database, "prepare_sqlite", prepared)
        assert "database or disk is full" in full(twin, day)
    goes_on(twin, day)


@pytest.mark.parametrize("room", [0, 60, 150, 300])
def test_that_is_really_full_ends_the_run_and_the_next_goes_on(twin: Twin, disk: Path, room: int) -> None:
    day = twin.days[1]
    twin.shelf.restore(day.copy)
    filler = disk / "filler"
    if os.path.ismount(disk):
        free = os.statvfs(disk)
        filler.write_bytes(bytes(free.f_bavail * free.f_frsize - room * 1024))
        full(twin, day)
        filler.unlink()
    goes_on(twin, day)


def narrow(write: Any) -> Any:
    """Writing that finds no room after 4 KB: the system's own limit for a file."""

    def written(connector: FileConnector[Any], exports: Iterable[Any]) -> Iterator[Any]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            yield from write(connector, exports)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return written


class TestUnderAListing:
    """The old listing stays, the others go on, and the next export writes the new one."""

    @pytest.fixture
    def company(self, world: World) -> World:
        world.configure(
            [delimited("hr", "id name"), target("app", "id name"), target("other", "id name")],
            [
                inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
                outbound("app", {"id": "employeeId", "name": "name"}),
                outbound("other", {"id": "employeeId", "name": "name"}),
            ],
        )
        self.show(world, 10)
        assert not world.run("import hr", "sync", "export app", "import app", "sync").failed
        return world

    def show(self, world: World, count: int) -> None:
        world.write("hr.csv", *({"id": str(number), "name": f"Name {number}"} for number in range(count)))

    def fails(self, company: World, cause: str) -> None:
        before = (company.folder / "app.csv").read_text()
        report = company.run("import hr", "sync", "export app", "export other")
        outcome = report.steps[2].outcome
        assert outcome.result == "stopped-connectivity"
        assert outcome.message == (
            f"{(company.folder / 'app.csv').resolve()} cannot be written: {cause}. "
            "Check that its folder exists, has room, and may be written by the user running Mimas."
        )
        assert (company.folder / "app.csv").read_text() == before
        assert not list(company.folder.glob(".app.csv*"))
        assert not list((company.folder / "app.csv").resolve().parent.glob(".app.csv*"))
        assert report.steps[3].outcome.result == "success"

    def goes_on(self, company: World) -> None:
        assert company.run("export app", "import app", "import other", "sync").result == "success"
        assert len(company.read("app.csv")) == 2000
        assert company.pending() == {}

    def test_by_the_limit_of_a_file(self, company: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.show(company, 2000)
        company.run("import hr", "sync", "export other")
        with monkeypatch.context() as patch:
            patch.setattr(FileConnector, "write", narrow(FileConnector.write))
            self.fails(company, "File too large")
        self.goes_on(company)

    def test_of_a_disk_of_its_own(self, company: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        small = tmp_path / "small"
        small.mkdir()
        if not _mounted(small, "16k"):
            monkeypatch.setattr(FileConnector, "write", narrow(FileConnector.write))
        self.show(company, 2000)
        try:
            if os.path.ismount(small):
                (company.folder / "app.csv").rename(company.folder / "before.csv")
                (small / "app.csv").write_bytes((company.folder / "before.csv").read_bytes())
                (company.folder / "app.csv").symlink_to(small / "app.csv")
                self.fails(company, "No space left on device")
                subprocess.run(["mount", "-o", "remount,size=1m", str(small)], check=True)
                self.goes_on(company)
        finally:
            if os.path.ismount(small):
                subprocess.run(["umount", "--lazy", str(small)], check=True)
