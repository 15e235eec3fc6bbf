"""The description of a configuration: pages, and the folder they are written into."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from textwrap import dedent
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mimas.configuration.build import setup as build
from mimas.configuration.canonical import as_yaml, one_line
from mimas.configuration.describe import drawing, lineage, words
from mimas.configuration.describe.links import Links
from mimas.configuration.describe.policy import described
from mimas.configuration.documents import KINDS, Body, ConnectorBody, ObjectTypeBody, parse
from mimas.configuration.reading import Document
from mimas.configuration.secret import veiled
from mimas.configuration.shorthand import short
from mimas.runs.setup import Setup
from mimas.schema import forms
from mimas.schema.system import SYSTEM
from mimas.sync.rules import Direction, SyncRule

_MARK = '<meta name="generator" content="mimas config describe">'
"""What stands at the beginning of every page, and tells it from pages of others."""


class Site:
    """The pages of some documents: the same documents give the same bytes.

    ``applied`` is the instant (ISO 8601) since which they are in force, empty when they are not; ``version`` that of
    the program.
    Raises `ConfigurationError` for documents that have a mistake in their form.
    """

    def __init__(self, documents: Sequence[Document], title: str, version: str, applied: str = "") -> None:
        documents = sorted(documents, key=lambda one: (one.kind, one.name))
        self.setup: Setup = build(Path(), documents)
        self.documents = {(one.kind, one.name): one for one in documents}
        self.bodies: dict[tuple[str, str], Body] = {
            key: body
            for key, document in self.documents.items()
            if document.kind in KINDS and (body := parse(document)[0]) is not None
        }
        self.policy = described(documents)
        self.links = Links(self.documents)
        self.title, self.version, self.applied = title, version, applied
        self.lineages = {name: lineage.lineages(self.setup.rules, name) for name in self.setup.rules.types}

    def pages(self) -> Iterator[tuple[str, str]]:
        """Each page: the name of its file, and its text."""
        environment = self._environment()
        render = partial(self._render, environment)
        yield self.links.index, render("index.html", picture=drawing.overview(self.setup, self.links))
        yield self.links.precedence, render("precedence.html")
        yield self.links.operation, render("operation.html", functions=self._functions())
        if self.policy:
            yield self.links.policy, render("policy.html", policy=self.policy)
        for name in self.setup.rules.types:
            found = self.lineages[name]
            pictures = drawing.of_type(self.setup, self.links, name, found)
            yield self.links.to("ObjectType", name), render("type.html", name=name, found=found, pictures=pictures)
        for name in self.setup.connectors:
            yield self.links.to("Connector", name), render("connector.html", name=name, settings=self._settings(name))
        for rule in self.setup.rules.rules:
            picture = drawing.of_rule(self.setup, self.links, rule)
            yield self.links.to("SyncRule", rule.name), render("rule.html", rule=rule, picture=picture)

    def rules(self, **of: str) -> list[SyncRule]:
        """The rules in order of precedence, of those with certain fields."""
        return [rule for rule in self.setup.rules.rules if all(getattr(rule, key) == of[key] for key in of)]

    def description(self, kind: str, name: str) -> str:
        """What a document says that it is for."""
        body = self.bodies.get((kind, name))
        return body.description if body is not None else ""

    def attributes(self, name: str) -> Mapping[str, str]:
        """The attributes of a type of resources, each in its short form."""
        body = self.bodies["ObjectType", name]
        assert isinstance(body, ObjectTypeBody)
        system = {key: one_line(forms.short(forms.of(one))) for key, one in SYSTEM.get(name, {}).items()}
        return system | {key: one_line(short(part)) for key, part in body.attributes.items()}

    def objects(self, connector: str) -> Mapping[str, Mapping[str, str]]:
        """The object types of a connector, their attributes in short form."""
        body = self.bodies["Connector", connector]
        assert isinstance(body, ConnectorBody)
        return {
            name: {key: one_line(short(part)) for key, part in object_.attributes.items()}
            for name, object_ in body.objects.items()
        }

    def touched(self, connector: str, object_type: str) -> Mapping[str, Sequence[tuple[SyncRule, str]]]:
        """The attributes of an object type that rules read or write: the rules, and which of the two they do."""
        found: dict[str, list[tuple[SyncRule, str]]] = {}
        for rule in self.rules(connector=connector, object_type=object_type):
            if rule.direction is Direction.OUTBOUND:
                names, does = {flow.target for flow in (*rule.flows, *rule.deprovision_flows)}, "written by"
            else:
                origins = [flow.origin for flow in rule.flows]
                origins += [one.origin for criterion in rule.join for one in criterion]
                names, does = set(lineage.asked_by(rule.scope).union(*map(lineage.sources, origins))), "read by"
            for name in names:
                found.setdefault(name, []).append((rule, does))
        return found

    def _settings(self, connector: str) -> list[tuple[str, str]]:
        settings = veiled(self.setup.connectors[connector].settings, ("settings",))
        return [(key, _shown(value)) for key, value in settings.items()]

    def _functions(self) -> dict[str, list[str]]:
        others: dict[str, str] = {}
        for name, connector in self.setup.connectors.items():
            others |= {connector.before_export: name, connector.after_export: name}
        for name, type_ in self.setup.rules.types.items():
            others |= {type_.deletion.function: name} | dict.fromkeys(type_.chosen.values(), name)
        return lineage.named_functions(self.setup.rules.rules, others)

    def _environment(self) -> Environment:
        environment = Environment(
            loader=PackageLoader("mimas.configuration.describe"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals |= {
            "site": self,
            "links": self.links,
            "setup": self.setup,
            "words": words,
            "mark": Markup(_MARK),  # noqa: S704 - a text of ours
        }
        return environment

    @staticmethod
    def _render(environment: Environment, template: str, **context: Any) -> str:
        return environment.get_template(template).render(context)


def _shown(value: Any) -> str:
    """A setting: in one line, unless it holds more than one line says."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    large = (isinstance(value, dict) and len(value) > 1) or any(isinstance(one, (dict, list)) for one in inner)
    return dedent(as_yaml(value)).rstrip() if large else one_line(value)


def write(pages: Iterable[tuple[str, str]], folder: Path) -> list[Path]:
    """Write the pages, in place of those of an earlier description; the files written.

    Raises `FileExistsError` when the folder holds anything else.
    """
    old = list(folder.iterdir()) if folder.exists() else []
    if other := next((path for path in sorted(old) if not _is_ours(path)), None):
        raise FileExistsError(f"{folder} holds {other.name}, which is no page of a description")
    written = {folder / name: text for name, text in pages}
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in written.items():
        path.write_text(text, "utf-8", newline="\n")
    for path in old:
        if path not in written:
            path.unlink()
    return list(written)


def _is_ours(path: Path) -> bool:
    if path.suffix != ".html" or not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        return _MARK in file.read(500)
