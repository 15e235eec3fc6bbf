"""The names and values of a rule test beside the configuration: what is misspelled is told, with what was meant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.connectors.contract import EntryError, Schema
from mimas.connectors.texts import reader
from mimas.ruletests.case import Named, Rows
from mimas.ruletests.traits import Traits, traits
from mimas.runs.catalogue import ERRORS
from mimas.runs.setup import Setup
from mimas.schema.attributes import NAME, Attribute
from mimas.schema.values import Scalar, Value, many

Path = tuple[str, ...]


class Spelling:
    """What there is to be named."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.traits: Mapping[str, Traits] = traits(setup)

    def of(self, document: Document) -> "Spelled":
        """Looks at one document."""
        return Spelled(self, document)


@dataclass(slots=True)
class Spelled:
    """Turns what is written in one document into values; ``problems`` says what cannot be."""

    spelling: Spelling
    document: Document
    problems: list[Problem] = field(default_factory=list)

    def given(self, written: Mapping[str, Mapping[str, Any]]) -> dict[str, Rows]:
        """What is given, connector by connector."""
        return {
            connector: self._rows(("given", connector), rows, *self._of(connector))
            for connector, rows in written.items()
            if self._connector(("given", connector), connector)
        }

    def resources(self, written: Mapping[str, Any]) -> Rows:
        """The resources that are expected."""
        types = self.spelling.setup.rules.types
        known = {name: type_.attributes for name, type_ in types.items()}
        for name in written.keys() & types.keys():
            if not types[name].indexed:
                hint = "declare one as `string, indexed`: a resource is found by the value of such an attribute"
                self._wrong(("expect", "resources", name), f"'{name}' has no indexed attribute", hint)
        return self._rows(("expect", "resources"), written, known, "resource type")

    def objects(self, written: Mapping[str, Mapping[str, Any]]) -> dict[str, Rows]:
        """The objects that are expected, connector by connector."""
        return {
            connector: self._rows(("expect", "objects", connector), rows, *self._of(connector))
            for connector, rows in written.items()
            if self._connector(("expect", "objects", connector), connector)
        }

    def by_connector(self, part: str, written: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is expected of a connector, as it is written."""
        return {name: of for name, of in written.items() if self._connector(("expect", part, name), name)}

    def errors(self, written: Mapping[str, str]) -> Mapping[str, str]:
        """The codes that are expected."""
        for name, code in written.items():
            if code not in ERRORS:
                hint = suggest(code, ERRORS) or "`mimas errors` lists them all"
                self._wrong(("expect", "errors", name), f"there is no error '{code}'", hint)
        return written

    def _wrong(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(self.document.problem(path, message, hint))

    def _connector(self, path: Path, name: str) -> bool:
        known = self.spelling.setup.connectors
        if name not in known:
            self._wrong(path, f"unknown connector '{name}'", suggest(name, known))
        return name in known

    def _of(self, connector: str) -> tuple[dict[str, Mapping[str, Attribute]], str]:
        """The attributes of each type of a connector; the name of an object is one where objects have names."""
        schema: Schema = self.spelling.setup.connectors[connector].schema
        named = {NAME: Attribute(NAME)} if self.spelling.traits[connector].named else {}
        return {name: {**type_.attributes, **named} for name, type_ in schema.items()}, f"object type of {connector}"

    def _rows(
        self,
        path: Path,
        written: Mapping[str, Mapping[str, Mapping[str, Any] | None]],
        known: Mapping[str, Mapping[str, Attribute]],
        what: str,
    ) -> Rows:
        found: dict[str, dict[str, Named | None]] = {}
        for type_, rows in written.items():
            if type_ not in known:
                self._wrong((*path, type_), f"unknown {what} '{type_}'", suggest(type_, known))
                continue
            found[type_] = {
                key: None if row is None else self._row((*path, type_, key), row, known[type_])
                for key, row in rows.items()
            }
        return found

    def _row(self, path: Path, row: Mapping[str, Any], known: Mapping[str, Attribute]) -> Named:
        values: dict[str, Value | None] = {}
        for name, given in row.items():
            attribute = known.get(name)
            if attribute is None and "=" in name and given is None:
                # YAML took the commas of a name for those between the attributes.
                self._wrong(
                    (*path, name), "a name stands within { } without quotes", f"quote it, from before {name} on"
                )
                break
            if attribute is None:
                self._wrong((*path, name), f"unknown attribute '{name}'", suggest(name, known))
            elif attribute.secret:
                self._wrong((*path, name), f"'{name}' is secret: it is never read", "leave it out")
            else:
                values[name] = self._value((*path, name), given, attribute)
        return values

    def _value(self, path: Path, given: Any, attribute: Attribute) -> Value | None:
        """A value as the attribute holds it; none for no value."""
        given = [one for one in (given if isinstance(given, list) else [given]) if one is not None and one != ""]
        if len(given) > 1 and not attribute.multivalued:
            self._wrong(path, f"'{attribute.name}' holds one value", "write one")
            return None
        read = reader(attribute)
        values = [value for one in given if (value := self._scalar(path, one, read)) is not None]
        if not values:
            return None
        return many(values) if attribute.multivalued else values[0]

    def _scalar(self, path: Path, given: Any, read: Callable[[str], Scalar] | None) -> Scalar | None:
        # YAML's words and numbers are what was written: `true` for a text is the text.
        text = str(given).lower() if isinstance(given, bool) else str(given)
        try:
            return read(text) if read is not None else text
        except EntryError as error:
            self._wrong(path, error.message, "write it as the attribute's type wants it")
            return None
