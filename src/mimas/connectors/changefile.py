"""A change file: batches of records come to its end, each once, though the process is killed at any instruction.

A batch is put beside the file first, under a name of its own, which is recorded together with what was sent. Only then
it is appended, and its own file removed. While that is done, a hard link says in which file it was begun, and where:
whoever comes after a kill sees there whether it is whole, though another program has taken the file away by then.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from glob import escape
from io import FileIO
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from mimas.connectors.contract import ConnectorError
from mimas.connectors.disk import refusals, sync_folder

_BATCH, _BEGUN = ".mimas-batch", ".mimas-begun"


class ChangeFile:
    """One change file, and what lies beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    def has_lines(self, tail: bytes = b"") -> bool:
        """Whether it has something in it, the end of which is the end of a line, and ``tail``.

        Raises `ConnectorError` when its end was cut off: what were appended to it would be spoilt.
        """
        try:
            with self.path.open("rb") as file:
                if not file.seek(0, os.SEEK_END):
                    return False
                if not tail:
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) == b"\n":
                        return True
                elif _end(file, tail) is not None:
                    return True
        except FileNotFoundError:
            return False
        if tail:
            raise _without(tail, self.path)
        raise ConnectorError(
            f"{self.path} ends in the middle of a line: something was cut off.",
            "Put its last line right, or move the file away; a new one is made.",
        )

    def put(self, batch: bytes) -> str:
        """Put a batch ready, on the disk; its name. Raises `ConnectorError` for what the operating system refuses."""
        name = token_hex(8)
        path = self._beside(name, _BATCH)
        with refusals(self.path):
            try:
                # What is not handed over yet is nobody else's.
                with open(path, "xb", opener=partial(os.open, mode=0o600)) as file:
                    file.write(batch)
                    file.flush()
                    os.fsync(file.fileno())
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            sync_folder(self.path.parent)
        return name

    def hand_over(self, name: str, head: bytes, tail: bytes = b"") -> None:
        """Append the batch of that name, unless that was done; what else was put ready is dropped. Raises as `put`.

        ``head``: what a new file begins with; ``tail``: what it ends with, before which batches come.
        """
        chosen = self._beside(name, _BATCH)
        with refusals(self.path):
            for other in self._all(_BATCH):
                if other != chosen:
                    other.unlink(missing_ok=True)
            if chosen.exists():
                batch = chosen.read_bytes()
                if not self._is_whole(name, batch + tail, head, tail):
                    self._append(name, batch + tail, head, tail)
                chosen.unlink()
            for link in self._all(_BEGUN):
                link.unlink()

    def _is_whole(self, name: str, batch: bytes, head: bytes, tail: bytes) -> bool:
        """Whether a batch that was begun is in its file, all of it; a part of it is taken out again."""
        for link in self._all(_BEGUN):
            of, _, place = self._name(link, _BEGUN).partition("-")
            if of != name:
                continue
            begin = int(place)
            size = link.stat().st_size
            if size >= begin + len(_next(batch, head, begin)):
                return True
            if size >= begin:
                with link.open("r+b", buffering=0) as file:
                    _take_back(file, begin, tail)
            link.unlink()
        return False

    def _append(self, name: str, batch: bytes, head: bytes, tail: bytes) -> None:
        new = not self.path.exists()
        with self.path.open("ab" if new or not tail else "r+b", buffering=0) as file:
            begin = file.seek(0, os.SEEK_END)
            if begin and tail:
                before = _end(file, tail)
                if before is None:
                    raise _without(tail, self.path)
                begin = file.seek(before)
            link = self._beside(f"{name}-{begin}", _BEGUN)
            # Not every file system has links. Without one a batch that a kill has cut off is appended once more.
            with suppress(OSError):
                os.link(self.path, link)
            try:
                rest = memoryview(_next(batch, head, begin))
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except BaseException:
                _take_back(file, begin, tail)
                link.unlink(missing_ok=True)
                raise
        if new:
            sync_folder(self.path.parent)

    def _beside(self, name: str, kind: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{name}{kind}")

    def _all(self, kind: str) -> Iterator[Path]:
        for path in self.path.parent.glob(f".{escape(self.path.name)}.*{kind}"):
            if "." not in self._name(path, kind):  # else it is beside a file whose name only begins so
                yield path

    def _name(self, beside: Path, kind: str) -> str:
        return beside.name.removeprefix(f".{self.path.name}.").removesuffix(kind)


def _take_back(file: FileIO, begin: int, tail: bytes) -> None:
    """Make a file what it was before something was appended at a place."""
    if begin and tail:
        file.seek(begin)
        file.write(tail)
        begin += len(tail)
    file.truncate(begin)


def _end(file: BinaryIO, tail: bytes) -> int | None:
    """Where in the file its tail begins; none where it ends with something else."""
    begin = file.seek(0, os.SEEK_END) - len(tail)
    if begin >= 0:
        file.seek(begin)
        if file.read(len(tail)) == tail:
            return begin
    return None


def _without(tail: bytes, path: Path) -> ConnectorError:
    return ConnectorError(
        f"{path} does not end with {tail.decode().strip()}: something was cut off, or somebody else has written it.",
        "Put its end right, or move the file away; a new one is made.",
    )


def _next(batch: bytes, head: bytes, begin: int) -> bytes:
    """What is written from a place of the file on."""
    return batch if begin else head + batch
