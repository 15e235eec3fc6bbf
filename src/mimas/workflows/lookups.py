"""What ``[//Target/Manager/DisplayName]`` finds: values of the resources that a workflow is about.

Source: MIM's *grammar of look-ups*, with the roots that MIMWAL adds. A path begins at a root, goes on through reference
attributes, and ends in values; names are compared without their case. Where a reference holds several, all are followed
(MIM makes an error of it; MIMWAL follows them). Whatever is not there has no values.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from mimas.language.filters.tree import ID, TYPE
from mimas.schema.attributes import Kind
from mimas.schema.values import Scalar
from mimas.store.subjects import Resource, Subjects


class Id(int):
    """The id of a resource, told apart from a number."""

    __slots__ = ()


Found: TypeAlias = Sequence[Scalar]
Root: TypeAlias = Callable[[tuple[str, ...]], Found]
"""Gives what a path below this root finds; the path is folded and may be empty."""

ROOTS = (
    "Request",
    "Requestor",
    "Target",
    "WorkflowData",
    "Delta",
    "Effective",
    "RequestParameter",
    "Queries",
    "Value",
    "UniquenessKey",
    "Approvers",
    "ComparedRequest",
)
"""With which a path may begin."""


def path(text: str) -> tuple[str, ...]:
    """The parts of ``//Target/Manager``, folded; empty where it is no look-up."""
    return tuple(part.casefold() for part in parts(text))


def parts(text: str) -> tuple[str, ...]:
    """The same as they are written."""
    return tuple(text[2:].split("/")) if text.startswith("//") else ()


class Lookups:
    """Finds what paths lead to within one transaction."""

    def __init__(self, subjects: Subjects, roots: Mapping[str, Root]) -> None:
        self.subjects = subjects
        self.roots = {name.casefold(): root for name, root in roots.items()}
        self.values: dict[str, Found] = {}

    def __call__(self, text: str) -> Found:
        """What a path finds: values, or the ids of resources."""
        first, *rest = path(text) or ("",)
        root = self.roots.get(first)
        return root(tuple(rest)) if root is not None else ()

    def forget(self) -> None:
        """Something has been changed: look again."""
        self.subjects.forget()

    def along(self, ids: Sequence[int], rest: Sequence[str]) -> Found:
        """What a path finds that begins at some resources; without a path, they themselves."""
        if not rest:
            return [Id(id_) for id_ in ids]
        found: list[Scalar] = []
        for resource in self.subjects.load(ids):
            found += self.of(resource, rest)
        return list(dict.fromkeys(found))

    def of(self, resource: Resource, rest: Sequence[str]) -> Found:
        """What a path finds that begins at one resource."""
        attributes = self.subjects.store.catalogue.get(resource.type, {})
        folded = {name.casefold(): attribute for name, attribute in attributes.items()}
        wanted = rest[0]
        if wanted == TYPE.casefold():
            return [resource.type]
        if wanted == ID.casefold():
            return self.along([resource.id], rest[1:])
        attribute = folded.get(wanted)
        if attribute is None or attribute.secret:
            return ()
        if attribute.kind is Kind.REFERENCE:
            return self.along(list(resource.references(attribute.name)), rest[1:])
        return () if rest[1:] else list(resource.values(attribute.name))
