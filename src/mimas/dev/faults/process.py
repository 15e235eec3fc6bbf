"""The command ``mimas`` in a process of its own, which can be killed.

Nearly always it is a fork of this process, which has imported everything already: as real a process, begun in a
fiftieth of the time.
"""

import gc
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from mimas.cli.main import main

KILLED = -signal.SIGKILL
"""How a process ended that was killed; the others end with their exit code."""


class Child:
    """A fork of this process that types one command."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        output: Path,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        """What it says is added to ``output``; ``prepare`` is called in the child, before the command."""
        self.pid = os.fork()
        if self.pid == 0:
            _become(arguments, environment, output, prepare)

    def kill(self) -> None:
        """SIGKILL."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """How it ended: its exit code, or `KILLED`."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _become(
    arguments: Sequence[str], environment: Mapping[str, str], output: Path, prepare: Callable[[], None]
) -> None:
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for target in (1, 2):
            os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), target)
        sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
        os.environ.update(environment)
        sys.argv = ["mimas", *arguments]
        prepare()
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:  # noqa: BLE001 - this process has nobody above
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code)


def warm(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> None:
    """Type commands in this process: what they import and compile is there in every fork from then on."""
    for arguments in commands:
        with (
            patch.dict(os.environ, environment),
            patch.object(sys, "argv", ["mimas", *arguments]),
            redirect_stdout(StringIO()),
            redirect_stderr(StringIO()),
            suppress(SystemExit),
        ):
            main()
    gc.collect()
    gc.freeze()


def type_anew(arguments: Sequence[str], environment: Mapping[str, str], output: Path, seconds: float) -> int:
    """The same in a process that is no fork, killed after so many seconds; how it ended."""
    command = [sys.executable, "-m", "mimas.cli.main", *arguments]
    with (
        output.open("ab") as file,
        subprocess.Popen(  # noqa: S603 - this very Python, and a command of ours
            command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        ) as process,
    ):
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()
