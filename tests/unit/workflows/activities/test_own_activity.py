"""An activity that somebody else has written, and installed beside Mimas."""

import json
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mimas.requests.wishes import Operation, Wish
from mimas.workflows import definition
from mimas.workflows.rehearsing import rehearse
from tests.unit.workflows.activities.conftest import Staffed
from tests.unit.workflows.conftest import update

ROOT = Path(__file__).parents[4]
PACKAGE = ROOT / "examples" / "activity"


class Desk(HTTPServer):
    """A system that takes tickets; ``broken`` says that it is away."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.opened: dict[str, str] = {}
        self.broken = False


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        desk = self.server
        assert isinstance(desk, Desk)
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        desk.opened[self.headers["Idempotency-Key"]] = given["subject"]
        self.send_response(503 if desk.broken else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"number": len(desk.opened)}).encode())

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The package as if it were installed, and what its activity talks to."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    installed = tmp_path / f"ticket_activity-{project['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"][definition.GROUP]
    (installed / "entry_points.txt").write_text(
        f"[{definition.GROUP}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
    )
    for path in (tmp_path, PACKAGE):
        monkeypatch.syspath_prepend(path)
    _forget()
    served = Desk()
    thread = Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()
    _forget()


def _forget() -> None:
    definition.known.cache_clear()
    definition.read.cache_clear()


def _ticket(desk: Desk, **others: Any) -> dict[str, Any]:
    url = f"http://127.0.0.1:{desk.server_port}/"
    return {"activity": "OpenTicket", "url": url, "subject": "Desk for [//Target/displayName]", **others}


def test_it_serves_as_any_other(office: Staffed, desk: Desk) -> None:
    office.happen(_ticket(desk), update("[//Target/grade]", "[//WorkflowData/ticket]"))
    assert list(desk.opened.values()) == ["Desk for Ann"]
    assert office.values("Ann")["grade"] == [1]


def test_what_fails_is_tried_again_and_known_by_its_key(office: Staffed, desk: Desk) -> None:
    desk.broken = True
    office.happen(_ticket(desk))
    desk.broken = False
    office.later(minutes=1)
    assert office.statuses() == ["Completed"]
    assert list(desk.opened.values()) == ["Desk for Ann"]


def test_its_settings_are_checked(desk: Desk) -> None:
    _, (mistake,) = definition.look('[{"activity": "OpenTicket", "url": "http://x", "subjekt": "y", "subject": "z"}]')
    assert (mistake.place, mistake.setting) == (0, "subjekt")


def test_it_is_tried_without_effect(office: Staffed, desk: Desk) -> None:
    workflow = office.workflow("it", "Action", _ticket(desk))
    found = rehearse(office.requests, workflow, Wish(Operation.PUT, "person", office.ids["Ann"]), None)
    assert found.steps[0].note == "would open the ticket 'Desk for Ann'"
    assert desk.opened == {}


def test_the_page_shows_it() -> None:
    page = (ROOT / "docs" / "workflows.md").read_text(encoding="utf-8")
    assert (PACKAGE / "ticket_activity" / "activity.py").read_text(encoding="utf-8") in page
