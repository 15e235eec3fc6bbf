"""What a directory gives a new entry to be known by, brought back by the answer to its add (RFC 4527)."""

import re
from collections.abc import Sequence
from typing import Any

from ldap.controls import RequestControl, ResponseControl
from ldap.controls.readentry import PostReadControl

OID = PostReadControl.controlType
_IDENTITY = re.compile(rb"[0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:-[0-9a-f]{8}){3})\Z")
"""An ``entryUUID`` (RFC 4530) or a ``nsUniqueId``."""


class Answer(ResponseControl):  # type: ignore[misc] # python-ldap has no types
    """The entry that was made, with the one attribute that was asked for."""

    controlType = OID  # noqa: N815 - python-ldap's name
    raw = b""

    def decodeControlValue(self, encodedControlValue: bytes) -> None:  # noqa: N802, N803 - python-ldap's names
        """Keep it; to take it apart costs more than all else that an add costs."""
        self.raw = encodedControlValue

    def value(self) -> bytes | None:
        """The value: what the entry ends with, as it was the only one that was asked for."""
        if found := _IDENTITY.search(self.raw):
            return found[0]
        whole = PostReadControl()
        whole.decodeControlValue(self.raw)
        values: list[Any] = next(iter(whole.entry.values()), [])
        return (values[0] if isinstance(values[0], bytes) else values[0].encode()) if values else None


def asking_for(attribute: str) -> RequestControl:
    """The control of the question. It is encoded once."""
    return RequestControl(OID, True, PostReadControl(True, [attribute]).encodeControlValue())


def answered(controls: Sequence[Any]) -> bytes | None:
    """The value in the controls of an answer."""
    return next((one.value() for one in controls if isinstance(one, Answer)), None)
