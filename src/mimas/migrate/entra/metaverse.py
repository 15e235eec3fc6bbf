"""The metaverse of Entra Connect: its schema as object types, its options as guards and a schedule."""

import re
from collections.abc import Mapping
from typing import Any

from mimas.migrate.agents.agent import children_of
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.dsml import Dsml
from mimas.migrate.elements import Element, MigrationError, Outcome, counted
from mimas.migrate.migration import Migration
from mimas.schema.attributes import Attribute

_BOOKKEEPING = "the old product's own bookkeeping"
_CARRIED = (
    "Microsoft.OptionalFeature.ExportDeletionThreshold",
    "Microsoft.OptionalFeature.ExportDeletionThresholdValue",
)
_SCHEDULE = ("Microsoft.Synchronize.TimeInterval", "Microsoft.Synchronize.SynchronizationSchedule")
_BY_OTHER_MEANS: Mapping[str, str] = {
    "Microsoft.Synchronize.StagingMode": "`mimas staging on` makes a server that exports nothing",
    "Microsoft.OptionalFeature.PasswordHashSync": "Mimas does not read password hashes",
    "Microsoft.OptionalFeature.PasswordWriteback": "Mimas does not take passwords from the cloud",
    "Microsoft.OptionalFeature.GroupWriteBack": "write the groups back by an outbound rule",
    "Microsoft.OptionalFeature.UserWriteBack": "write the users back by an outbound rule",
    "Microsoft.OptionalFeature.DeviceWriteBack": "write the devices back by an outbound rule",
    "Microsoft.OptionalFeature.GroupFiltering": "limit the connector to a group by a scope with ISMEMBEROF",
}
"""Options that ask for something when they are on."""


class Metaverse:
    """The file ``MV.xml``."""

    def __init__(self, root: Element | None) -> None:
        """Raises `MigrationError`."""
        self._data = root.first("mv-data") if root is not None else None
        if root is not None and self._data is None:
            raise MigrationError("The metaverse's file holds no metaverse.", "It should hold an element mv-data.")
        for one in (root, self._data):
            if one is not None:
                one.mark(Outcome.CARRIED)
        self._dsml = Dsml(self._data.first("schema") if self._data is not None else None)
        self._options = {
            one.attributes.get("name", ""): one
            for some in children_of(self._data, "parameter-values")
            for one in some.all("parameter")
        }

    def attributes(self, type_: str) -> dict[str, Attribute]:
        """The attributes of a type."""
        return {name: found.attribute for name, found in self._dsml.attributes(type_).items()}

    @property
    def types(self) -> list[str]:
        """The object types."""
        return self._dsml.classes

    def option(self, name: str) -> str:
        """The value of an option of the server; empty without one."""
        found = self._options.get(name)
        return found.text if found is not None else ""

    def guards(self) -> dict[str, Any]:
        """The threshold of deletes, for every connector."""
        switch, value = _CARRIED
        count = counted(self.option(value))
        return {"deletes": {"count": count, "share": "0%"}} if count and self.option(switch).lower() == "true" else {}

    def carry(self, migration: Migration, joined: Mapping[str, set[str]], used: Mapping[str, set[str]]) -> None:
        """Write the object types. ``joined`` and ``used``: type → attributes that rules join by, read or write."""
        carried: dict[str, set[str]] = {}
        for type_ in self.types + sorted(used.keys() - set(self.types)):
            known = self.attributes(type_)
            attributes: dict[str, Any] = {}
            for name in sorted({*known, *used.get(type_, ())}, key=str.lower):
                attributes[name] = _written(name, known.get(name), indexed=name in joined.get(type_, ()))
            migration.drafts.append(Draft("ObjectType", type_, {"attributes": attributes}, folder="resources"))
            carried[type_] = set(known)
        self._dsml.account(carried, "no type has it")
        self._account()

    def carry_schedule(
        self, migration: Migration, active_directory: list[str], others: list[str], deltas: Mapping[str, bool]
    ) -> None:
        """The scheduler's cycle as a run profile, and when it is run."""
        every = _interval(self.option(_SCHEDULE[0]))
        if every is None:
            return
        order = [*active_directory, *others]
        steps = [
            *(f"import {name} delta" if deltas[name] else f"import {name}" for name in order),
            "sync",
            *(f"export {name}" for name in [*others, *active_directory]),
        ]
        note = "The cycle of the old scheduler: Start-ADSyncSyncCycle -PolicyType Delta."
        migration.drafts.append(Draft("RunProfile", "cycle", {"steps": steps}, note, "profiles"))
        initial = [one.removesuffix(" delta") if one.startswith("import") else one for one in steps]
        initial[initial.index("sync")] = "sync full"
        note = "The same from the beginning: Start-ADSyncSyncCycle -PolicyType Initial."
        migration.drafts.append(Draft("RunProfile", "cycle from the beginning", {"steps": initial}, note, "profiles"))
        off = self.option(_SCHEDULE[1]).lower() == "false"
        body = {"profile": "cycle", "every": every}
        migration.drafts.append(Draft("Schedule", "cycle", body, "", "schedules", aside=off))

    def _account(self) -> None:
        for name, element in self._options.items():
            if name in (*_CARRIED, *_SCHEDULE):
                element.mark(Outcome.CARRIED)
            elif name in _BY_OTHER_MEANS and element.text.lower() == "true":
                element.mark(Outcome.PERSON, _BY_OTHER_MEANS[name])
            else:
                element.mark(Outcome.NOT_APPLICABLE, "an option of the old product's wizard and server")
        for one in children_of(self._data, "parameter-values"):
            one.mark(Outcome.CARRIED)
        for one in children_of(self._data, "format-version", "version", "password-change-history-size", "extension"):
            one.whole(Outcome.NOT_APPLICABLE, _BOOKKEEPING)
        for one in children_of(self._data, "password-sync"):
            one.whole(Outcome.NOT_APPLICABLE, "Mimas does not synchronise passwords")
        for one in children_of(self._data, "import-attribute-flow", "provisioning", "mv-deletion"):
            if not one.children:
                one.mark(Outcome.NOT_APPLICABLE, "it is empty")


def _written(name: str, known: Attribute | None, *, indexed: bool) -> Any:
    if known is None:
        text = "string, indexed" if indexed else "string"
        return Noted(text, f"Rules name {name}; the schema of the metaverse does not have it.")
    flags = (", multivalued" if known.multivalued else "") + (", indexed" if indexed else "")
    return f"{known.kind}{flags}"


def _interval(text: str) -> str | None:
    """``00:30:00`` as 30 minutes."""
    found = re.fullmatch(r"(?:([0-9]{1,5})\.)?([0-9]{1,5}):([0-9]{1,5}):[0-9]+", text)
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    total = (days * 24 + hours) * 60 + minutes
    return f"{total} minutes" if total else None
