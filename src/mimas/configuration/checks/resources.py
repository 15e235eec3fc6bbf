"""Checks of documents that are resources: their attributes, whom they refer to, and their filters."""

from collections.abc import Iterator

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
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import RUNTIME, SCHEMA, SYSTEM

FILTER = "Filter"
"""The attribute that says who belongs to a resource, of the types that also have `MEMBERS`."""


def check_resources(world: World) -> Iterator[Problem]:
    """Everything that is wrong with them."""
    catalogue = world.setup.catalogue
    owned = owners(world.setup.rules)
    found: list[tuple[Document, Draft]] = []
    for document in sorted(world.documents.values(), key=lambda one: (one.place.file, one.place.line)):
        attributes = catalogue.get(document.kind)
        if attributes is None or document.kind in RUNTIME | SCHEMA or document.kind in KINDS:
            continue
        made, problems = draft(document, attributes, owned.get(document.kind, {}))
        yield from problems
        found.append((document, made))
    guids: dict[str, Document] = {}
    for document, made in found:
        first = guids.setdefault(made.guid, document) if made.guid else document
        if first is not document:
            message = f"has the ObjectID of {first.kind} {first.name}"
            yield document.problem(("ObjectID",), message, f"that is at {first.place}; give each its own")
    if any(kind == "ObjectType" and name not in world.setup.rules.types for kind, name in world.documents):
        return  # a type with a mistake is not known, and neither is whom a filter means
    for document, made in found:
        yield from _references(world, document, made, guids)
        yield from _filter(world, document, made, guids)


def _references(world: World, document: Document, made: Draft, guids: dict[str, Document]) -> Iterator[Problem]:
    for attribute, text in made.references:
        path = _path(document, attribute, text)
        if found := guid(text):
            if found not in guids:
                message = f"'{attribute.name}' refers to {text}, the ObjectID of no document"
                yield document.warning(path, message, "it is looked for in the store when this is applied")
        elif text.startswith("/"):
            yield from _understood(world, document, path, text, guids)
        else:
            yield from _named(world, document, path, attribute, text)


def _named(
    world: World, document: Document, path: tuple[str | int, ...], attribute: Attribute, text: str
) -> Iterator[Problem]:
    catalogue = world.setup.catalogue
    keys = readings(attribute, text, catalogue)
    if not keys:
        type_, slash, _ = text.partition("/")
        message = f"'{attribute.name}' is to refer to '{text}', which does not say of which type"
        hint = suggest(type_, catalogue) if slash else "write it as in `Set/All people` or `person/ann`"
        yield document.problem(path, message, hint)
        return
    # Whoever is no part of what Mimas is made of may come from elsewhere, and is looked for when this is applied.
    if any(key in world.documents for key in keys) or any(type_ not in SYSTEM for type_, _ in keys):
        return
    type_, name = keys[-1]
    if type_ in SCHEMA:
        names = [one.name for one in drafts(catalogue) if one.kind == type_]
        if name not in names:
            yield document.problem(path, f"the schema has no {type_} named '{name}'", suggest(name, names))
        return
    others = [known for kind, known in world.documents if kind == type_]
    yield document.problem(path, f"there is no document of kind {type_} named '{name}'", suggest(name, others))


def _filter(world: World, document: Document, made: Draft, guids: dict[str, Document]) -> Iterator[Problem]:
    attributes = world.setup.catalogue[document.kind]
    text = made.values.get(FILTER)
    if isinstance(text, str) and MEMBERS in attributes and attributes[MEMBERS].kind is Kind.REFERENCE:
        yield from _understood(world, document, (FILTER,), text, guids)


def _understood(
    world: World, document: Document, path: tuple[str | int, ...], text: str, guids: dict[str, Document]
) -> Iterator[Problem]:
    unknown: list[str] = []

    def find(id_: str) -> int:
        if guid(id_) and guid(id_) not in guids:
            unknown.append(id_)
        return 1

    try:
        understood(text, world.setup.catalogue, find)
    except ExpressionError as error:
        hint = f"did you mean {error.suggestion}?" if error.suggestion else f"it is in: {text[:200]}"
        yield document.problem(path, f"`{path[0]}` {error.message.rstrip('.')}", hint)
        return
    for id_ in dict.fromkeys(unknown):
        message = f"`{path[0]}` names {id_}, the ObjectID of no document"
        yield document.warning(path, message, "it is looked for in the store; until there is one, nobody matches")


def _path(document: Document, attribute: Attribute, text: str) -> tuple[str | int, ...]:
    given = document.body.get(attribute.name)
    if isinstance(given, list):
        return (attribute.name, next((place for place, one in enumerate(given) if str(one).strip() == text), 0))
    return (attribute.name,)
