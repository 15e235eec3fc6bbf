"""Writing to a domain: as to any directory, but for passwords, flags, deleted objects, and who may delete a tree."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from math import ceil
from typing import Any

import ldap
from ldap.controls import LDAPControl
from ldap.filter import escape_filter_chars

from mimas.connectors.active_directory import values
from mimas.connectors.active_directory.flags import FLAGS, LAST_SET, LOCKOUT, UAC, start
from mimas.connectors.contract import Change, Export, Result, Schema
from mimas.connectors.ldap.session import Session
from mimas.connectors.ldap.writing import Modification, RefusedError, Writer
from mimas.schema.attributes import Kind
from mimas.schema.names import split

_TREE_DELETE = LDAPControl("1.2.840.113556.1.4.805", True)
_SHOW_DELETED = LDAPControl("1.2.840.113556.1.4.417", True)
_PRIVILEGED = "cn=privileged access management feature,"
_NAME = "sAMAccountName"
_KEPT = frozenset({"objectclass", "samaccountname"})
"""What a restored object is not told by a later modify."""


class DomainWriter(Writer):
    """Writes to one domain."""

    _special = frozenset({values.PASSWORD.lower()})

    def __init__(self, session: Session, schema: Schema, root: str, *, delete_tree: bool, restore: bool) -> None:
        super().__init__(session, schema)
        self._root = root
        self._delete_controls = [_TREE_DELETE] if delete_tree else []
        self._restore = restore

    def _send_add(self, export: Export, name: str) -> int | Result | None:
        return None if self._restore else super()._send_add(export, name)

    def _add(self, export: Export, name: str, again: bool) -> str | None:
        if self._restore and (deleted := self._deleted(export)):
            return self._restored(export, deleted, name)
        return super()._add(export, name, again)

    def _deleted(self, export: Export) -> str | None:
        """The deleted object that had the account name of a new one."""
        account = export.values.get(_NAME)
        if not account:
            return None
        condition = f"(&(isDeleted=TRUE)(objectClass={escape_filter_chars(export.type)})"
        condition += f"({_NAME}={escape_filter_chars(str(account))}))"
        found = self._session.link.search_ext_s(
            self._root, ldap.SCOPE_SUBTREE, condition, ["1.1"], serverctrls=[_SHOW_DELETED]
        )
        places = [one[0] for one in found if one[0] is not None]
        # Of several it is not known whose rights would come back.
        return places[0] if len(places) == 1 else None

    def _restored(self, export: Export, deleted: str, name: str) -> str | None:
        """Bring a deleted object back under its new name (MS-ADTS 3.1.1.5.3.7), and make it what it is to be."""
        back: list[Modification] = [
            (ldap.MOD_DELETE, "isDeleted", None),
            (ldap.MOD_REPLACE, "distinguishedName", [name.encode()]),
        ]
        self._create_parents(name)
        self._session.link.modify_ext_s(deleted, back, serverctrls=[_SHOW_DELETED])
        naming = {part.partition("=")[0].strip().lower() for part in split(name)[0].split("+")}
        changes = {
            key: Change(change.values) for key, change in export.changes.items() if key.lower() not in _KEPT | naming
        }
        # In one request: an account without a password cannot be enabled.
        if modifications := self._modifications(_with(export, changes), name):
            self._modify(name, modifications)
        return self._look_anchor(name)

    def _whole(self, export: Export, name: str) -> list[tuple[str, list[bytes]]]:
        flags = {key: change for key, change in export.changes.items() if key in FLAGS}
        plain = {key: change for key, change in export.changes.items() if key not in FLAGS}
        attributes = super()._whole(_with(export, plain), name)
        raw: dict[str, int] = {}
        for key, change in flags.items():
            source = FLAGS[key].source
            raw[source] = self._flagged(export, key, change, raw.get(source, start(source, export.type)))
        return [*attributes, *((source, [b"%d" % number]) for source, number in raw.items())]

    def _modifications(self, export: Export, name: str) -> list[Modification]:
        flags = {key: change for key, change in export.changes.items() if key in FLAGS}
        plain = {key: change for key, change in export.changes.items() if key not in FLAGS}
        modifications = super()._modifications(_with(export, plain), name)
        sources = sorted({FLAGS[key].source for key in flags})
        now = (self._session.look(name, sources) or {}) if sources else {}
        for source in sources:
            of_source = {key: change for key, change in flags.items() if FLAGS[key].source == source}
            modifications += self._set(export, source, of_source, now.get(source.lower(), []))
        return modifications

    def _changed(self, export: Export, key: str, change: Change) -> list[Modification]:
        """Links that are to expire are written as TTL-DNs, where the forest can (MS-ADTS 3.1.1.9.2)."""
        if not self._attribute(export, key).multivalued or not (
            change.until or set(change.added) & set(change.removed)
        ):
            return super()._changed(export, key, change)
        ends = change.until if self._links_expire else {}
        # A link that is there already keeps its end, so it is removed and made again; within one modify nobody sees it.
        again = [value for value in change.removed if value in change.added]
        plain = Change(
            change.values,
            [value for value in change.added if value not in ends and value not in again],
            [value for value in change.removed if value not in again],
        )
        modifications = super()._changed(export, key, plain) if plain.added or plain.removed else []
        if again:
            modifications.append((ldap.MOD_DELETE, key, [str(value).encode() for value in again]))
        now = datetime.now(UTC)
        timed = [_expiring(value, ends.get(value), now) for value in change.added if value in ends or value in again]
        return [*modifications, (ldap.MOD_ADD, key, timed)] if timed else modifications

    @cached_property
    def _links_expire(self) -> bool:
        """Whether the forest has the Privileged Access Management Feature switched on (MS-ADTS 3.1.1.9)."""
        place = f"CN=Partitions,{self._session.root.get('configurationnamingcontext', [b''])[0].decode()}"
        features = (self._session.look(place, ["msDS-EnabledFeature"]) or {}).get("msds-enabledfeature", [])
        return any(feature.decode().lower().startswith(_PRIVILEGED) for feature in features)

    def _set(self, export: Export, source: str, flags: Mapping[str, Change], before: list[bytes]) -> list[Modification]:
        """What makes the number that holds some flags what they are to say."""
        number = after = int(before[0]) if before else 0
        for key, change in flags.items():
            after = self._flagged(export, key, change, after)
        if before and after == number:
            return []
        new = [b"%d" % after]
        if before and source == UAC:
            # Whoever else changed a bit in this moment is not undone: the number must be the one that was read.
            return [(ldap.MOD_DELETE, source, before), (ldap.MOD_ADD, source, new)]
        return [(ldap.MOD_REPLACE, source, new)]

    def _flagged(self, export: Export, key: str, change: Change, number: int) -> int:
        if not change.values:
            advice = "Let a rule always give it a value, such as true or false."
            raise RefusedError("invalid-attribute-value", f"{export.name}: {key} cannot be cleared.", advice)
        try:
            return FLAGS[key].write(change.values[0], number)
        except ValueError as error:
            message = f"{export.name}: {key} {error}."
            raise RefusedError("invalid-attribute-value", message, "Correct the rule that makes the value.") from None

    def _encoded(self, value: Any, key: str, kind: Kind) -> bytes:
        if key.lower() == values.PASSWORD.lower():
            return values.password(str(value))
        if kind is Kind.DATETIME and key.lower() in values.FILETIMES:
            return values.filetime(str(value))
        return super()._encoded(value, key, kind)

    def _is_shown(self, export: Export, key: str) -> bool:
        """Of when a password was set, and of a lock, Active Directory makes something else."""
        return key not in (LAST_SET, LOCKOUT) and super()._is_shown(export, key)


def _expiring(name: str, end: datetime | None, now: datetime) -> bytes:
    """A link for the wire; one that ends is to live for so many seconds."""
    return f"<TTL={max(1, ceil((end - now).total_seconds()))},{name}>".encode() if end else name.encode()


def _with(export: Export, changes: Mapping[str, Change]) -> Export:
    return Export(
        export.id, export.operation, export.type, export.anchor, export.name, export.new_name, changes, export.values
    )
