"""The rules extensions of agents and of the metaverse, each call of which becomes one function to be written."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from mimas.migrate.elements import Element
from mimas.migrate.migration import Migration
from mimas.migrate.stubs import Stub, identifier


@dataclass(frozen=True, slots=True)
class Use:
    """What a function is for, in the words of the old product, and what it is called with and gives here."""

    method: str
    parameters: tuple[str, ...]
    gives: str


IMPORT = Use("MapAttributesForImport", ("values",), "the value of {0}, or None for none")
EXPORT = Use("MapAttributesForExport", ("values",), "the value of {0}, or None for none")
JOIN = Use("MapAttributesForJoin", ("values",), "a value, or several of which one must be equal to {0}")
RESOLVE = Use(
    "ResolveJoinSearch", ("values", "candidates"), "the place of the right one of {0}, from 0, or None for nobody"
)
FILTER = Use(
    "FilterForDisconnection", ("values",), "True for {0} that take part; the old function gave true for the others"
)
PROJECT = Use("ShouldProjectToMV", ("values",), "True for {0} that become a resource of their own")
CHOOSE = Use("MapAttributesForImport", ("offers",), "the right one of the values for {0}, or None")
DELETE = Use("ShouldDeleteFromMV", ("values", "connectors"), "True when {0} is to be deleted")
DEPROVISION = Use(
    "Deprovision", ("values",), "one of 'disconnect', 'explicit-disconnect' and 'delete', for objects of {0}"
)
PROVISION = Use("Provision", ("values",), "True for resources that are to have {0}")
NAME = Use("Provision", ("values",), "the value of {0}")


class Scripts:
    """The functions of one migration, by the assemblies that they stood in."""

    def __init__(self, migration: Migration) -> None:
        self._stubs = migration.stubs
        self._known: dict[tuple[str, str, str], int] = {}
        self._taken = {stub.reference for stub in migration.stubs}

    def stub(
        self, module: str, use: Use, context: str, of: str, inputs: Sequence[str] = (), element: Element | None = None
    ) -> str:
        """How documents name the function for one call; the same call again is the same function.

        ``context``: what the old product told its calls apart by; ``of``: what it is about.
        """
        key = (module, use.method + "/".join(use.parameters), context)
        if key in self._known:
            at = self._known[key]
            stub = self._stubs[at]
            self._stubs[at] = replace(stub, inputs=list(dict.fromkeys([*stub.inputs, *inputs])))
            return stub.reference
        base = name = identifier(context)
        number = 1
        while f"{module}:{name}" in self._taken:
            number += 1
            name = f"{base}_{number}"
        summary = f"{use.method} of the old product: {' '.join(context.split())}."
        gives = use.gives.format(of)
        xml = _unindented(element.xml()) if element is not None else ""
        stub = Stub(module, name, use.parameters, summary, list(dict.fromkeys(inputs)), gives, xml)
        self._known[key] = len(self._stubs)
        self._stubs.append(stub)
        self._taken.add(stub.reference)
        return stub.reference


def _unindented(xml: str) -> str:
    """XML as it stood in its file, moved to the left: its first line has no indentation any more."""
    first, *rest = xml.split("\n")
    return "\n".join([first, *dedent("\n".join(rest)).split("\n")]) if rest else xml


def module_of(assembly: str, otherwise: str) -> str:
    """The module in place of an assembly; where none is named, one that is called after whoever called it."""
    plain = assembly.replace("\\", "/").rpartition("/")[2]
    plain = plain[: -len(".dll")] if plain.lower().endswith(".dll") else plain
    name = identifier(plain or otherwise)
    # A module of Python itself cannot be an extension.
    return f"{name}_rules" if name in sys.stdlib_module_names or name == "mimas" else name
