"""Mimas within a program: rules over objects that the program hands over, in memory, and what follows from them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self, TypeAlias

import msgspec
from xxhash import xxh3_64_intdigest

from mimas.configuration.build import ConfigurationError, setup
from mimas.configuration.problem import errors
from mimas.configuration.reading import Document, read, read_folder
from mimas.connectors.contract import (
    Capabilities,
    Connector,
    End,
    Entry,
    EntryError,
    Export,
    Page,
    Problem,
    Schema,
    Settings,
)
from mimas.language.results import to_value
from mimas.runs.engine import Engine
from mimas.runs.importing import Outcome
from mimas.runs.intended import intended
from mimas.runs.setup import Guard, Step
from mimas.schema.attributes import NAME, Kind, ObjectType
from mimas.schema.values import Values, as_list
from mimas.store import looking
from mimas.store.memory import in_memory
from mimas.store.runs import now as instant

Function: TypeAlias = Callable[..., Any]

_OPEN = Guard(1_000_000_000, 1.0)


class Mimas:
    """An identity manager without connected systems: the program shows it objects, and asks what should be.

    ``documents``: the folder of a home, or YAML documents as text. Connectors need no settings, for they are never
    opened. ``functions``: extensions by the names under which documents call them, ``module:function``.

    Raises `ConfigurationError` for documents that cannot be used.
    """

    def __init__(
        self,
        documents: Path | str | Iterable[str],
        *,
        functions: Mapping[str, Function] | None = None,
        clock: Callable[[], datetime] = instant,
    ) -> None:
        home = documents if isinstance(documents, Path) else Path()
        rules = setup(home, _documents(documents))
        unguarded = {name: replace(c, missing=_OPEN, deletes=_OPEN) for name, c in rules.connectors.items()}
        self._engine = _Engine(in_memory(), replace(rules, connectors=unguarded), clock=clock)
        self._engine.functions = dict(functions or {})

    def show(self, connector: str, object_type: str, objects: Iterable[Mapping[str, Any]]) -> Outcome:
        """All objects of a type that a connected system shows now: attribute → value, or list of values.

        What is not among them any more is gone; there is no guard. A reference holds the anchor or the name of its
        target. In a system whose objects have names, ``dn`` is the name.
        """
        self._engine.shown.setdefault(connector, {})[object_type] = list(objects)
        return self._run(Step("full-import", connector))

    def sync(self, *, full: bool = False) -> Outcome:
        """Bring everything to what the rules say of what has been shown; ``full``: also of what has not changed."""
        return self._run(Step("full-sync" if full else "delta-sync"))

    def resources(self, type_: str) -> list[dict[str, Any]]:
        """Every live resource of a type, as `mimas show --json` describes it: values, lineage, references, objects."""
        numbers = [number for number, of, _ in looking.living(self._engine.store) if of == type_]
        return [looking.show(self._engine.store, number) for number in numbers]

    def exports(self, connector: str) -> list[Export]:
        """What a connected system would be sent now. Once it has it, `show` what it shows, and no export is left."""
        engine = self._engine
        with engine.connector(connector) as opened:
            return list(intended(engine.symbols, opened, engine.clock()))

    @property
    def notes(self) -> list[dict[str, Any]]:
        """What the last `show` or `sync` had to say of single objects: code, connector, name, message, advice."""
        return looking.notes(self._engine.store, self._last, 1_000_000) if self._last else []

    _last = 0

    def _run(self, step: Step) -> Outcome:
        (report,) = self._engine.run("library", [step]).steps
        self._last = report.number
        return report.outcome

    def close(self) -> None:
        """Forget everything."""
        self._engine.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _documents(given: Path | str | Iterable[str]) -> list[Document]:
    if isinstance(given, Path):
        documents, problems = read_folder(given)
    else:
        read_ones = [read(text) for text in ([given] if isinstance(given, str) else given)]
        documents = [document for found, _ in read_ones for document in found]
        problems = [problem for _, wrong in read_ones for problem in wrong]
    if wrong := errors(problems):
        raise ConfigurationError(wrong)
    return documents


class _Engine(Engine):
    """Reads what was handed over, whatever the type of a connector is."""

    shown: dict[str, dict[str, list[Mapping[str, Any]]]]
    functions: dict[str, Function]

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.shown = {}
        files = self.extensions

        def find(name: str) -> object:
            return self.functions[name] if name in self.functions else files(name)

        self.extensions = find

    def connector(self, name: str) -> Connector[Any]:
        schema = self.setup_of(name).schema
        return _Shown(name, Settings(), schema, self.setup.home).holding(self.shown.get(name, {}))


class _Shown(Connector[Settings]):
    """A connected system whose objects a program has handed over."""

    kind: ClassVar[str] = "memory"
    summary: ClassVar[str] = "objects that a program hands over"
    model: ClassVar[type[Settings]] = Settings
    objects: Mapping[str, list[Mapping[str, Any]]]

    def holding(self, objects: Mapping[str, list[Mapping[str, Any]]]) -> "_Shown":
        """With these objects, by type."""
        self.objects = objects
        return self

    @property
    def capabilities(self) -> Capabilities:
        named = not all(type_.anchor for type_ in self.schema.values())
        return Capabilities(named=named, references="name" if named else "anchor")

    def discover(self) -> Schema:
        return self.schema

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:  # noqa: ARG002 - there are no deltas
        rows = [(self.schema[type_], row) for type_, objects in self.objects.items() for row in objects]
        yield _Handed(rows, self.schema)
        yield End()


class _Handed:
    """The objects as one page; see `Page`."""

    def __init__(self, rows: list[tuple[ObjectType, Mapping[str, Any]]], schema: Schema) -> None:
        self._rows = rows
        self._schema = schema
        self.deleted: frozenset[int] = frozenset()
        self.problems: Sequence[Problem] = ()
        self.keys: Sequence[str] = [
            _key(type_, row) or f"(no anchor, {index})" for index, (type_, row) in enumerate(rows)
        ]
        self.fingerprints: Sequence[int] = [
            xxh3_64_intdigest(msgspec.json.encode([type_.name, row], order="sorted")) >> 1 for type_, row in rows
        ]

    def entry(self, index: int) -> Entry:
        type_, row = self._rows[index]
        anchor = _key(type_, row)
        if anchor is None:
            what = f"an object of type {type_.name} has no {', '.join(type_.anchor) or NAME}"
            raise EntryError("missing-anchor-component", what, "Give each object what identifies it.")
        values: Values = {}
        references: dict[str, list[str]] = {}
        for name, given in row.items():
            attribute = type_.attributes.get(name)
            value = to_value(given)
            if name != NAME and attribute is None:
                raise EntryError("parse-error", f"{type_.name} has no attribute {name}", "Add it to the connector.")
            if value is None:
                continue
            if attribute is not None and attribute.kind is Kind.REFERENCE:
                to = self._schema.get(attribute.to or "")
                prefix = to.prefix if to else ""
                references[name] = [f"{prefix}{text}" for text in as_list(value)]  # type: ignore[arg-type]
            else:
                values[name] = value  # type: ignore[assignment]
        named = row.get(NAME)
        return Entry(type_.name, anchor, str(named) if named else None, values, references)


def _key(type_: ObjectType, row: Mapping[str, Any]) -> str | None:
    return type_.key(row) if type_.anchor else row.get(NAME)
