"""Exit codes, and errors as sentences."""

import os
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum

_LOST = (
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOTADB,
)
"""Kinds of SQLite's errors that come from the world; the others would be our mistakes."""


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    OBJECT_ERRORS = 3
    HELD = 4
    DRIFT = 5


class CommandError(Exception):
    """A command that cannot be done as it was typed; the message says why, and what to type instead."""

    def __init__(self, message: str, code: Exit = Exit.USAGE) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors a person can do something about into a message on standard error and an exit code."""
    try:
        yield
        sys.stdout.flush()
    except KeyboardInterrupt:
        _fail("Stopped. What was written is whole; run the same command again to go on.", Exit.FAILED)
    except BrokenPipeError:
        # Whoever reads has seen enough. What is still to be written at the exit goes nowhere, without a word.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FAILED)
    except Exception as error:
        if type(error).__module__.startswith("typer"):
            raise  # how a command ends, or was typed: Typer's own business
        _fail(*message(error))


def message(error: Exception) -> tuple[str, Exit]:
    """An error as a sentence, and how a command ends with it; of a mistake of ours the traceback is printed too."""
    found = _message(error)
    if found is None:
        traceback.print_exception(error)
        said = "This is a mistake in Mimas itself. What was written before is whole. Please report what stands above."
        found = said, Exit.FAILED
    return found


def _message(error: Exception) -> tuple[str, Exit] | None:
    if isinstance(error, CommandError):
        return str(error), error.code
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}", Exit.FAILED
    return _of_the_database(error) or _of_the_rest(error)


def _of_the_database(error: Exception) -> tuple[str, Exit] | None:
    """A database that was there and is not any more, is locked, full, or no database."""
    whole = "What was written before is whole"
    advice = f"{whole}. Put the cause right, then run the same command again"
    if isinstance(error, sqlite3.Error):
        # The lower byte is the kind; the others say more about it (https://sqlite.org/rescode.html, 4).
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        lost = kind in _LOST
        if kind in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            advice = f"{whole}. See whether its disk has room, then run the same command again"
    else:
        advice = f"{whole}. See whether its server runs, can be reached and has room, then run the same command again"
        lost = any(f"{of.__module__}.{of.__name__}" == "psycopg.OperationalError" for of in type(error).mro())
    if not lost:
        return None
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if "locked" in text:
        advice = "Another command is writing. Wait until it has ended, then run this again"
    return f"The database of Mimas cannot be used: {text}. {advice}.", Exit.FAILED


def _of_the_rest(error: Exception) -> tuple[str, Exit] | None:
    # Imported once something has failed: a command that works does not pay for it.
    from mimas.configuration.build import ConfigurationError
    from mimas.connectors.contract import ConnectorError
    from mimas.language.errors import ExpressionError
    from mimas.runs.engine import UsageError
    from mimas.runs.extensions import ExtensionError
    from mimas.secrets.errors import SecretError
    from mimas.store.database import DatabaseError
    from mimas.store.history.roots import RootsError

    if isinstance(error, UsageError):
        return str(error), Exit.USAGE
    if isinstance(error, ConnectorError):
        return f"{error.message} {error.advice}".strip(), Exit.FAILED
    if isinstance(error, ConfigurationError):
        return f"{error}\nPut it right; `mimas check` says when it is.", Exit.FAILED
    if isinstance(error, (DatabaseError, ExpressionError, ExtensionError, RootsError, SecretError)):
        return str(error), Exit.FAILED
    return None


def _fail(message: str, code: Exit) -> None:
    print(f"mimas: {message}", file=sys.stderr)
    sys.exit(code)
