"""Where documents name sealed secrets."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path as File
from typing import Any

from mimas.configuration.problem import Problem, Severity
from mimas.configuration.reading import Document
from mimas.schema.places import Place
from mimas.secrets.errors import SecretError
from mimas.secrets.keys import FILE, exposed, key_file
from mimas.secrets.vault import Vault

Path = tuple[str | int, ...]


def sealed_in(documents: Iterable[Document]) -> Iterator[tuple[Document, Path, str]]:
    """Each place where a sealed secret is named: the document, the path within it, the name."""
    for document in documents:
        for key in {"Connector": ("settings",), "Mail": ("password", "inbox")}.get(document.kind, ()):
            for path, name in _named(document.body.get(key), (key,)):
                yield document, path, name


def check_sealed(documents: Iterable[Document], vault: Vault, database: File | None) -> Iterator[Problem]:
    """A warning for each sealed secret that cannot be opened here and now, and for a key file in an unsafe place.

    Warnings, since another machine may have what is missing. ``database`` is the file of the store, if it is in one.
    """
    named = False
    for document, path, name in sealed_in(documents):
        named = True
        try:
            vault.open(name)
        except SecretError as error:
            yield document.warning(path, error.message.rstrip("."), error.advice)
    with suppress(SecretError, OSError):  # told of each secret already
        if named and (file := key_file()) and (unsafe := exposed(file, database)):
            yield Problem(Place(FILE), unsafe.message.rstrip("."), unsafe.advice, severity=Severity.WARNING)


def _named(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, Mapping):
        if len(value) == 1 and isinstance(name := value.get("sealed"), str):
            yield path, name
        for key, inner in value.items():
            yield from _named(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _named(inner, (*path, index))
