"""What connectors of files share: their settings, opening, replacing a file at once."""

import os
from abc import abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from glob import escape
from io import BytesIO
from pathlib import Path
from tempfile import mkstemp
from typing import Any, BinaryIO, ClassVar, Literal, Self, TypeVar

from pydantic import Field, model_validator

from mimas.connectors.changefile import ChangeFile
from mimas.connectors.contract import (
    Capabilities,
    Connector,
    ConnectorError,
    End,
    Export,
    NothingThereError,
    Page,
    Result,
    Settings,
)
from mimas.connectors.disk import refusals, sync_folder


class FileSettings(Settings):
    """Where the files of a connected system are, and which of them Mimas writes."""

    path: str | None = Field(None, description="The file that lists every object; full imports read it.")
    changes: str | None = Field(
        None, description="The change file: read by delta imports, or written with `export: changes`."
    )
    export: Literal["listing", "changes"] | None = Field(
        None,
        description="What an export writes: `listing` replaces the file `path` as a whole, "
        "`changes` appends what changed to the file `changes`. Without it the system is only read.",
    )

    @model_validator(mode="after")
    def _has_files(self) -> Self:
        if not self.path and not self.changes:
            raise ValueError("'path' must be set (or 'changes', for a system that only takes changes)")
        if self.export == "listing" and not self.path:
            raise ValueError("`export: listing` needs 'path', the file to replace")
        if self.export == "changes" and not self.changes:
            raise ValueError("`export: changes` needs 'changes', the file to append to")
        return self


FileSettingsT = TypeVar("FileSettingsT", bound=FileSettings)


class FileConnector(Connector[FileSettingsT]):
    """A connected system that is a file, or hands files over."""

    named: ClassVar[bool] = False
    _ready = ""

    @property
    def capabilities(self) -> Capabilities:
        """Change files without a listing to read back count as confirmed once they are written."""
        settings = self.settings
        return Capabilities(
            read=settings.path is not None,
            delta=settings.changes is not None and settings.export != "changes",
            write=settings.export is not None,
            listing=settings.export == "listing",
            named=self.named,
            references="name" if self.named else "anchor",
            # A change record of LDIF tells what is added and removed; a row tells what is there.
            whole_references=not self.named,
            confirms="import" if settings.path else "acknowledgement",
        )

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """The listing; with a watermark the change file, from its beginning: applying it again changes nothing.

        A record that could not be keyed might be any object, so a reading with such a record is not complete.
        """
        delta = watermark is not None
        path = self.located("changes" if delta else "path")
        with opened(path, self.name) as file:
            before = os.fstat(file.fileno())
            reason = yield from self.pages(file, path, delta)
            after = path.stat() if path.exists() else before
        if (before.st_ino, before.st_size, before.st_mtime_ns) != (after.st_ino, after.st_size, after.st_mtime_ns):
            reason = reason or f"{path} was changed while it was read; run the import again"
        yield End(complete=not reason, watermark="" if self.capabilities.delta else None, reason=reason)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """Replace the listing, or put ready what is to be appended to the change file.

        Results of a listing come before the new file is visible; when the iteration does not reach its end, by an
        error or by being dropped, the old file stays as it was and every result of it is void.
        """
        if self.settings.export == "listing":
            with replaced(self.located("path")) as out:
                yield from self.listing(out, exports)
        elif self.settings.export == "changes":
            self._ready, out, file = "", BytesIO(), ChangeFile(self.located("changes"))
            if file.has_lines(self.tail()):
                self.check(file.path)
            results = list(self.records(out, exports))
            if batch := out.getvalue():
                self._ready = file.put(batch)
            yield from results
        else:
            yield from super().write(exports)

    def ready(self) -> str:
        """The records for the change file."""
        return self._ready

    def hand_over(self, ready: str) -> None:
        """Append them to the change file. Raises `ConnectorError`."""
        if self.settings.export == "changes":
            ChangeFile(self.located("changes")).hand_over(ready, self.head(), self.tail())

    def located(self, setting: Literal["path", "changes"]) -> Path:
        """The file that a setting names. Raises `ConnectorError` when the setting is empty."""
        value = self.settings.path if setting == "path" else self.settings.changes
        if value is None:
            purpose = "full" if setting == "path" else "delta"
            raise ConnectorError(
                f"Connector {self.name} has no file for a {purpose} import.", f"Set '{setting}' in its settings."
            )
        return self.folder / value

    @abstractmethod
    def pages(self, file: BinaryIO, path: Path, delta: bool) -> Generator[Page, None, str]:
        """The records of an open file; returns why the reading is not complete, or nothing."""

    @abstractmethod
    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Write a whole file; an object that fails in part is written without the part."""

    @abstractmethod
    def head(self) -> bytes:
        """What a new change file begins with."""

    def tail(self) -> bytes:
        """What a change file ends with, whatever is put into it."""
        return b""

    def check(self, changes: Path) -> None:
        """Raises `ConnectorError` where records of this connector do not go into the change file that is there."""

    @abstractmethod
    def records(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Write change records."""


def new_values(export: Export) -> Mapping[str, Any]:
    """What an object is to have: everything for an add, what differs for an update. Cleared attributes are left out."""
    if export.values:
        return export.values
    several = ((name, change.values) for name, change in export.changes.items() if change.values)
    return {name: values[0] if len(values) == 1 else list(values) for name, values in several}


@contextmanager
def opened(path: Path, connector: str) -> Iterator[BinaryIO]:
    """The file, for reading bytes. Raises `ConnectorError`."""
    try:
        file = path.open("rb", buffering=1 << 20)
    except FileNotFoundError:
        raise NothingThereError(
            f"Connector {connector}: there is no file {path}.",
            "Check the setting 'path' or 'changes', and whether the file was delivered; "
            "a file that Mimas itself writes is there after the first export.",
        ) from None
    except OSError as error:
        raise ConnectorError(
            f"Connector {connector}: {path} cannot be read: {error.strerror}.",
            "Check that it is a file which the user running Mimas may read.",
        ) from error
    with file:
        yield file


@contextmanager
def replaced(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A new file that takes the place of ``path`` when the block ends well, and leaves no trace when it does not.

    It keeps the permissions of the file it replaces, or is ``private`` to the user running Mimas, and is on the disk
    before it becomes visible. What a process that was killed has left of one is removed by the next. Raises
    `ConnectorError` for what the operating system refuses.
    """
    path = path.resolve()
    with refusals(path):
        _remove_what_was_left(path)
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_UNFINISHED)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb", buffering=1 << 20) as file:
                _lock(file)
                yield file
                file.flush()
                usual = path.stat().st_mode & 0o777 if path.exists() else _usual_mode()
                os.fchmod(handle, 0o600 if private else usual)
                os.fsync(handle)
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def without_repeats(keys: Sequence[str]) -> Iterator[slice]:
    """The parts of a sequence of changes in which no object comes twice, in order.

    A page of changes then says one thing about each object, whatever order a page's objects are worked in.
    """
    seen: set[str] = set()
    start = 0
    for index, key in enumerate(keys):
        if key in seen:
            yield slice(start, index)
            seen.clear()
            start = index
        seen.add(key)
    if start < len(keys):
        yield slice(start, len(keys))


_UNFINISHED = ".mimas"


def _remove_what_was_left(path: Path) -> None:
    """Unfinished files in place of ``path`` that nobody writes any more: whoever does holds a lock on his."""
    for left in path.parent.glob(f".{escape(path.name)}.*{_UNFINISHED}"):
        with suppress(OSError), left.open("rb") as file:
            if _lock(file):
                left.unlink()


def _lock(file: BinaryIO) -> bool:
    """Whether this process has the file for itself now; not on file systems without locks."""
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _usual_mode() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
