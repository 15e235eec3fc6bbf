"""What a request on the schema means for the documents of the kind ObjectType, which are what is true.

A binding that is made gives a type an attribute; its pattern, range, label and whether it is required are those of the
attribute there. An attribute that no type has yet is only remembered. What Mimas itself is made of can be added to, and
nothing of it can be taken away. Source: MIM's SDK, *Schema Resources*: names and data types never change.
"""

import re
from collections.abc import Mapping
from typing import Any

from mimas.language import regexes
from mimas.language.errors import FlowError
from mimas.requests.schema import ATTRIBUTE, BINDING, DATA_TYPES, TYPE, binding
from mimas.requests.wishes import Operation
from mimas.schema import forms
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SYSTEM, extended
from mimas.schema.values import as_list, decode
from mimas.store import documents, naming, referring, resources
from mimas.store.database import Transaction
from mimas.store.documents import Packed, StoredDocument
from mimas.store.instants import stamp
from mimas.store.store import Store

OBJECT_TYPE = "ObjectType"
"""The kind of the documents."""

_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_.:-]*")
_LABEL = re.compile(r"\s*([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\s*:\s*(.+)", re.DOTALL)
_KINDS = {word: kind for kind, word in DATA_TYPES.items()} | {"Text": Kind.STRING}
_LIMITS = {
    "Required": "required",
    "StringRegex": "pattern",
    "IntegerMinimum": "minimum",
    "IntegerMaximum": "maximum",
}
_CORE = {
    "DisplayName": "string, indexed",
    "Description": "string",
    "CreatedTime": "datetime",
    "Creator": "reference",
    "ExpirationTime": "datetime",
}
"""The attributes of a type that a request makes (MIM: its core attributes)."""


class AmendmentError(Exception):
    """The schema cannot be changed so; the message says why."""


def amend(tx: Transaction, store: Store, operation: Operation, type_: str, id_: int) -> bool:
    """Do to the documents what has been done to a resource of the schema; whether a document has changed.

    To be called when the resource has been written, or deleted. From then on the store knows the changed types. Raises
    `AmendmentError`, after which all of it is to be undone.
    """
    (row,) = resources.load(tx, [id_])
    values: dict[str, Any] = dict(decode(row.doc))
    amendment = _Amendment(tx, store, id_, values)
    do = {TYPE: amendment.type, ATTRIBUTE: amendment.attribute, BINDING: amendment.binding}
    return do[type_](operation)


class _Amendment:
    """One resource of the schema, and what is to come of it."""

    def __init__(self, tx: Transaction, store: Store, id_: int, values: dict[str, Any]) -> None:
        self.tx = tx
        self.store = store
        self.id = id_
        self.values = values
        self.name = str(values.get("Name", ""))
        self.known = next((name for _, name in naming.keys(tx, [id_]).get(id_, [])), None)
        """Under which name it was known before."""

    def type(self, operation: Operation) -> bool:
        """A type of resources."""
        name = self.name
        if operation is Operation.CREATE:
            self._check_name()
            if name in self.store.catalogue:
                raise AmendmentError(f"There is a type '{name}' already")
            self._write(name, Packed({}), dict(_CORE))
            naming.name(self.tx, [((TYPE, name), self.id)], self.store.clock())
            return True
        if operation is Operation.PUT:
            if self.known is not None and self.known != name:
                raise AmendmentError(f"A type keeps its name: '{self.known}' cannot become '{name}'")
            return False
        if name in SYSTEM:
            raise AmendmentError(f"'{name}' is a part of Mimas itself, and cannot be deleted")
        if resources.living(self.tx, [self.store.symbol(name)]):
            raise AmendmentError(f"There are resources of the type '{name}': delete them first")
        documents.remove(self.tx, [(OBJECT_TYPE, name)])
        self.store.catalogue = {of: attributes for of, attributes in self.store.catalogue.items() if of != name}
        return True

    def attribute(self, operation: Operation) -> bool:
        """An attribute, whoever has it: no document says anything of it but those of the types that have it."""
        name = self.name
        bound = {type_: of[name] for type_, of in sorted(self.store.catalogue.items()) if name in of}
        who = " and ".join(bound)
        if operation is Operation.CREATE:
            self._check_name()
            if bound:
                raise AmendmentError(f"There is an attribute '{name}' already, of {who}: bind that")
            _limited({"type": str(self._kind(self.values))}, self.values)
            naming.name(self.tx, [((ATTRIBUTE, name), self.id)], self.store.clock())
        elif operation is Operation.DELETE and bound:
            raise AmendmentError(f"{who} have the attribute '{name}': delete its bindings first")
        elif operation is Operation.DELETE:
            naming.forget(self.tx, [(ATTRIBUTE, name)])
        elif self.known is not None:
            self._check_kept(bound)
        return False

    def _check_kept(self, bound: Mapping[str, Attribute]) -> None:
        """What never changes has not changed, and what only a binding says is not said here."""
        assert self.known is not None
        forms_ = {(one.kind, one.multivalued) for one in bound.values()}
        form = (self._kind(self.values), self.values.get("Multivalued") is True)
        if self.known.partition(" (")[0] != self.name or (bound and form not in forms_):
            raise AmendmentError("The name of an attribute, and what it holds, never change: make another one")
        said = {word: self.values[key] for key, word in _LIMITS.items() if key in self.values}
        if bound and not any(said.items() <= forms.of(one).items() for one in bound.values()):
            raise AmendmentError(f"What '{self.name}' may hold is said for each type that has it: change the binding")

    def binding(self, operation: Operation) -> bool:
        """That a type has an attribute."""
        type_, about = self._bound()
        name = str(about["Name"])
        if self.known is not None and self.known != binding(type_, name):
            raise AmendmentError(f"'{self.known}' stays what it binds: make another binding")
        there = self.store.catalogue.get(type_, {})
        packed, file = self._document(type_)
        parts: dict[str, Any] = dict(packed.body.get("attributes", {}))
        if operation is Operation.DELETE:
            if name in SYSTEM.get(type_, {}):
                raise AmendmentError(f"'{name}' of {type_} is a part of Mimas itself, and cannot be taken away")
            parts.pop(name, None)
        else:
            if operation is Operation.CREATE and name in there:
                raise AmendmentError(f"{type_} has an attribute '{name}' already")
            if name in there:
                base = {**forms.of(there[name]), **forms.long(parts.get(name, forms.of(there[name])))}
                # What the resource does not say has been taken away.
                base = {word: said for word, said in base.items() if word not in (*_LIMITS.values(), "label")}
            else:
                base = _new(self._kind(about), about)
            parts[name] = forms.short(_limited(base, self.values, name))
            naming.name(self.tx, [((BINDING, binding(type_, name)), self.id)], self.store.clock())
        self._write(type_, packed, parts, file)
        return True

    def _bound(self) -> tuple[str, Mapping[str, Any]]:
        """The type and the attribute's values."""
        refers = referring.own(self.tx, self.store, [self.id]).get(self.id, {})
        found = []
        for key in ("BoundObjectType", "BoundAttributeType"):
            rows = resources.load(self.tx, sorted(refers.get(key, ())))
            if len(rows) != 1:
                raise AmendmentError(f"A binding names one type and one attribute: its {key} is missing")
            found.append(decode(rows[0].doc))
        return str(found[0].get("Name", "")), found[1]

    def _kind(self, about: Mapping[str, Any]) -> Kind:
        data = str(about.get("DataType"))
        if data not in _KINDS:
            raise AmendmentError(f"'{data}' is no data type; there is: {', '.join(_KINDS)}")
        return _KINDS[data]

    def _check_name(self) -> None:
        if not _NAME.fullmatch(self.name):
            rule = "it begins with a letter, and holds letters, digits and _ - . :"
            raise AmendmentError(f"'{self.name}' is no name: {rule}")

    def _document(self, type_: str) -> tuple[Packed, str]:
        found = documents.load(self.tx, [(OBJECT_TYPE, type_)]).get((OBJECT_TYPE, type_))
        if found is None:
            return Packed({}), f"documents/types/{type_}.yaml"
        return documents.unpacked(found.body), found.file

    def _write(self, type_: str, packed: Packed, parts: Mapping[str, Any], file: str = "") -> None:
        body = {**packed.body, "attributes": dict(parts)}
        file = file or f"documents/types/{type_}.yaml"
        packed = Packed(body, packed.line, packed.lines)
        # The normal form of this kind is known above; who applies a folder compares bodies, and not this digest.
        digest = documents.digest({"kind": OBJECT_TYPE, "name": type_, **body})
        row = StoredDocument(OBJECT_TYPE, type_, documents.packed(packed), file, digest)
        documents.write(self.tx, [row], stamp(self.store.clock()))
        attributes = {name: forms.attribute(name, form) for name, form in parts.items()}
        self.store.catalogue = {**self.store.catalogue, type_: extended(type_, attributes)}


def _new(kind: Kind, about: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute that a type has not had yet, as it was made: with the limits that were given to it then."""
    base = {"type": str(kind), "multivalued": about.get("Multivalued") is True}
    return base | {word: about[key] for key, word in _LIMITS.items() if key in about}


def _limited(form: Mapping[str, Any], given: Mapping[str, Any], name: str = "") -> dict[str, Any]:
    """A form with the limits and labels of a resource; ``name``: what an attribute is called that has no label.

    Raises `AmendmentError` for what cannot be.
    """
    found = {**form, **{word: given[key] for key, word in _LIMITS.items() if key in given}}
    if expression := str(found.get("pattern") or ""):
        if found["type"] != Kind.STRING:
            raise AmendmentError(f"Only texts have a pattern, and this is {found['type']}")
        try:
            regexes.pattern(expression)
        except FlowError as error:
            raise AmendmentError(str(error)) from None
    low, high = found.get("minimum"), found.get("maximum")
    if (low, high) != (None, None) and found["type"] != Kind.INTEGER:
        raise AmendmentError(f"Only whole numbers have a minimum and a maximum, and this is {found['type']}")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        raise AmendmentError(f"The minimum {low} is above the maximum {high}")
    labels = {"en": str(given["DisplayName"])} if "DisplayName" in given else {}
    for text in as_list(given.get("LocalizedDisplayName")):
        if (parts := _LABEL.fullmatch(str(text))) is None:
            raise AmendmentError(f"'{text}' is no label in a language: write it as in `de: Abteilung`")
        labels[parts[1]] = parts[2]
    if labels and labels != {"en": name}:
        found["label"] = labels["en"] if list(labels) == ["en"] else labels
    return found
