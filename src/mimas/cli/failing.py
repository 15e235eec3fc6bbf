"""Exit codes, and errors as sentences."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    OBJECT_ERRORS = 3
    HELD = 4
    DRIFT = 5


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors a person can do something about into a message on standard error and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _fail("Stopped. What was written is whole; run the same command again to go on.", Exit.FAILED)
    except BrokenPipeError:
        sys.exit(Exit.FAILED)
    except Exception as error:
        message = _message(error)
        if message is None:
            raise
        _fail(*message)


def _message(error: Exception) -> tuple[str, Exit] | None:
    from mimas.configuration.build import ConfigurationError
    from mimas.connectors.contract import ConnectorError
    from mimas.language.errors import ExpressionError
    from mimas.runs.engine import UsageError
    from mimas.runs.extensions import ExtensionError
    from mimas.store.database import DatabaseError

    if isinstance(error, UsageError):
        return str(error), Exit.USAGE
    if isinstance(error, ConnectorError):
        return f"{error.message} {error.advice}".strip(), Exit.FAILED
    if isinstance(error, ExpressionError):
        return str(error), Exit.USAGE
    if isinstance(error, (ConfigurationError, DatabaseError, ExtensionError, FileExistsError)):
        return str(error), Exit.FAILED
    return None


def _fail(message: str, code: Exit) -> None:
    print(f"mimas: {message}", file=sys.stderr)
    sys.exit(code)
