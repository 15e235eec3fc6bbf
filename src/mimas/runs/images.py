"""Comparing what a system shows with what it should hold."""

from collections.abc import Mapping

from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import Value, decode, decode_wanted, encode
from mimas.store.objects import WANTED_ABSENT

WAITING, SENDING, SENT, HELD, RELEASED = 0, 1, 2, 3, 4
"""States of a pending export: to be sent; on the wire, outcome unknown; sent and not yet confirmed; held by a guard;
let through by a person."""


def same(attribute: str, shown: Value | None, wanted: Value | None) -> bool:
    """Whether two values of an attribute are equal; names are compared as names, lists without regard to order."""
    if shown == wanted:
        return True
    if attribute == NAME and isinstance(shown, str) and isinstance(wanted, str):
        return names.key(shown) == names.key(wanted)
    return shown in (None, []) and wanted in (None, [])


def differences(seen: str | None, wanted: str) -> list[str]:
    """The governed attributes in which ``seen`` is not as wanted."""
    if seen == wanted:
        return []
    shown = decode(seen) if seen else {}
    return [name for name, value in decode_wanted(wanted).items() if not same(name, shown.get(name), value)]


def overlay(seen: str | None, sent: str | None) -> str:
    """``seen`` under what was sent: what the system holds if it kept what it was given."""
    if not sent or sent == WANTED_ABSENT:
        return seen or "{}"
    values: dict[str, Value | None] = dict(decode(seen)) if seen else {}
    for name, value in decode_wanted(sent).items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return encode(values)


def described(values: Mapping[str, Value | None], attributes: list[str]) -> str:
    """Some values for a message, shortened."""
    return ", ".join(f"{name} {_short(values.get(name))}" for name in attributes[:3])


def _short(value: Value | None) -> str:
    if value is None:
        return "(none)"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"“{text[:57]}…”" if len(text) > 60 else f"“{text}”"
