"""The objects of an export as documents of their own kinds: ``kind: Set``, and so on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mimas.migrate.drafts import Draft, Noted, plain
from mimas.migrate.elements import Outcome, printable
from mimas.migrate.migration import Migration
from mimas.migrate.service import localised, naming
from mimas.migrate.service.binding import BOOKKEEPING
from mimas.migrate.service.filters import identifiers, misunderstood, spelt, xpath
from mimas.migrate.service.keeping import kept_file
from mimas.migrate.service.objects import Exported, identifier, line, settle
from mimas.migrate.service.schema import KINDS
from mimas.migrate.service.spelling import Spelling
from mimas.migrate.service.telling import told
from mimas.migrate.service.values import UnreadableError, value
from mimas.migrate.service.wording import FILTERS, Wording
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import Catalogue

FOLDER = "policy"
COMPUTED = frozenset({"CreatedTime", "Creator", "ComputedMember", "Temporal"})
"""What Mimas says of a resource by itself."""
_COMPUTED = "Mimas says it by itself"
_SPELT = "names are spelt as the types of Mimas spell them"
_BOOKKEEPING = "the Service's own bookkeeping"
_OF_DOCUMENTS = frozenset({"ObjectID", "ObjectType"})
_SECRET = frozenset({"ResetPassword", "msidmMFAPINCode", "GateData"})
_BRIEF = 60
"""The lines up to which a document shares a file."""
_LONG = 500
_MISSING = {"EmailTemplateType": "Notification"}
"""What stands in for a value that there has to be, where it cannot be the name."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is around the objects."""

    migration: Migration
    catalogue: Catalogue
    spelling: Spelling
    ruled: Mapping[str, frozenset[str]]
    """Type → the attributes that inbound rules in force write: no document may."""


class Resources:
    """Those objects of an export that become resources."""

    def __init__(self, found: Iterable[Exported], everything: Iterable[Exported], around: Around) -> None:
        """``everything``: the objects of all files, those of the schema among them."""
        self._found = list(found)
        self._around = around
        self._all = {one.id: one for one in everything if one.id}
        self._names = naming.names(self._found, self._all)
        self._wording = Wording(self._all, around.spelling)
        self._aside: dict[Exported, str] = {}

    def carry(self) -> None:
        """Write the documents, and account for the objects."""
        self._set_aside()
        documents = [(one, self._document(one)) for one in self._found]
        brief = {
            kind: all(_lines(draft) <= _BRIEF for one, draft in documents if one.kind == kind)
            for kind in {one.kind for one in self._found}
        }
        for one, draft in documents:
            own = kept_file(draft.kind)
            draft.folder, draft.title = (FOLDER, own) if brief[one.kind] else (f"{FOLDER}/{own}", "")
            draft.shares = brief[one.kind]
            self._around.migration.drafts.append(draft)
            said = " – ".join([self._names[one], *told(one)])
            self._around.migration.report.resources.setdefault(draft.kind, []).append(said)
            settle(one.element, Outcome.CARRIED)

    def _set_aside(self) -> None:
        """Find what cannot be in force: filters that cannot be read, and whatever hangs on them."""
        for one in self._found:
            for name in FILTERS:
                if (text := xpath(one.text(name))) and (why := self._wrong(text)):
                    self._aside[one] = f"Its {name} cannot be read: {line(why)}"
        waiting = bool(self._aside)
        while waiting:
            waiting = False
            for one in self._found:
                if one not in self._aside and (other := self._hangs_on(one)) is not None:
                    self._aside[one] = f"It needs “{self._names[other]}”, which stands aside."
                    waiting = True
        for one, why in self._aside.items():
            self._around.migration.report.to_do.append(
                f"{self._around.spelling.type(one.kind)} “{self._names[one]}” stands aside. {why}"
            )

    def _wrong(self, filter_: str) -> str:
        """Why a filter cannot be in force, empty if it can."""
        strange = [id_ for id_ in identifiers(filter_) if id_ not in self._all]
        if strange and "%" not in filter_:
            return f"it names {strange[0]}, which is not in the files."
        return misunderstood(spelt(filter_, self._around.spelling))

    def _hangs_on(self, one: Exported) -> Exported | None:
        """Something that stands aside, without which this one would be wrong."""
        ids = [identifier(text) for name in one.held if self._is_reference(one, name) for text in one.texts(name)]
        ids += [id_ for name in FILTERS for id_ in identifiers(xpath(one.text(name)))]
        return next((other for id_ in ids if (other := self._all.get(id_)) in self._aside), None)

    def _is_reference(self, one: Exported, name: str) -> bool:
        attribute = self._attribute(one, name)
        return attribute is not None and attribute.kind is Kind.REFERENCE and name not in COMPUTED

    def _attribute(self, one: Exported, name: str) -> Attribute | None:
        """The attribute of the resource that holds what the object has in this one."""
        kind = self._around.spelling.type(one.kind)
        spelled = self._around.spelling.attribute(name, [one.kind])
        return self._around.catalogue[kind].get(spelled[0]) if spelled else None

    def _document(self, one: Exported) -> Draft:
        kind = self._around.spelling.type(one.kind)
        known = self._around.catalogue[kind]
        values: dict[str, Any] = {}
        notes = [self._aside.get(one, "")]
        for name in one.held:
            if name in COMPUTED:
                one.mark(name, Outcome.NOT_APPLICABLE, _COMPUTED)
            elif name in BOOKKEEPING:
                one.mark(
                    name, *((Outcome.CARRIED, "") if name in _OF_DOCUMENTS else (Outcome.NOT_APPLICABLE, _BOOKKEEPING))
                )
            elif one.texts(name):
                notes += self._hold(one, name, kind, values)
        for attribute in known.values():
            if attribute.required and attribute.name not in values and attribute.kind is Kind.STRING:
                made = _MISSING.get(attribute.name, self._names[one])
                values[attribute.name] = Noted(made, "It has to have a value; it had none.")
        order = ["DisplayName", "displayName", "Description", "description", *known]
        body = dict(sorted(values.items(), key=lambda item: order.index(item[0])))
        if one.id:
            body["ObjectID"] = one.id
        if words := list(localised.words(one)):
            notes.append("In other languages:\n" + "\n".join(words))
        note = "\n".join(filter(None, notes))
        return Draft(kind, self._names[one], body, note, aside=one in self._aside)

    def _hold(self, one: Exported, name: str, kind: str, values: dict[str, Any]) -> Iterator[str]:
        """Write the values of an attribute. What cannot be written is told in a comment, and in the report."""
        attribute = self._attribute(one, name)
        if name in _SECRET:
            why = "it is a secret, which is written nowhere"
            one.mark(name, Outcome.NOT_APPLICABLE, why)
        elif attribute is None:
            why = f"the type {kind} has no such attribute"
            one.mark(name, Outcome.PERSON, why)
            yield f"{line(name)} was {'; '.join(map(line, one.texts(name)))}: {why}."
        elif attribute.name in self._around.ruled.get(kind, ()):
            why = "a sync rule gives it"
            one.mark(name, Outcome.NOT_APPLICABLE, why)
            yield f"{line(name)} was {'; '.join(map(line, one.texts(name)))}: {why}."
        else:
            yield from self._written(one, name, attribute, values)

    def _written(self, one: Exported, name: str, attribute: Attribute, values: dict[str, Any]) -> Iterator[str]:
        written: list[Any] = []
        notes: list[str] = []
        for element in one.held[name].values:
            if not (text := element.text):
                continue
            new = self._wording.of(one, name, text)
            try:
                for each in new:
                    written += self._values(one, attribute, each, notes)
            except UnreadableError as error:
                outcome = Outcome.NOT_APPLICABLE if error.harmless else Outcome.PERSON
                element.mark(outcome, f"{error}")
                yield f"{line(name)} was {line(text)}: {error}." if not error.harmless else ""
            if new != [xpath(text) if name in FILTERS else text]:
                element.mark(Outcome.DIFFERENT, _SPELT)
                notes.append(_before(name, text, attribute))
        one.mark(name, Outcome.CARRIED)
        if len(written) > 1 and not attribute.multivalued:
            one.mark(name, Outcome.PERSON, "it holds one value only")
            more = "; ".join(line(str(other)) for other in written[1:])
            yield f"{line(name)} was also {more}: it holds one value only."
        if written:
            given: Any = list(dict.fromkeys(written)) if attribute.multivalued else written[0]
            notes += self._named(one, name)
            values[attribute.name] = Noted(given, "\n".join(dict.fromkeys(notes))) if notes else given

    def _values(self, one: Exported, attribute: Attribute, text: str, notes: list[str]) -> list[Any]:
        """A value, or what it refers to; what is to be said of it joins ``notes``. Raises `UnreadableError`."""
        if attribute.kind is not Kind.REFERENCE:
            return [value(attribute.kind, text)]
        id_ = identifier(text)
        other = self._all.get(id_)
        if other is None:
            notes.append(f"{id_} is not in the files that were read.")
            return [id_]
        if other.kind in KINDS:
            return [name if attribute.to == other.kind else f"{other.kind}/{name}" for name in self._parts(one, other)]
        if other not in self._names:
            notes.append(f"{id_} is {line(other.kind)} “{other.title}”, which is no document.")
            return [id_]
        name = self._names[other]
        return [name if attribute.to == other.kind and "/" not in name else self._called(other)]

    def _parts(self, one: Exported, other: Exported) -> list[str]:
        """A part of the schema, which has no document of its own: it follows those of the kind ObjectType."""
        spelling, name = self._around.spelling, other.text("Name")
        if other.kind == "ObjectTypeDescription":
            return [spelling.type(name)]
        ends = {end: self._all.get(identifier(one.text(end))) for end in ("BoundObjectType", "BoundAttributeType")}
        type_ = ends["BoundObjectType"]
        if other.kind == "BindingDescription":
            return [" ".join(end.text("Name") for end in ends.values() if end is not None)]
        found = spelling.attribute(name, [type_.text("Name")] if type_ is not None else None)
        if not found:
            raise UnreadableError(f"Mimas has no attribute {printable(name)}", harmless=name in BOOKKEEPING)
        return list(found)

    def _named(self, one: Exported, name: str) -> Iterator[str]:
        """What the GUIDs in a filter mean."""
        if name in FILTERS:
            for id_ in identifiers(xpath(one.text(name))):
                if (other := self._all.get(id_)) is not None:
                    yield f"{id_} is {self._called(other)}."

    def _called(self, other: Exported) -> str:
        name = self._names.get(other, other.title)
        return f"{self._around.spelling.type(other.kind)}/{name}"


def _before(name: str, text: str, attribute: Attribute) -> str:
    """The comment above names that are spelt in another way than in the portal."""
    if attribute.multivalued or len(text) > _LONG:
        return "Names are spelt as the types of Mimas spell them."
    return f"In the portal: {xpath(text) if name in FILTERS else line(text)}"


def _lines(draft: Draft) -> int:
    """About how many lines a document has."""
    values = [one for value in plain(draft.body).values() for one in (value if isinstance(value, list) else [value])]
    return len(values) + sum(len(one) // 100 + one.count("\n") for one in values if isinstance(one, str))
