"""What `mimas init` writes: a home folder with a small example that works."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from mimas.configuration.checks.flows import EXTENSIONS
from mimas.configuration.home import FILE


def write_starter(folder: Path) -> list[Path]:
    """Make a home folder; the files written, relative to it. Raises `FileExistsError` where there is one already.

    A folder with other files in it may become a home, but no file is ever overwritten.
    """
    example = files("mimas.configuration") / "example"
    wanted = sorted(_files(example, Path()))
    if taken := [str(path) for path in (Path(FILE), *wanted) if (folder / path).exists()]:
        raise FileExistsError(f"{folder} has {taken[0]} already; choose another folder, or go on in this one")
    for path in wanted:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(example.joinpath(*path.parts).read_bytes())
    (folder / EXTENSIONS).mkdir(exist_ok=True)
    return wanted


def _files(source: Traversable, at: Path) -> list[Path]:
    if source.is_file():
        return [at]
    return [path for inner in source.iterdir() for path in _files(inner, at / inner.name)]
