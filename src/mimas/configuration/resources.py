"""Documents that are resources: a set, a policy rule, a service account. Their keys are attributes of their type."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.language.errors import FlowError
from mimas.language.limits import fits
from mimas.requests.documents import ID, TITLE, held, key_of, stored, structured
from mimas.requests.meaning import guid
from mimas.requests.placing import Draft
from mimas.requests.validation import COMPUTED
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar, Values, many

_LONGEST = 4_096
"""Characters of a reference."""


def draft(
    document: Document, attributes: Mapping[str, Attribute], owners: Mapping[str, str]
) -> tuple[Draft, list[Problem]]:
    """What the resource of a document is to be, as far as that can be read, and everything that is wrong with it.

    ``attributes``: those of its type; ``owners``: those of them that sync rules write, and which.
    """
    known = held(attributes, owners)
    values: Values = {}
    references: list[tuple[Attribute, str]] = []
    problems: list[Problem] = []
    name = _guid(document, problems)
    for key, given in document.body.items():
        attribute = known.get(key)
        if key == ID:
            continue
        if attribute is None:
            problems.append(_no_key(document, key, known, owners))
            continue
        found = list(_values(document, key, attribute, given, problems))
        if attribute.kind is Kind.REFERENCE:
            references += [(attribute, str(value)) for value in found]
        elif found:
            values[attribute.name] = many(found) if attribute.multivalued else found[0]
    title = known.get(TITLE)
    if title is not None and TITLE not in document.body and title.kind is Kind.STRING:
        values[TITLE] = [document.name] if title.multivalued else document.name
    problems += _limits(document, known, values, {attribute.name for attribute, _ in references})
    return Draft(document.kind, document.name, name, values, tuple(references)), problems


def _guid(document: Document, problems: list[Problem]) -> str:
    given = document.body.get(ID)
    if given is None:
        return ""
    if found := guid(str(given)):
        return found
    hint = "leave it out, or write the GUID by which an old product knew the resource"
    problems.append(document.problem((ID,), f"'{given}' is no GUID", hint))
    return ""


def _no_key(
    document: Document,
    key: str,
    known: Mapping[str, Attribute],
    owners: Mapping[str, str],
) -> Problem:
    about = (key,)
    if key in owners:
        message = f"'{key}' of {document.kind} is what the sync rule {owners[key]} says"
        return document.problem(about, message, "change it at its source, and take it out here")
    if key in COMPUTED:
        return document.problem(about, f"'{key}' is computed", "take it out")
    meant = suggest(key, (*known, ID))
    hint = meant or f"`mimas schema {document.kind}` lists its attributes"
    return document.problem(about, f"{document.kind} has no attribute '{key}'", hint)


def _values(
    document: Document, key: str, attribute: Attribute, given: Any, problems: list[Problem]
) -> Iterator[Scalar]:
    """The values that stand at a key, in their stored form."""
    if attribute.structured:
        if given:
            yield structured(given)
        return
    if isinstance(given, list) and not attribute.multivalued:
        problems.append(document.problem((key,), f"'{key}' holds one value, not a list", "keep one of them"))
        return
    several: Sequence[Any] = given if isinstance(given, list) else [given]
    for index, one in enumerate(several):
        path = (key, index) if isinstance(given, list) else (key,)
        if one is None or (one == "" and key == TITLE):
            continue
        if isinstance(one, (dict, list)):
            problems.append(document.problem(path, f"'{key}' holds single values", "write a text or a number"))
            continue
        try:
            value = stored(attribute, one)
        except FlowError as error:
            problems.append(document.problem(path, f"'{key}' cannot be {str(one)[:60]!r}", str(error)))
            continue
        if attribute.kind is Kind.REFERENCE and (not value or len(str(value)) > _LONGEST):
            problems.append(document.problem(path, f"'{key}' names nobody", "write a name, Type/name, or a GUID"))
        elif wrong := fits(attribute, value):
            problems.append(document.problem(path, wrong))
        else:
            yield value


def _limits(
    document: Document, known: Mapping[str, Attribute], values: Values, referring: set[str]
) -> Iterator[Problem]:
    """What must have a value; what a value must be has been asked of each."""
    for attribute in known.values():
        key = key_of(attribute.name)
        if attribute.required and attribute.name not in values and attribute.name not in referring:
            given = document.body.get(key)
            if given in (None, "", []):
                yield document.problem(
                    (key,), f"'{key}' is missing, and {document.kind} must have it", f"write `{key}: …`"
                )
