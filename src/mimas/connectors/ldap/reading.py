"""Reading a directory: one paged search (RFC 2696) over everything of the configured types."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import ldap
from ldap.controls.libldap import SimplePagedResultsControl
from ldap.filter import escape_filter_chars
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import ConnectorError, End, Entry, EntryError, Problem, Schema
from mimas.connectors.ldap.failures import told, unreachable
from mimas.connectors.ldap.session import Session
from mimas.connectors.ldap.syntax import anchor, decode
from mimas.schema.attributes import NAME, Kind, ObjectType
from mimas.schema.names import key as name_key
from mimas.schema.values import Values, many

_CUT = (ldap.SIZELIMIT_EXCEEDED, ldap.TIMELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED, ldap.PARTIAL_RESULTS)
_STRUCTURAL = "structuralObjectClass"

Raw = tuple[str, Mapping[str, list[bytes]]]


@dataclass(slots=True)
class LdapPage:
    """One page of a search."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    problems: Sequence[Problem]
    records: Sequence[Raw]
    reader: "Reader"
    deleted: frozenset[int] = frozenset()

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        name, attributes = self.records[index]
        return self.reader.entry(self.keys[index], name, attributes)


class Reader:
    """Reads; ``anchor`` is none where the directory gives objects no identity besides their names."""

    def __init__(self, session: Session, schema: Schema, salt: int) -> None:
        self._session = session
        self._schema = {name.lower(): object_type for name, object_type in schema.items()}
        self._salt = salt
        self._anchor = session.anchor
        self._hidden = name_key(session.settings.empty_member)

    def pages(self, watermark: str | None) -> Iterator[LdapPage | End]:
        """Everything, or what was changed since ``watermark``. Raises `ConnectorError`."""
        reasons: dict[str, str] = {}
        bases = self._session.settings.base
        try:
            mark = self._session.watermark()
            for base in bases:
                for records in self._search(base, watermark):
                    if isinstance(records, str):
                        reasons[base] = records
                    else:
                        yield self._page(records)
        except ldap.LDAPError as error:
            raise unreachable(self._session.name, self._session.settings, error) from error
        whole = tuple(base for base in bases if base not in reasons)
        reason = "; ".join(f"{base}: {why}" if len(bases) > 1 else why for base, why in reasons.items())
        yield End(complete=not reasons, watermark=mark, reason=reason, parts=whole)

    def fetch(self, names: Sequence[str]) -> LdapPage:
        """The entries of these names, without those that are not there. Raises `ConnectorError`."""
        found: list[Raw] = []
        try:
            for name in names:
                with suppress(ldap.NO_SUCH_OBJECT):
                    found += self._session.link.search_s(name, ldap.SCOPE_BASE, self._filter(None), self._wanted())
        except ldap.LDAPError as error:
            raise unreachable(self._session.name, self._session.settings, error) from error
        return self._page(found)

    def _search(self, base: str, watermark: str | None) -> Iterator[list[Raw] | str]:
        """Pages of entries; a text in the end says why they are not all."""
        link, settings = self._session.link, self._session.settings
        control = SimplePagedResultsControl(True, size=settings.page_size, cookie="")
        while True:
            asked = link.search_ext(
                base, ldap.SCOPE_SUBTREE, self._filter(watermark), self._wanted(), serverctrls=[control]
            )
            try:
                _, found, _, controls = link.result3(asked, timeout=settings.timeout)
            except ldap.NO_SUCH_OBJECT:
                if len(settings.base) == 1:
                    raise
                yield "it is not there, or may not be read"
                return
            except _CUT as error:
                who = settings.bind_dn or "anonymous"
                advice = f"raise the limits of {who}, or make page_size smaller than them"
                yield f"the directory cut the listing short: {told(error)}; {advice}"
                return
            # References to other servers come without a name.
            yield [(name, attributes) for name, attributes, *_ in found if name is not None]
            answer = next((one for one in controls if one.controlType == control.controlType), None)
            if answer is None:
                raise ConnectorError(
                    f"Connector {self._session.name}: {settings.uri} does not answer in pages (RFC 2696), so whether "
                    "the listing is complete cannot be known.",
                    "Allow the simple paged results control.",
                )
            if not answer.cookie:
                return
            control.cookie = answer.cookie

    def _filter(self, watermark: str | None) -> str:
        types = "".join(f"(objectClass={escape_filter_chars(one.name)})" for one in self._schema.values())
        since = f"(modifyTimestamp>={escape_filter_chars(watermark)})" if watermark else ""
        own = self._session.settings.filter
        return f"(&(|{types}){own if not own or own.startswith('(') else f'({own})'}{since})"

    def _wanted(self) -> list[str]:
        every = (attribute for one in self._schema.values() for attribute in one.attributes.values())
        names = {attribute.name for attribute in every if attribute.name != NAME and not attribute.secret}
        return sorted(names | {"objectClass", _STRUCTURAL} | ({self._anchor} if self._anchor else set()))

    def _page(self, records: list[Raw]) -> LdapPage:
        keys, fingerprints, problems, good = [], [], [], []
        for name, attributes in records:
            try:
                key = self._key(name, attributes)
            except EntryError as error:
                problems.append(Problem(error.code, name, error.message, error.advice))
                continue
            if key is None:
                text = f"The object has no {self._anchor}, by which Mimas knows it again."
                advice = f"Let the account of bind_dn read {self._anchor}, or have the server generate it."
                problems.append(Problem("missing-anchor-component", name, text, advice))
                continue
            keys.append(key)
            raw = repr((name, sorted(attributes.items()))).encode()
            fingerprints.append(xxh3_64_intdigest(raw, seed=self._salt) >> 1)
            good.append((name, attributes))
        return LdapPage(keys, fingerprints, problems, good, self)

    def _key(self, name: str, attributes: Mapping[str, list[bytes]]) -> str | None:
        """What the object is known by; none where the directory does not tell. Raises `EntryError`."""
        if "=" not in name or "\0" in name:
            raise EntryError("invalid-dn", f"the directory sends an object with the name {name!r}", "Correct its name.")
        if self._anchor is None:
            return name_key(name)
        values = attributes.get(self._anchor) or _lowered(attributes).get(self._anchor.lower())
        return anchor(values[0], self._anchor) or None if values else None

    def entry(self, key: str, name: str, attributes: Mapping[str, list[bytes]]) -> Entry:
        """One entry parsed. Raises `EntryError`."""
        found = _lowered(attributes)
        object_type = self._type(name, found)
        values: Values = {NAME: name}
        references: dict[str, list[str]] = {}
        for attribute in object_type.attributes.values():
            if attribute.name == NAME or not (raw := found.get(attribute.name.lower())):
                continue
            if not attribute.multivalued and len(raw) > 1:
                raise EntryError(
                    "multi-single-mismatch",
                    f"{name}: {attribute.name} has {len(raw)} values and is declared with one",
                    "Declare it as multivalued.",
                )
            decoded = [decode(value, attribute.kind, attribute.name) for value in raw if value]
            if attribute.kind is Kind.REFERENCE:
                references[attribute.name] = [text for one in decoded if not self._is_hidden(text := str(one))]
            elif decoded:
                values[attribute.name] = many(decoded) if attribute.multivalued else decoded[0]
        return Entry(object_type.name, key, name, values, references)

    def _is_hidden(self, name: str) -> bool:
        return bool(self._hidden) and name_key(name) == self._hidden

    def _type(self, name: str, attributes: Mapping[str, list[bytes]]) -> ObjectType:
        """The most specific configured class; Active Directory lists an object's classes in that order."""
        classes = attributes.get(_STRUCTURAL.lower(), []) + attributes.get("objectclass", [])[::-1]
        for one in classes:
            if object_type := self._schema.get(one.decode(errors="replace").lower()):
                return object_type
        message = f"{name} is of no configured type"
        raise EntryError("unmappable-object-type", message, "Let the account of bind_dn read objectClass.")


def _lowered(attributes: Mapping[str, list[bytes]]) -> dict[str, list[bytes]]:
    """The attributes by lower-case name, without the option that only says how a value is transferred (RFC 4522)."""
    lowered = {}
    for name, values in attributes.items():
        plain, _, option = name.lower().partition(";")
        if option.startswith("range="):
            raise EntryError(
                "read-error",
                f"the directory sends only a part of {plain} ({len(values)} values)",
                "Raise the directory's limit on values (Active Directory: MaxValRange).",
            )
        lowered[plain if option == "binary" or not option else name.lower()] = values
    return lowered
