"""Which kinds of connectors there are, and how a configured one is opened.

Kinds are entry points of the group ``mimas.connectors``, so other packages can bring their own; a kind is imported
only when it is used.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from pydantic import ValidationError
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import Connector, ConnectorError, Schema, Settings
from mimas.secrets.vault import EMPTY, Vault

AnyConnector: TypeAlias = Connector[Any]

_EXTRAS = {"ldap": "ldap", "_ldap": "ldap", "psycopg": "postgresql"}
"""Which extra of Mimas brings a module that may be missing."""


class Kinds(Mapping[str, type[AnyConnector]]):
    """The connector classes by kind, each imported when it is asked for. Raises as `connector_class` does."""

    def __getitem__(self, kind: str) -> type[AnyConnector]:
        if kind not in _entry_points():
            raise KeyError(kind)
        return connector_class(kind)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(_entry_points()))

    def __len__(self) -> int:
        return len(_entry_points())


def kinds() -> Mapping[str, type[AnyConnector]]:
    """Every kind that is installed, by name."""
    return Kinds()


def connector_class(kind: str) -> type[AnyConnector]:
    """The class of a kind. Raises `ConnectorError` when there is no such kind or it cannot be imported."""
    known = _entry_points()
    if kind not in known:
        raise ConnectorError(f"There is no connector of the kind '{kind}'.", suggestion(kind, known))
    try:
        loaded: type[AnyConnector] = known[kind].load()
    except ImportError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        advice = f"Install it with: pip install 'mimas[{extra}]'" if extra else "Check the installation of Mimas."
        raise ConnectorError(f"The connector kind '{kind}' cannot be used here: {error}.", advice) from error
    return loaded


def open_connector(
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    schema: Schema,
    folder: Path,
    salt: int | None = None,
    vault: Vault = EMPTY,
) -> AnyConnector:
    """The connector of these settings. Raises `ConnectorError`, which names every setting that is wrong.

    Without ``salt`` it is that of `salt_of`, so that a changed configuration reads every entry anew.
    """
    connector = connector_class(kind)
    try:
        checked = connector.model.model_validate(dict(settings))
    except ValidationError as error:
        raise ConnectorError(
            f"The settings of connector {name} ({kind}) are wrong: {_explained(error, connector.model)}",
            f"`mimas connector types` lists the settings of {kind}.",
        ) from None
    return connector(name, checked, schema, folder, salt_of(kind, checked, schema) if salt is None else salt, vault)


def salt_of(kind: str, settings: Settings, schema: Schema) -> int:
    """A hash of a configuration (64 bits), the same in every process. Secrets do not enter it."""
    text = msgspec.json.encode([kind, settings.model_dump(mode="json"), dict(schema)], order="sorted")
    return xxh3_64_intdigest(text)


def suggestion(word: str, known: Mapping[str, object] | list[str]) -> str:
    """What was probably meant, as a sentence of advice; else everything that there is."""
    near = get_close_matches(word.casefold(), list(known), n=1, cutoff=0.5)
    near = near or [other for other in known if other.casefold() == word.casefold()]
    return f"Did you mean '{near[0]}'?" if near else f"There is: {', '.join(sorted(known))}."


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group="mimas.connectors")}


def _explained(error: ValidationError, model: type[Settings]) -> str:
    """One clause for each fault. The values that were given are left out: they may be secret."""
    clauses = []
    for fault in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
            clauses.append(f"there is no setting '{where}'. {suggestion(where, list(model.model_fields))}")
        elif fault["type"] == "missing":
            clauses.append(f"'{where}' must be set")
        else:
            text = fault["msg"].removeprefix("Value error, ")
            clauses.append(f"'{where}': {text}" if where else text)
    return "; ".join(clauses)
