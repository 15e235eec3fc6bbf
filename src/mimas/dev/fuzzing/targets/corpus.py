"""Examples that stand in the repository: documents, the expressions of Entra Connect's stock rules."""

import shutil
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).parents[5]
"""The checkout; installed from a wheel, there is none, and the examples in the code have to do."""


def stock_expressions() -> tuple[str, ...]:
    """Every expression of Entra Connect's stock rules."""
    file = ROOT / "tests" / "data" / "entra-expressions.txt"
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    return tuple(line for line in lines if line and not line.startswith("#"))


def documents() -> tuple[str, ...]:
    """The text of every document of the examples and the demo."""
    folders = ("examples", "demo/home", "src/mimas/configuration/example")
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.yaml"))
    return tuple(path.read_text("utf-8") for path in paths)


def function_examples() -> tuple[str, ...]:
    """The example of each function, out of its documentation."""
    from mimas.language.functions import REGISTRY

    lines = (line for function in REGISTRY.values() for line in function.documentation.splitlines())
    return tuple(line.strip()[2:].partition("`` ->")[0] for line in lines if "`` ->" in line)


@cache
def folder() -> Path:
    """A folder for the files of this process: in memory, where there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108 - one of our own is made in it
    made = Path(mkdtemp(prefix="mimas-fuzz-", dir=memory if memory.is_dir() else None))
    # Not by atexit, which a forked process does not come to.
    Finalize(None, shutil.rmtree, (made,), {"ignore_errors": True}, exitpriority=1)
    return made
