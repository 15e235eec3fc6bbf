"""The activities in the XOML of a workflow, and what each of them is set to.

Source: the workflows of MIM 2016 SP1 as Export-FIMConfig writes them, and what microsoft/MIMConfigDocumenter reads of
them. A setting is an attribute, or an element that is called after both (``<Approval.Threshold>``); one that holds
nothing is ``{x:Null}``. MIMWAL keeps its lists in a ``Hashtable``: under ``0:0``, ``0:1`` and ``0:2`` what stands on
the left and right of the first row and whether it is ticked, and under ``Count`` how many rows there are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mimas.migrate.elements import Element, counted
from mimas.migrate.service.fragments import fragment

_NULL = "{x:Null}"
_NOTHING = frozenset({"", _NULL, "00000000-0000-0000-0000-000000000000"})
_USUAL = frozenset({"False", "0"})
"""What .NET has where nobody has set anything."""
_LIBRARY = re.compile(r"clr-namespace:(?P<name>[^;]*)", re.IGNORECASE)
_GATE = ("AuthenticationGateActivity", "AuthenticationGate")
"""An activity around what is set up: the gate."""
_OWN = frozenset({"Name", "WorkflowServiceAttributes"})
"""What the designer writes for itself."""


class Row(NamedTuple):
    """A row of a list."""

    left: str
    right: str
    ticked: bool


@dataclass(slots=True)
class Step:
    """An activity as XOML has it."""

    element: Element
    _read: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What kind of activity it is."""
        return self.element.tag

    @property
    def library(self) -> str:
        """The .NET namespace of its class."""
        found = _LIBRARY.match(self.element.space)
        return found["name"] if found is not None else ""

    def text(self, name: str) -> str:
        """What a setting holds; empty where it holds nothing."""
        self._read.add(name)
        inner = self._inner(name)
        given = self.element.attributes.get(name, "") if inner is None else inner.text or "".join(_texts(inner))
        return "" if given in _NOTHING else given.removeprefix("{}").strip()

    def is_true(self, name: str) -> bool:
        """Whether a setting is ticked."""
        return self.text(name).lower() == "true"

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        self._read.add(name)
        inner = self._inner(name)
        return list(_texts(inner)) if inner is not None else []

    def rows(self, name: str) -> list[Row]:
        """The rows of a list that has two columns."""
        self._read.add(name)
        inner = self._inner(name)
        table = inner.first("Hashtable") if inner is not None else None
        if table is None:
            return []
        held = {_key(one): "" if one.text in _NOTHING else one.text for one in table.children}
        return [
            Row(held.get(f"{at}:0", ""), held.get(f"{at}:1", ""), held.get(f"{at}:2", "").lower() == "true")
            for at in range(min(counted(held.get("Count", "")), len(held)))
        ]

    def leave(self, *names: str) -> None:
        """These settings mean nothing here."""
        self._read.update(names)

    def unread(self) -> Iterator[str]:
        """The settings that hold something, and that nobody has asked for."""
        found = {name for name, value in self.element.attributes.items() if value not in _NOTHING | _USUAL}
        found |= {one.tag.rpartition(".")[2] for one in self.element.children if "." in one.tag and _holds(one)}
        yield from sorted(found - self._read - _OWN)

    def _inner(self, name: str) -> Element | None:
        return next(
            (one for one in self.element.children if one.tag.rpartition(".")[2] == name and "." in one.tag), None
        )


def _holds(element: Element) -> bool:
    return any(one.text or one.tag not in ("Array", "ArrayList", "Null") for one in list(element.walk())[1:])


def _texts(element: Element) -> Iterator[str]:
    """The texts that stand in lists within."""
    for child in element.children:
        if child.tag in ("Array", "ArrayList", "Hashtable"):
            yield from _texts(child)
        elif child.tag != "Null":
            yield child.text


def _key(element: Element) -> str:
    """Under which key an entry of a table stands."""
    inner = element.first("Key")
    return (inner.text or "".join(_texts(inner))) if inner is not None else element.attributes.get("Key", "")


def steps(xoml: str) -> list[Step] | None:
    """The activities of a workflow, in their order; nothing where it is no XOML."""
    outer = fragment(xoml)
    if outer is None or len(outer.children) != 1:
        return None
    return [Step(_gate(one)) for one in outer.children[0].children if "." not in one.tag]


def _gate(element: Element) -> Element:
    name, property_ = _GATE
    inner = element.first(f"{name}.{property_}") if element.tag == name else None
    return inner.children[0] if inner is not None and len(inner.children) == 1 else element
