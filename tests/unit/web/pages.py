"""The pages on a server on loopback."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from mimas.web.app import create
from mimas.web.serving import server
from tests.asked import KEYS, Kept
from tests.servers.processes import free_port


@contextmanager
def served(kept: Kept) -> Iterator[httpx2.Client]:
    """A browser of sorts at the pages."""
    port = free_port()
    running = server(create("Example Identity", kept.open, lambda: KEYS), "127.0.0.1", port)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
    finally:
        running.should_exit = True
        thread.join(10)
