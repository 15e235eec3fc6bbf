"""Checks of documents that are resources: their attributes, whom they refer to, and their filters."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mimas.configuration.documents import KINDS
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.configuration.resources import draft
from mimas.configuration.world import World
from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import understood
from mimas.language.filters.tree import MEMBERS
from mimas.requests.meaning import guid, readings
from mimas.requests.owners import owners
from mimas.requests.placing import Draft
from mimas.requests.schema import drafts
from mimas.schema.attributes import Attribute
from mimas.schema.system import RUNTIME, SCHEMA, SYSTEM, Catalogue

FILTER = "Filter"
"""The attribute that says who belongs to a resource, of the types that also have `MEMBERS`."""


def check_resources(world: World) -> Iterator[Problem]:
    """Everything that is wrong with them."""
    known = _Known(world.setup.catalogue)
    owned = owners(world.setup.rules)
    found: list[tuple[Document, Draft]] = []
    for document in sorted(world.documents.values(), key=lambda one: (one.place.file, one.place.line)):
        known.name(document.kind, document.name)
        attributes = known.catalogue.get(document.kind)
        if attributes is None or document.kind in KINDS or document.kind in RUNTIME | SCHEMA:
            continue
        made, problems = draft(document, attributes, owned.get(document.kind, {}))
        yield from problems
        found.append((document, made))
        first = known.guids.setdefault(made.guid, document) if made.guid else document
        if first is not document:
            message = f"has the ObjectID of {first.kind} {first.name}"
            yield document.problem(("ObjectID",), message, f"that is at {first.place}; give each its own")
    if any(kind == "ObjectType" and name not in world.setup.rules.types for kind, name in world.documents):
        return  # a type with a mistake is not known, and neither is whom a filter means
    for document, made in found:
        for attribute, text in made.references:
            yield from _reference(known, document, attribute, text)
        filter_ = made.values.get(FILTER)
        if isinstance(filter_, str) and MEMBERS in known.catalogue[document.kind]:
            yield from _filter(known, document, (FILTER,), filter_)


@dataclass(slots=True)
class _Known:
    """What documents can refer to, as far as it is known without a store."""

    catalogue: Catalogue
    guids: dict[str, Document] = field(default_factory=dict)
    names: dict[str, set[str]] = field(init=False)
    """Type → the names of its documents, and of the resources that show the schema."""

    def __post_init__(self) -> None:
        self.names = {}
        for one in drafts(self.catalogue):
            self.name(*one.key)

    def name(self, kind: str, name: str) -> None:
        self.names.setdefault(kind, set()).add(name)


def _reference(known: _Known, document: Document, attribute: Attribute, text: str) -> Iterator[Problem]:
    path = _path(document, attribute, text)
    if found := guid(text):
        if found not in known.guids:
            message = f"'{attribute.name}' refers to {text}, the ObjectID of no document"
            yield document.warning(path, message, "it is looked for in the store when this is applied")
        return
    if text.startswith("/"):
        yield from _filter(known, document, path, text)
        return
    keys = readings(attribute, text, known.catalogue)
    # Whoever is no part of what Mimas is made of may come from elsewhere, and is looked for when this is applied.
    if any(name in known.names.get(type_, ()) or type_ not in SYSTEM for type_, name in keys):
        return
    if not keys:
        type_, slash, _ = text.partition("/")
        message = f"'{attribute.name}' is to refer to '{text}', which does not say of which type"
        hint = suggest(type_, known.catalogue) if slash else "write it as in `Set/All people` or `person/ann`"
        yield document.problem(path, message, hint)
        return
    type_, name = keys[-1]
    what = f"the schema has no {type_}" if type_ in SCHEMA else f"there is no document of kind {type_}"
    yield document.problem(path, f"{what} named '{name}'", suggest(name, known.names.get(type_, ())))


def _filter(known: _Known, document: Document, path: tuple[str | int, ...], text: str) -> Iterator[Problem]:
    unknown: list[str] = []

    def find(id_: str) -> int:
        if guid(id_) and guid(id_) not in known.guids:
            unknown.append(id_)
        kind, slash, name = id_.partition("/")
        if slash and name not in known.names.get(kind, ()):
            unknown.append(id_)
        return 1

    try:
        understood(text, known.catalogue, find)
    except ExpressionError as error:
        hint = f"did you mean {error.suggestion}?" if error.suggestion else f"it is in: {text[:200]}"
        yield document.problem(path, f"`{path[0]}` cannot be understood: {error.message.rstrip('.')}", hint)
        return
    for id_ in dict.fromkeys(unknown):
        message = f"`{path[0]}` names {id_}, the ObjectID of no document"
        yield document.warning(path, message, "it is looked for in the store; until there is one, nobody matches")


def _path(document: Document, attribute: Attribute, text: str) -> tuple[str | int, ...]:
    given = document.body.get(attribute.name)
    if isinstance(given, list):
        return (attribute.name, next((place for place, one in enumerate(given) if str(one).strip() == text), 0))
    return (attribute.name,)
