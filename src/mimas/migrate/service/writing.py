"""An object of an export as the document of a resource."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mimas.language.limits import fits
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.elements import Outcome, printable
from mimas.migrate.service import localised
from mimas.migrate.service.binding import BOOKKEEPING
from mimas.migrate.service.filters import identifiers, xpath
from mimas.migrate.service.objects import Exported, identifier, line
from mimas.migrate.service.schema import KINDS
from mimas.migrate.service.shown import Shown
from mimas.migrate.service.spelling import Spelling
from mimas.migrate.service.values import UnreadableError, value
from mimas.migrate.service.wording import FILTERS, Wording
from mimas.migrate.service.workflows import carrying as workflows
from mimas.migrate.service.workflows.carrying import Workflows
from mimas.migrate.service.workflows.names import Names
from mimas.requests.meaning import guid
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import Catalogue

COMPUTED = frozenset({"CreatedTime", "Creator", "ComputedMember", "ComputedActor", "Temporal"})
"""What Mimas says of a resource by itself."""
_COMPUTED = "Mimas says it by itself"
_BOOKKEEPING = "the Service's own bookkeeping"
_OF_DOCUMENTS = frozenset({"ObjectID", "ObjectType"})
_SECRET = frozenset({"ResetPassword", "msidmMFAPINCode"})
_SPELT = "names are spelt as the types of Mimas spell them"
_TITLE = "DisplayName"
_KEYS = {"kind": ".kind", "name": ".name"}
"""Attributes that are called as a key of the document itself."""
_MISSING = {"EmailTemplateType": "Notification"}
"""What stands in for a value that there has to be, where it cannot be the name."""
_LONG = 500


@dataclass(frozen=True, slots=True)
class Around:
    """What is around the objects."""

    catalogue: Catalogue
    spelling: Spelling
    ruled: Mapping[str, frozenset[str]]
    """Type → the attributes that inbound rules in force write: no document may."""


class Writer:
    """Writes the documents."""

    def __init__(self, names: Mapping[Exported, str], everything: Mapping[str, Exported], around: Around) -> None:
        """``names``: what each document is called; ``everything``: all objects, by their GUIDs."""
        self._names = names
        self._all = everything
        self._around = around
        self._wording = Wording(everything, around.spelling)
        self._schema = Shown(everything, around.catalogue, around.spelling)
        spelling = around.spelling
        called = {one.id: (spelling.type(one.kind), name) for one, name in names.items()}
        titles = {id_: (one.kind, one.title) for id_, one in everything.items()}
        self.workflows = Workflows(Names({**titles, **called}, spelling, around.catalogue))
        self.wrong: dict[Exported, str] = {}
        """Why a document that was written cannot be in force."""

    def refers(self, one: Exported, name: str) -> bool:
        """Whether an attribute of an object refers to others in its document."""
        attribute = self._attribute(one, name)
        return attribute is not None and attribute.kind is Kind.REFERENCE and name not in COMPUTED

    def document(self, one: Exported) -> Draft:
        """The document. What becomes of the object's values is said of them."""
        kind = self._around.spelling.type(one.kind)
        known = self._around.catalogue[kind]
        values: dict[str, Any] = {}
        notes: list[str] = []
        for name in one.held:
            if name in COMPUTED:
                one.mark(name, Outcome.NOT_APPLICABLE, _COMPUTED)
            elif name in _OF_DOCUMENTS:
                one.mark(name, Outcome.CARRIED)
            elif name in BOOKKEEPING:
                one.mark(name, Outcome.NOT_APPLICABLE, _BOOKKEEPING)
            elif (one.kind, name) == (workflows.KIND, workflows.XOML) and one.texts(name):
                values[workflows.ACTIVITIES] = self.workflows.activities(one)
            elif one.texts(name):
                notes += self._hold(one, name, kind, values)
        self._complete(one, known, values)
        if values.get(_TITLE) == self._names[one]:
            del values[_TITLE]  # that is what it is called anyway
        order = [_TITLE, "displayName", "Description", "description", *known]
        body: dict[str, Any] = {"ObjectID": one.id} if guid(one.id) else {}
        body |= {_KEYS.get(name, name): values[name] for name in sorted(values, key=order.index)}
        if words := list(localised.words(one)):
            notes += ["In other languages:", *words]
        return Draft(kind, self._names[one], body, "\n".join(filter(None, notes)))

    def _attribute(self, one: Exported, name: str) -> Attribute | None:
        """The attribute of the resource that holds what the object has in this one."""
        spelled = self._around.spelling.attribute(name, [one.kind])
        return self._around.catalogue[self._around.spelling.type(one.kind)].get(spelled[0]) if spelled else None

    def _hold(self, one: Exported, name: str, kind: str, values: dict[str, Any]) -> Iterator[str]:
        """Write the values of an attribute. What cannot be written is told in a comment, and in the report."""
        attribute = self._attribute(one, name)
        if name in _SECRET:
            one.mark(name, Outcome.NOT_APPLICABLE, "it is a secret, which is written nowhere")
        elif attribute is None:
            why = f"the type {kind} has no such attribute"
            one.mark(name, Outcome.PERSON, why)
            yield f"{line(name)} was {'; '.join(map(line, one.texts(name)))}: {why}."
        elif attribute.name in self._around.ruled.get(kind, ()):
            one.mark(name, Outcome.NOT_APPLICABLE, "a sync rule gives it")
            yield f"{line(name)} was {'; '.join(map(line, one.texts(name)))}: a sync rule gives it."
        else:
            yield from self._written(one, name, attribute, values)

    def _written(self, one: Exported, name: str, attribute: Attribute, values: dict[str, Any]) -> Iterator[str]:
        written: list[Any] = []
        notes: list[str] = []
        for element in one.held[name].values:
            if not (text := element.text):
                continue
            spelt = self._wording.of(one, name, text)
            try:
                for each in spelt:
                    written += self._values(one, attribute, each, notes)
            except UnreadableError as error:
                element.mark(Outcome.NOT_APPLICABLE if error.harmless else Outcome.PERSON, f"{error}")
                if not error.harmless:
                    yield f"{line(name)} was {line(text)}: {error}."
            if spelt != [xpath(text) if name in FILTERS else text]:
                element.mark(Outcome.DIFFERENT, _SPELT)
                notes.insert(0, _before(name, text, attribute))
        one.mark(name, Outcome.CARRIED)
        if len(written) > 1 and not attribute.multivalued:
            one.mark(name, Outcome.PERSON, "it holds one value only")
            more = "; ".join(line(str(each)) for each in written[1:])
            yield f"{line(name)} was also {more}: it holds one value only."
        if written:
            given: Any = list(dict.fromkeys(written)) if attribute.multivalued else written[0]
            notes += self._meant(name, one.text(name))
            values[attribute.name] = Noted(given, "\n".join(dict.fromkeys(notes))) if notes else given

    def _values(self, one: Exported, attribute: Attribute, text: str, notes: list[str]) -> list[Any]:
        """A value, or what it refers to; what is to be said of it joins ``notes``. Raises `UnreadableError`."""
        if attribute.kind is not Kind.REFERENCE:
            found = value(attribute.kind, text)
            if why := fits(replace(attribute, required=False), found):
                raise UnreadableError(f"it does not fit the schema: {line(why)}")
            return [found]
        id_ = identifier(text)
        other = self._all.get(id_)
        if other is None and not guid(id_):
            raise UnreadableError("it is no GUID")
        if other is None:
            notes.append(_strange(id_))
            return [id_]
        if other.kind in KINDS:
            return [name if attribute.to == other.kind else f"{other.kind}/{name}" for name in self._parts(one, other)]
        if other not in self._names:
            raise UnreadableError(f"{line(other.kind)} “{other.title}” is no document")
        name = self._names[other]
        return [name if attribute.to == other.kind and "/" not in name else self._called(other)]

    def _parts(self, one: Exported, other: Exported) -> list[str]:
        """A part of the schema, which has no document of its own: it follows those of the kind ObjectType."""
        names = self._schema.names(one, other)
        if not names:
            name = printable(other.text("Name")) or other.title
            raise UnreadableError(f"Mimas has no {other.kind} {name}", harmless=name in BOOKKEEPING)
        return names

    def _meant(self, name: str, text: str) -> Iterator[str]:
        """What the GUIDs in a filter mean."""
        for id_ in identifiers(xpath(text)) if name in FILTERS else ():
            other = self._all.get(id_)
            yield f"{id_} is {self._called(other)}." if other is not None else _strange(id_)

    def _called(self, other: Exported) -> str:
        return f"{self._around.spelling.type(other.kind)}/{self._names.get(other, other.title)}"

    def _complete(self, one: Exported, known: Mapping[str, Attribute], values: dict[str, Any]) -> None:
        """Give it what it has to have, and had not in the portal. Where that cannot be known, it is wrong."""
        for attribute in known.values():
            if not attribute.required or attribute.name in values or attribute.name in COMPUTED:
                continue
            made = _MISSING.get(attribute.name, self._names[one])
            if attribute.kind is Kind.STRING and not fits(attribute, made):
                values[attribute.name] = Noted(made, "It has to have a value, and had none.")
            else:
                self.wrong[one] = f"It has no {attribute.name}, which it has to have."


def _strange(id_: str) -> str:
    return f"{id_} is not in the files that were read."


def _before(name: str, text: str, attribute: Attribute) -> str:
    """The comment above names that are spelt in another way than in the portal."""
    if attribute.multivalued or len(text) > _LONG:
        return "Names are spelt as the types of Mimas spell them."
    return f"In the portal: {xpath(text) if name in FILTERS else line(text)}"
