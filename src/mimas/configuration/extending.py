"""A type of resources gets another attribute, and the policy rules that are about another one are about it, too."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from mimas.configuration.problem import suggest
from mimas.configuration.reading import Document
from mimas.requests.amending import OBJECT_TYPE
from mimas.requests.policy import RULE
from mimas.schema import forms
from mimas.schema.places import Place
from mimas.schema.system import SCHEMA, SYSTEM, Catalogue
from mimas.schema.values import as_list

PARAMETER = "ActionParameter"


class ExtensionError(ValueError):
    """The attribute cannot be added; the message says why, and what to do."""


def extend(
    documents: Iterable[Document],
    catalogue: Catalogue,
    type_: str,
    name: str,
    form: Mapping[str, Any],
    like: str | None = None,
) -> list[Document]:
    """The documents that change, as they are to be: the type's first, then the policy rules that name ``like``.

    A type of Mimas itself without a document gets one. Raises `ExtensionError`.
    """
    documents = list(documents)
    attributes = catalogue.get(type_)
    if attributes is None or type_ in SCHEMA:
        raise ExtensionError(f"There is no type '{type_}'; {suggest(type_, catalogue.keys() - SCHEMA)}".rstrip("; "))
    if name in attributes:
        raise ExtensionError(f"{type_} has an attribute '{name}' already.")
    if like is not None and like not in attributes:
        raise ExtensionError(f"{type_} has no attribute '{like}'; {suggest(like, attributes)}".rstrip("; "))
    about = next((one for one in documents if (one.kind, one.name) == (OBJECT_TYPE, type_)), None)
    if about is None and type_ not in SYSTEM:
        raise ExtensionError(f"There is no document of kind {OBJECT_TYPE} named '{type_}' here.")
    if about is None:
        about = Document(OBJECT_TYPE, type_, {"attributes": {}}, Place(f"documents/types/{type_}.yaml"))
    there = about.body.get("attributes") or {}
    changed = replace(about, body={**about.body, "attributes": {**there, name: forms.short(form)}})
    return [changed, *(_naming(one, name) for one in documents if like is not None and names(one, like))]


def names(document: Document, attribute: str) -> bool:
    """Whether it is a policy rule that names an attribute."""
    return document.kind == RULE and attribute in as_list(document.body.get(PARAMETER))


def grants(document: Document, attribute: str) -> bool:
    """Whether it is a rule in force that grants something on an attribute, by its name or on all of them."""
    body = document.body
    switched_on = str(body.get("GrantRight")).lower() == "true" and str(body.get("Disabled")).lower() != "true"
    return switched_on and (names(document, attribute) or names(document, "*"))


def _naming(rule: Document, name: str) -> Document:
    given = as_list(rule.body.get(PARAMETER))
    return replace(rule, body={**rule.body, PARAMETER: given if name in given else [*given, name]})
