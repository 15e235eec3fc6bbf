"""Law 8 for change files: whoever reads them gets every record once, however often an export is killed.

Nobody can ask a change file what has been done, and another program may take it away at any time.
"""

import os
import re
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from mimas.connectors.changefile import ChangeFile
from mimas.connectors.files import FileConnector
from mimas.dev.faults.points import Point, Points
from mimas.runs.pending import has_work
from mimas.runs.setup import Step
from tests.world import World, delimited, inbound, outbound

pytestmark = pytest.mark.slow

COLUMNS = "id name dept"
HR = delimited("hr", COLUMNS)
IN = inbound("hr", {"employeeId": "id", "name": "name", "dept": "dept"}, join=["id=employeeId"])
EXPORT = Step("export", "app")


def configure(world: World, kind: str) -> None:
    if kind == "delimited":
        app = delimited("app", "id name")
        out = outbound("app", {"id": "employeeId", "name": "name"})
    else:
        app = replace(delimited("app", "dn name objectClass*"), kind=kind)
        app = replace(app, schema={"person": replace(app.schema["person"], anchor=())})
        out = outbound("app", {"dn": '="cn="&[employeeId]&",dc=x"', "name": "name"})
    world.configure([HR, replace(app, settings={"changes": "out", "export": "changes"})], [IN, out])


def day(world: World, number: int) -> None:
    """People join, are renamed, and leave; what comes of it is pending."""
    people = [(n, f"Ann{number if n % 2 else 0}") for n in range(number, number + 3)]
    world.write("hr.csv", *({"id": f"p{n}", "name": name} for n, name in people), columns=COLUMNS)
    world.run("import hr", "sync")


@pytest.fixture(autouse=True)
def batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    able = FileConnector.__dict__["capabilities"].fget
    monkeypatch.setattr(FileConnector, "capabilities", property(lambda connector: replace(able(connector), batch=2)))


def export(world: World, kill: Callable[[int, Point], None]) -> int:
    """The export in a process of its own; how it ended."""
    world.store.close()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            points = Points(kill)
            points.install()
            _watch(points)
            world.reopen()
            code = world.run("export app").errors
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    world.reopen()
    return code


def _watch(points: Points) -> None:
    """Points also before and after everything that is done to the files."""

    def passed(function: Any) -> Any:
        def around(*arguments: Any, **options: Any) -> Any:
            points.pass_("disk")
            found = function(*arguments, **options)
            points.pass_("disk")
            return found

        return around

    for owner, name in [(os, "link"), (os, "truncate"), (Path, "unlink"), (Path, "open"), (os, "fsync")]:
        setattr(owner, name, passed(getattr(owner, name)))


def killed_at(number: int, kind: str = "") -> Callable[[int, Point], None]:
    """SIGKILL at the n-th point, or at the n-th of a kind."""
    passed = 0

    def kill(_: int, point: Point) -> None:
        nonlocal passed
        passed += not kind or point.kind == kind
        if passed == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


class Reader:
    """Another program, which takes the file away, and keeps what it has read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read: list[str] = []

    def take(self) -> None:
        """It takes whole lines only, as whoever reads a file that is written does; of XML, whole requests."""
        if self.path.exists():
            text = self.path.read_text()
            if "<batchRequest" in text:
                self.read += [one[0] for one in _REQUEST.findall(text)]
            else:
                lines = text[: text.rfind("\n") + 1].splitlines()
                self.read += lines[2 if lines[:1] == ["version: 1"] else 1 :]
            self.path.rename(self.path.with_name("taken"))


_REQUEST = re.compile(r"(<delRequest [^>]*/>|<(add|modify)Request [^>]*>.*?</\2Request>)", re.DOTALL)


@pytest.fixture
def base(request: pytest.FixtureRequest, sqlite_store: Path, tmp_path: Path) -> Path:
    """A world in which one export was done, and the next is due: adds, changes and deletes, two a batch."""
    folder = tmp_path / "base"
    folder.mkdir()
    with closing(World(folder, f"sqlite:///{shutil.copy(sqlite_store, folder / 'store.db')}")) as world:
        configure(world, request.param)
        day(world, 1)
        assert world.run("export app").errors == 0
        day(world, 2)
    (folder / "kind").write_text(request.param)
    return folder


def opened(folder: Path, kind: str) -> World:
    world = World(folder, f"sqlite:///{folder}/store.db")
    configure(world, kind)
    return world


def after(base: Path, folder: Path, kill: Callable[[int, Point], None], *, takes: bool) -> tuple[int, list[str]]:
    """How the export ended that is perhaps killed, and what is read in the end; another one goes on with it."""
    shutil.copytree(base, folder)
    with closing(opened(folder, (base / "kind").read_text())) as world:
        reader = Reader(world.folder / "out")
        end = export(world, kill)
        if takes:
            reader.take()
        assert world.run("export app").errors == 0
        assert not has_work(world.store, EXPORT, world.clock())
        if (base / "kind").read_text() == "dsml" and reader.path.exists():
            assert ET.parse(reader.path).getroot().tag.endswith("batchRequest")
        reader.take()
        assert list(world.folder.glob(".*")) == []
    shutil.rmtree(folder)
    return end, reader.read


@pytest.mark.parametrize(
    ("base", "takes"),
    [("delimited", False), ("delimited", True), ("ldif", True), ("dsml", False), ("dsml", True)],
    indirect=["base"],
)
def test_every_record_comes_once(base: Path, tmp_path: Path, takes: bool) -> None:
    _, expected = after(base, tmp_path / "copy", killed_at(0), takes=takes)
    assert len(expected) >= 6
    # Each point is killed at by one of the two.
    for number in range(1 + takes, 1_000, 2):
        end, read = after(base, tmp_path / "copy", killed_at(number), takes=takes)
        assert read == expected, f"killed at point {number}"
        if end == 0:
            break
    assert number > 60, "it was killed in the midst of everything"


@pytest.mark.parametrize("base", ["delimited"], indirect=True)
def test_one_that_does_not_look_whether_it_was_done_is_caught(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChangeFile, "_is_whole", lambda *_: False)
    _, expected = after(base, tmp_path / "copy", killed_at(0), takes=False)
    found = [after(base, tmp_path / "copy", killed_at(n, "disk"), takes=False)[1] for n in range(1, 30)]
    assert any(len(read) > len(expected) for read in found)
