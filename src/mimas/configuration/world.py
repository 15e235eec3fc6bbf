"""What the checks look things up in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.connectors.contract import Capabilities
from mimas.language.scope import MEMBERS, Scope
from mimas.runs.setup import Setup
from mimas.schema.attributes import Attribute, Kind

Attributes = Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class World:
    """The setup, the documents it was built from (by kind and name), and what the connected systems can do.

    A document with a mistake in its form is in ``documents`` but not in ``setup``: it is known, and not looked into.
    """

    setup: Setup
    documents: Mapping[tuple[str, str], Document]
    capabilities: dict[str, Capabilities] = field(default_factory=dict)
    """By connector; without those whose type or settings cannot be used."""

    def named(self, document: Document, path: tuple[str | int, ...], kind: str, name: str) -> Iterator[Problem]:
        """A problem when there is no document of that kind and name."""
        if (kind, name) not in self.documents:
            known = [other for of, other in self.documents if of == kind]
            what = {"ObjectType": "object type", "Connector": "connector", "RunProfile": "run profile"}.get(kind, kind)
            yield document.problem(path, f"unknown {what} '{name}'", suggest(name, known))

    def scope(self, document: Document, scope: Scope, known: Attributes) -> Iterator[Problem]:
        """Problems of the attributes that a scope reads."""
        for clause in (clause for group in scope for clause in group if not clause.function):
            if clause.operator in MEMBERS:
                continue
            for problem in (
                *look_up(document, (), clause.attribute, known),
                *readable(document, (), clause.attribute, known),
            ):
                yield Problem(clause.place, problem.message, problem.hint, problem.about)


def look_up(document: Document, path: tuple[str | int, ...], name: str, known: Attributes) -> Iterator[Problem]:
    """A problem when there is no such attribute."""
    if name not in known:
        yield document.problem(path, f"unknown attribute '{name}'", suggest(name, known))


def readable(document: Document, path: tuple[str | int, ...], name: str, known: Attributes) -> Iterator[Problem]:
    """A problem when the attribute is a reference: what it points to is kept as rows and is no value to read."""
    if name in known and known[name].kind is Kind.REFERENCE:
        message = f"'{name}' is a reference, which has no value to compare or compute with"
        yield document.problem(path, message, "use an attribute of another type, or a direct flow")
