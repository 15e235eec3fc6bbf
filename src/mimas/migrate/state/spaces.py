"""The objects of an exported connector space (``csexport``, and `Get-ADSyncCSObject`'s SerializedXml).

Source: Microsoft's page of the element ``cs-object`` (Windows desktop, FIM: *cs-object*).
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mimas.migrate.agents.agent import children_of, guid, text_of
from mimas.migrate.elements import Element
from mimas.migrate.state.streaming import elements

Values = Mapping[str, Sequence[str]]
"""Attribute → its values as texts; of a reference the names it refers to, of a binary base64."""


@dataclass(frozen=True, slots=True)
class SpaceObject:
    """One object of a connector space of the old product."""

    id: str
    name: str
    type: str
    agent: str
    """The GUID of its management agent, in capitals and braces; empty where it is not said."""
    linked: bool
    state: str
    """``normal``, ``explicit``, or ``stay`` (filtered)."""
    resource: str
    """The GUID of the metaverse object it is linked to; empty without one."""
    lineage: str
    """By what it was linked: ``projection-rule``, ``join-rule``, ``provisioning-rules``, ``account-joiner`` …"""
    anchor: bytes
    shown: Values
    """What the system last showed, as far as rules have processed it."""
    operation: str = ""
    """What is to be exported: ``add``, ``modify``, ``delete`` …; empty when nothing is."""
    new_name: str = ""
    exported: Values = field(default_factory=dict)
    """What it is to hold once that is done."""


def objects(path: Path) -> Iterator[SpaceObject]:
    """The objects of a file, one at a time. Raises `MigrationError`."""
    for element in elements(path, "cs-object"):
        yield _object(element)


def _object(element: Element) -> SpaceObject:
    said = element.attributes
    image = element.first("synchronized-hologram", "entry")
    pending = element.first("pending-import-hologram", "entry")
    link = element.first("mv-link")
    delta = element.first("unapplied-export", "delta")
    operation = delta.attributes.get("operation", "") if delta is not None else ""
    shown = values_of(pending if pending is not None else image)
    found = element.first("connector")
    return SpaceObject(
        guid(said.get("id", "")),
        said.get("cs-dn", ""),
        said.get("object-type", "") or text_of(element, "synchronized-hologram", "entry", "primary-objectclass"),
        guid(text_of(element, "ma-id")) if element.first("ma-id") is not None else "",
        link is not None or (found is not None and found.text.lower() in ("1", "true")),
        text_of(element, "connector-state").lower() or "normal",
        guid(link.text) if link is not None and link.text else "",
        link.attributes.get("lineage-type", "") if link is not None else "",
        _anchor(image if image is not None else pending),
        shown,
        "" if operation.lower() == "none" else operation.lower(),
        (delta.attributes.get("newdn", "") if delta is not None else ""),
        _exported(element, delta, shown),
    )


def values_of(entry: Element | None) -> Values:
    """The attributes of an image: an element ``entry``, of a connector space or of the metaverse."""
    found: dict[str, list[str]] = {}
    for one in children_of(entry, "attr"):
        found.setdefault(one.attributes.get("name", ""), []).extend(_texts(one))
    for one in children_of(entry, "dn-attr"):
        found.setdefault(one.attributes.get("name", ""), []).extend(_names(one))
    return found


def _texts(attribute: Element) -> list[str]:
    return [_text(one, attribute.attributes.get("type", "")) for one in attribute.all("value")]


def _text(value: Element, type_: str) -> str:
    """A value as text. Whole numbers stand in hexadecimal, as in the configuration; truth values as words."""
    text = value.text
    if type_ == "integer" and text.lower().startswith("0x") and len(text) <= len("0x") + 16:
        try:
            number = int(text, 16)
        except ValueError:
            return text
        return str(number - (1 << 64) if number >= 1 << 63 else number)
    if type_ == "boolean":
        return "true" if text.lower() in ("true", "1") else "false"
    return text if type_ != "binary" and value.attributes.get("encoding") != "base64" else "".join(text.split())


def _names(attribute: Element) -> list[str]:
    return [text_of(one, "dn") for one in attribute.all("dn-value")]


def _anchor(entry: Element | None) -> bytes:
    found = entry.first("anchor") if entry is not None else None
    if found is None:
        return b""
    try:
        return base64.b64decode(found.text, validate=False) if found.attributes.get("encoding") else found.text.encode()
    except ValueError:
        return b""


def _exported(element: Element, delta: Element | None, shown: Values) -> Values:
    """What the object is to hold: as its image says where there is one, or else what it shows with the changes made."""
    image = element.first("unapplied-export-hologram", "entry")
    if image is not None or delta is None:
        return values_of(image)
    found = {name: list(values) for name, values in shown.items()}
    for one in delta.children:
        if one.tag in ("attr", "dn-attr"):
            _change(found, one)
    return found


def _change(found: dict[str, list[str]], change: Element) -> None:
    name, operation = change.attributes.get("name", ""), change.attributes.get("operation", "").lower()
    if operation == "delete":
        found.pop(name, None)
        return
    if operation in ("add", "replace", "delete-add"):
        found[name] = []
    values = found.setdefault(name, [])
    for one in change.all("value", "dn-value"):
        text = text_of(one, "dn") if one.tag == "dn-value" else _text(one, change.attributes.get("type", ""))
        if one.attributes.get("operation", "").lower() == "delete":
            values[:] = [value for value in values if value != text]
        elif text not in values:
            values.append(text)
