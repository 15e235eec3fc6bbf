"""Writing to a directory: adds, modifies, renames and moves, deletes; one result for each object."""

from collections.abc import Iterator, Sequence
from typing import Any

import ldap
from ldap.controls import LDAPControl
from ldap.dn import str2dn

from mimas.connectors.contract import Change, ConnectorError, Export, Operation, Result, Schema
from mimas.connectors.ldap import failures, readback
from mimas.connectors.ldap.session import Session
from mimas.connectors.ldap.syntax import anchor, encode
from mimas.schema.attributes import NAME, Attribute, Kind
from mimas.schema.names import key as name_key
from mimas.schema.names import parent, split

_DONE_ALREADY = (ldap.TYPE_OR_VALUE_EXISTS, ldap.NO_SUCH_ATTRIBUTE, ldap.ALREADY_EXISTS, ldap.UNWILLING_TO_PERFORM)
"""What servers answer to adding a value that is there, or removing one that is not (the last two: Samba, members)."""

_VALUES = 1_000
"""So many values of an attribute in one request at most; Active Directory takes 5,000 in all."""

Modification = tuple[int, str, list[bytes] | None]


class RefusedError(Exception):
    """Something that need not be sent to know that it is wrong: a term of the catalogue, what is wrong, what to do."""


class Writer:
    """Writes; a lost connection is made anew once, and what was under way is then looked at before it is repeated."""

    _delete_controls: Sequence[LDAPControl] = ()
    _special: frozenset[str] = frozenset()
    """Attributes, in lower case, whose texts are written in a form of their own."""

    def __init__(self, session: Session, schema: Schema) -> None:
        self._session = session
        self._schema = schema
        identity = session.anchor if session.reads_after_write else None
        self._add_controls = [readback.asking_for(identity)] if identity else []

    def once(self, export: Export, *, again: bool = False) -> Result:
        """Send one, and wait. ``again``: it may have been done already.

        Raises `ConnectorError` when the directory is out of reach.
        """
        try:
            return self._attempt(export, again)
        except failures.LOST:
            self._session.reconnect()
        try:
            return self._attempt(export, again=True)
        except failures.LOST as error:
            raise failures.unreachable(self._session.name, self._session.settings, error) from error

    def send(self, export: Export) -> int | Result | None:
        """Send one without waiting: the number of the request.

        A result where nothing is to be sent; none where it takes more than one request. Raises ``ldap.LDAPError``.
        """
        if not export.name or export.new_name:
            return None
        send = {Operation.ADD: self._send_add, Operation.UPDATE: self._send_update, Operation.DELETE: self._send_delete}
        try:
            return send[export.operation](export, export.name)
        except RefusedError as refused:
            return _refused(export, refused)

    def _send_add(self, export: Export, name: str) -> int | Result | None:
        attributes = self._whole(export, name)
        if any(len(values) > _VALUES for _, values in attributes):
            return None
        number: int = self._session.link.add_ext(name, attributes, serverctrls=self._add_controls)
        return number

    def _send_update(self, export: Export, name: str) -> int | Result | None:
        first, *more = _batches(self._modifications(export, name))
        if more:
            return None
        number: int = self._session.link.modify_ext(name, first) if first else 0
        return number if first else Result(export.id)

    def _send_delete(self, _: Export, name: str) -> int | Result | None:
        number: int = self._session.link.delete_ext(name, serverctrls=self._delete_controls)
        return number

    def answered(self, export: Export, controls: Sequence[Any]) -> str | None:
        """The anchor that an answer brings, for what was sent. Raises ``ldap.LDAPError``, `EntryError`."""
        if export.operation is not Operation.ADD or not export.name:
            return None
        return self._anchor(export.name, controls)

    def _attempt(self, export: Export, again: bool) -> Result:
        act = {Operation.ADD: self._add, Operation.UPDATE: self._update, Operation.DELETE: self._delete}
        if not export.name:
            return Result(export.id, "invalid-dn", f"Object {export.anchor} has no name.", "Let a rule flow to dn.")
        try:
            return Result(export.id, anchor=act[export.operation](export, export.name, again))
        except RefusedError as refused:
            return _refused(export, refused)
        except failures.LOST:
            raise
        except ldap.LDAPError as error:
            return failures.result(export, error)

    def _add(self, export: Export, name: str, again: bool) -> str | None:
        attributes = self._whole(export, name)
        if again and self._is_ours(export, name, attributes):
            return self._look_anchor(name)
        try:
            return self._create(name, attributes)
        except ldap.NO_SUCH_OBJECT:
            if not self._create_parents(name):
                raise
            return self._create(name, attributes)

    def _create(self, name: str, attributes: Sequence[tuple[str, list[bytes]]]) -> str | None:
        identity = self._create_entry(name, [(key, values[:_VALUES]) for key, values in attributes])
        for key, values in attributes:
            if len(values) > _VALUES:
                self._modify(name, [(ldap.MOD_ADD, key, values[_VALUES:])])
        return identity

    def _create_entry(self, name: str, attributes: Sequence[tuple[str, list[bytes]]]) -> str | None:
        number = self._session.link.add_ext(name, attributes, serverctrls=self._add_controls)
        return self._anchor(name, self.answer(number))

    def answer(self, number: int) -> Sequence[Any]:
        """The controls of the answer to a request. Raises ``ldap.LDAPError``."""
        link, patience = self._session.link, self._session.settings.timeout
        _, _, _, controls = link.result3(number, timeout=patience, resp_ctrl_classes={readback.OID: readback.Answer})
        answered: Sequence[Any] = controls
        return answered

    def _anchor(self, name: str, controls: Sequence[Any]) -> str | None:
        """The anchor of what was added, from the controls of the answer or by a look."""
        if (identity := self._session.anchor) is None:
            return name_key(name)
        found = readback.answered(controls)
        return anchor(found, identity) if found else self._look_anchor(name)

    def _look_anchor(self, name: str) -> str | None:
        identity = self._session.anchor
        if identity is None:
            return name_key(name)
        values = (self._session.look(name, [identity]) or {}).get(identity.lower())
        return anchor(values[0], identity) if values else None

    def _is_ours(self, export: Export, name: str, attributes: Sequence[tuple[str, list[bytes]]]) -> bool:
        """Whether an add that was cut off has been done after all: the entry is there with every value we sent."""
        shown = {key.lower(): values for key, values in attributes if self._is_shown(export, key)}
        found = self._session.look(name, list(shown))
        return found is not None and all(set(values) <= set(found.get(key, [])) for key, values in shown.items())

    def _is_shown(self, export: Export, key: str) -> bool:
        """Whether a directory shows a value as it was sent; passwords it does not."""
        return not self._attribute(export, key).secret

    def _whole(self, export: Export, name: str) -> list[tuple[str, list[bytes]]]:
        attributes: dict[str, list[bytes]] = {}
        for key, change in export.changes.items():
            if key != NAME and (values := self._encode(export, key, change.values)):
                attributes[key] = values
        given = {key.lower() for key in attributes}
        for key, value in _rdn(name):
            if key.lower() not in given:
                attributes[key] = [value.encode()]
        if "objectclass" not in given:
            attributes["objectClass"] = [export.type.encode()]
        for key in self._never_empty(export):
            attributes.setdefault(key, [self._session.settings.empty_member.encode()])
        return list(attributes.items())

    def _never_empty(self, export: Export) -> list[str]:
        """The attributes in which the stand-in keeps a group from being empty (RFC 4519: groupOfNames has a member)."""
        if not self._session.settings.empty_member or export.type not in self._schema:
            return []
        known = {name.lower(): name for name in self._schema[export.type].attributes}
        return [known[name] for name in ("member", "uniquemember") if name in known]

    def _create_parents(self, name: str) -> bool:
        """Create the ``ou=`` containers that a new name lacks, from the top; false when none of them is missing."""
        container = parent(name)
        kind, _, _ = split(container)[0].partition("=") if container else ("", "", "")
        inside = name_key(container).endswith(tuple("," + name_key(base) for base in self._session.settings.base))
        if kind.strip().lower() != "ou" or not inside or self._session.look(container, ["1.1"]) is not None:
            return False
        self._create_parents(container)
        rdn = [(key, [value.encode()]) for key, value in _rdn(container)]
        self._session.link.add_s(container, [("objectClass", [b"organizationalUnit"]), *rdn])
        return True

    def _update(self, export: Export, name: str, again: bool) -> str | None:
        """Modify, then rename: when the second fails, the first can be repeated, which is not so the other way."""
        moved = bool(again and export.new_name and self._session.look(name, ["1.1"]) is None)
        if modifications := self._modifications(export, name):
            self._modify(export.new_name or name if moved else name, modifications)
        if export.new_name and not moved and export.new_name != name:
            self._rename(name, export.new_name)
        return None if self._session.anchor or not export.new_name else name_key(export.new_name)

    def _modifications(self, export: Export, name: str) -> list[Modification]:
        modifications: list[Modification] = []
        naming = {key.lower(): value for key, value in _rdn(export.new_name or name)}
        naming_before = {key.lower() for key, _ in _rdn(name)}
        for key, change in export.changes.items():
            if key.lower() in naming or key.lower() in naming_before:
                _check_naming(export, key, change, naming)
            elif key != NAME:
                modifications += self._changed(export, key, change)
        return modifications

    def _changed(self, export: Export, key: str, change: Change) -> list[Modification]:
        if not (self._attribute(export, key).multivalued and (change.added or change.removed)):
            values = self._encode(export, key, change.values)
            if not values and key in self._never_empty(export):
                values = [self._session.settings.empty_member.encode()]
            return [(ldap.MOD_REPLACE, key, values or None)]
        parts = [(ldap.MOD_ADD, change.added), (ldap.MOD_DELETE, change.removed)]
        if not change.values and key in self._never_empty(export):
            parts[0] = (ldap.MOD_ADD, [*change.added, self._session.settings.empty_member])
        return [(how, key, self._encode(export, key, values)) for how, values in parts if values]

    def _modify(self, name: str, modifications: list[Modification]) -> None:
        for batch in _batches(modifications):
            self._modify_at_once(name, batch)

    def _modify_at_once(self, name: str, modifications: list[Modification]) -> None:
        try:
            self._session.link.modify_s(name, modifications)
        except _DONE_ALREADY as error:
            single: list[Modification] = [
                (how, key, [one]) for how, key, values in modifications for one in values or []
            ]
            if isinstance(error, ldap.UNWILLING_TO_PERFORM) and not self._session.is_active_directory:
                raise
            if all(how == ldap.MOD_REPLACE for how, _, _ in modifications):
                raise
            self._modify_one_by_one(name, [one for one in modifications if one[0] == ldap.MOD_REPLACE], single)

    def _modify_one_by_one(self, name: str, replaced: list[Modification], single: list[Modification]) -> None:
        """Some values are there, or gone, already: send each by itself and take those as done."""
        if replaced:
            self._session.link.modify_s(name, replaced)
        for modification in single:
            if modification[0] != ldap.MOD_REPLACE:
                try:
                    self._session.link.modify_s(name, [modification])
                except _DONE_ALREADY:
                    continue

    def _rename(self, name: str, new_name: str) -> None:
        rdn, container = split(new_name)[0], parent(new_name)
        above = container if name_key(container) != name_key(parent(name)) else None
        try:
            self._session.link.rename_s(name, rdn, above, delold=1)
        except (ldap.NO_SUCH_OBJECT, ldap.OTHER):  # The latter: Active Directory.
            if not self._create_parents(new_name):
                raise
            self._session.link.rename_s(name, rdn, above, delold=1)

    def _delete(self, _: Export, name: str, again: bool) -> None:
        try:
            self._session.link.delete_ext_s(name, serverctrls=self._delete_controls)
        except ldap.NO_SUCH_OBJECT:
            if not again:
                raise

    def _attribute(self, export: Export, key: str) -> Attribute:
        if (object_type := self._schema.get(export.type)) is None:
            raise ConnectorError(
                f"Connector {self._session.name} has no object type {export.type}.", "Add it to the connector's schema."
            )
        return object_type.attributes.get(key) or Attribute(key, Kind.STRING, multivalued=True)

    def _encode(self, export: Export, key: str, values: Sequence[Any]) -> list[bytes]:
        kind = self._attribute(export, key).kind
        try:
            if (
                kind is Kind.STRING
                and len(values) == 1
                and values[0].__class__ is str
                and key.lower() not in self._special
            ):
                return [values[0].encode()] if values[0] else []
            return [self._encoded(value, key, kind) for value in values if value != ""]
        except ValueError as error:
            message, advice = f"{export.name}: {key} {error}.", "Correct the rule that makes the value."
            raise RefusedError("invalid-attribute-value", message, advice) from None

    def _encoded(self, value: Any, _: str, kind: Kind) -> bytes:
        """One value for the wire. Raises `ValueError` with the reason."""
        return encode(value, kind)


def _refused(export: Export, refused: RefusedError) -> Result:
    code, message, advice = refused.args
    return Result(export.id, code, message, advice)


def _batches(modifications: list[Modification]) -> Iterator[list[Modification]]:
    """Together first; of long lists of values, what is too much for one request, in requests that follow."""
    rest: list[Modification] = []
    first = []
    for how, key, values in modifications:
        if values is None or len(values) <= _VALUES:
            first.append((how, key, values))
            continue
        first.append((how, key, values[:_VALUES]))
        then = how if how != ldap.MOD_REPLACE else ldap.MOD_ADD
        rest += [(then, key, values[at : at + _VALUES]) for at in range(_VALUES, len(values), _VALUES)]
    yield first
    for one in rest:
        yield [one]


def _rdn(name: str) -> list[tuple[str, str]]:
    """The attributes and values that name the object within its container. Raises `RefusedError`."""
    try:
        return [(key, value) for key, value, _ in str2dn(name)[0]]
    except (ldap.DECODING_ERROR, IndexError):
        advice = "Correct the rule that builds the name; EscapeDNComponent() escapes its parts."
        raise RefusedError("invalid-dn", f"{name!r} is not a distinguished name (RFC 4514).", advice) from None


def _check_naming(export: Export, key: str, change: Change, naming: dict[str, str]) -> None:
    """The values of the name change with the name only; a rule that says otherwise contradicts itself."""
    value = naming.get(key.lower())
    given = {str(one).casefold() for one in change.values}
    if value is not None and given and value.casefold() not in given:
        wanted = ", ".join(map(str, change.values))
        text = f"{export.name}: {key} is part of the name, which says {value!r}, not {wanted!r}."
        raise RefusedError("modify-naming-attribute", text, f"Change the name (dn) together with {key}.")
