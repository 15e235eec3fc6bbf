"""What may stand in a document of the kind ``RuleTest``."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from mimas.configuration.documents import Name, Part
from mimas.configuration.notation import NotationError
from mimas.connectors.texts import in_utc

KIND = "RuleTest"
START = datetime(2026, 1, 1, tzinfo=UTC)
"""The instant of a test that names none: always the same, so that what passes today passes tomorrow."""

ABSENT, GONE = "absent", "gone"


def _row(word: str) -> Any:
    def read(given: Any) -> Any:
        if given == word:
            return None
        if isinstance(given, dict):
            return given
        raise NotationError("should have attributes and values", f"write {{attribute: value}}, or `{word}`")

    return BeforeValidator(read)


def _value(given: Any) -> Any:
    if isinstance(given, dict) or (isinstance(given, list) and any(isinstance(one, dict | list) for one in given)):
        raise NotationError("is no value", "write a single value, a list of them, or `null` for none")
    return given


def _instant(given: Any) -> Any:
    try:
        return in_utc(datetime.fromisoformat(str(given)))
    except ValueError:
        raise NotationError(f"'{given}' is no instant", "write 2026-11-23, or 2026-11-23T08:00:00Z") from None


Values: TypeAlias = dict[str, Annotated[Any, BeforeValidator(_value)]]
GivenRow: TypeAlias = Annotated[Values | None, _row(GONE)]
ExpectedRow: TypeAlias = Annotated[Values | None, _row(ABSENT)]


class ExpectPart(Part):
    """What has to be so in the end."""

    resources: dict[str, dict[str, ExpectedRow]] = Field(default={}, description="Type, key, values; or `absent`.")
    objects: dict[str, dict[str, dict[str, ExpectedRow]]] = Field(
        default={}, description="Connector, type, key, values of what its system holds; or `absent`."
    )
    links: dict[str, dict[str, str | None]] = Field(
        default={}, description="Connector, key of an object, key of its resource; `null` for none."
    )
    sent: dict[str, dict[str, Literal["add", "update", "rename", "delete"]]] = Field(
        default={}, description="Connector, key of an object, what was done to it; `{}` for nothing at all."
    )
    errors: dict[str, Name] = Field(default={}, description="Name of an object, code of what is to be said of it.")
    exactly: bool = Field(default=False, description="There is nothing else of the types that are named.")


class RuleTestBody(Part):
    """A rule test."""

    description: str = Field(default="", description="What it is about.")
    after: Name | None = Field(default=None, description="The test that it goes on from.")
    now: Annotated[datetime | None, BeforeValidator(_instant)] = Field(default=None, description="The instant.")
    given: dict[str, dict[str, dict[str, GivenRow]]] = Field(
        default={}, description="Connector, type, key, values of what its system shows; or `gone`."
    )
    expect: ExpectPart = Field(default=ExpectPart(), description="What has to be so in the end.")
