"""Files that are written: what the operating system refuses, and when they are really there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mimas.connectors.contract import ConnectorError


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Raises `ConnectorError` for what the operating system refuses."""
    try:
        yield
    except OSError as error:
        raise refused(path, error) from error


def refused(path: Path, error: OSError) -> ConnectorError:
    """What the operating system says to a file that is to be written."""
    return ConnectorError(
        f"{path} cannot be written: {error.strerror or error}.",
        "Check that its folder exists, has room, and may be written by the user running Mimas.",
    )


def sync_folder(folder: Path) -> None:
    """Bring a folder to the disk: a rename is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
