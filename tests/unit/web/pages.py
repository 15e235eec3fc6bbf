"""The pages on a server on loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from starlette.applications import Starlette
from starlette.types import ASGIApp

from mimas.web.deciding import Page
from mimas.web.guarding import Guard
from mimas.web.serving import server
from tests.asked import KEYS, Kept
from tests.servers.processes import free_port


@contextmanager
def served(kept: Kept) -> Iterator[httpx2.Client]:
    """A browser of sorts at the pages."""
    page = Page("Example Identity", kept.open, lambda: KEYS)
    app = Guard(Starlette(routes=page.routes, exception_handlers=page.errors))
    with running(app) as client:
        yield client


@contextmanager
def running(app: ASGIApp) -> Iterator[httpx2.Client]:
    """A browser of sorts at an application."""
    port = free_port()
    at_port = server(app, "127.0.0.1", port)
    thread = threading.Thread(target=at_port.run, daemon=True)
    thread.start()
    while not at_port.started:
        time.sleep(0.01)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
    finally:
        at_port.should_exit = True
        thread.join(10)
