"""Programs that are run: within a time and a size, and without what this process knows of secrets."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import IO

from mimas.workflows.outcome import ActivityError

_LARGEST = 1_048_576
"""Bytes that it may write."""
_SHOWN = 500
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "LOGNAME")
"""What it gets of the environment: the rest may hold keys and passwords of the installation."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program and its arguments, called by a name."""

    name: str
    command: Sequence[str]
    folder: Path
    """Where it is run."""
    timeout: timedelta

    def run(self, given: str) -> str:
        """What it writes when it is given something. Raises `ActivityError`; nothing of it runs any more then."""
        with TemporaryFile() as stdin:
            stdin.write(given.encode())
            stdin.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - a file of the home's own folder, and no shell
                    self.command,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd=self.folder,
                    env={name: os.environ[name] for name in _PASSED if name in os.environ},
                    start_new_session=True,
                )
            except OSError as error:
                raise ActivityError(f"{self.name} cannot be run: {error.strerror}.") from None
        return self._finished(process)

    def _finished(self, process: "subprocess.Popen[bytes]") -> str:
        assert process.stdout is not None
        assert process.stderr is not None
        outputs = [_Output(process, process.stdout), _Output(process, process.stderr)]
        try:
            code = process.wait(self.timeout.total_seconds())
        except subprocess.TimeoutExpired:
            raise ActivityError(f"{self.name} was ended: it took longer than {self.timeout}.") from None
        finally:
            _end(process)
            said, complaint = (output.all() for output in outputs)
        if any(output.large for output in outputs):
            raise ActivityError(f"{self.name} was ended: it wrote more than {_LARGEST:,} bytes.")
        if code:
            told = complaint.decode(errors="replace").strip()[-_SHOWN:]
            raise ActivityError(f"{self.name} has failed with the code {code}{f': {told}' if told else ''}.")
        return said.decode(errors="replace")


class _Output:
    """What a process writes, up to a size: then it is ended."""

    def __init__(self, process: "subprocess.Popen[bytes]", stream: IO[bytes]) -> None:
        self.large = False
        self._read = bytearray()
        self._process, self._stream = process, stream
        self._thread = Thread(target=self._reading, daemon=True)
        self._thread.start()

    def _reading(self) -> None:
        with self._stream:
            while some := self._stream.read1(65_536):  # type: ignore[attr-defined]
                if self.large or len(self._read) + len(some) > _LARGEST:
                    self.large = True
                    _end(self._process)
                else:
                    self._read += some

    def all(self) -> bytes:
        self._thread.join(5)
        return bytes(self._read)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it, and whatever it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
