"""One form for every document, whatever its spelling: for hashes, for drift, and for writing it out."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from mimas.configuration.documents import KINDS, parse
from mimas.configuration.reading import Document
from mimas.requests.documents import normal as resource_form
from mimas.store.documents import digest as hashed


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the folder and what is in force."""

    action: Literal["added", "changed", "removed"]
    kind: str
    name: str


def normalise(document: Document) -> dict[str, Any]:
    """The long form without defaults; a document with mistakes as it was written. Equal meaning, equal result."""
    if document.kind not in KINDS:
        return resource_form(document.kind, document.name, document.body)
    body, _ = parse(document)
    plain = body.model_dump(mode="json", exclude_defaults=True) if body else dict(document.body)
    return {"kind": document.kind, "name": document.name, **plain}


def digest(document: Document) -> str:
    """A hash of the normal form, in hexadecimal: comments, order of keys and spelling do not change it."""
    return hashed(normalise(document))


def diff(applied: Mapping[tuple[str, str], Mapping[str, Any]], folder: Iterable[Document]) -> list[Change]:
    """What applying the folder would change in what is in force (bodies by kind and name)."""
    new = {(document.kind, document.name): document for document in folder}
    changes = [Change("removed", kind, name) for kind, name in applied if (kind, name) not in new]
    for (kind, name), document in new.items():
        if (kind, name) not in applied:
            changes.append(Change("added", kind, name))
        elif digest(Document(kind, name, applied[kind, name])) != digest(document):
            changes.append(Change("changed", kind, name))
    order = list(KINDS)
    return sorted(changes, key=lambda c: (order.index(c.kind) if c.kind in order else len(order), c.kind, c.name))


def dump(document: Document) -> str:
    """The document as YAML that people read: keys in the order of the documentation, each value as it was written."""
    fields = KINDS[document.kind].model_fields if document.kind in KINDS else {}
    known = [field.alias or name for name, field in fields.items()]
    keys = sorted(document.body, key=lambda key: known.index(key) if key in known else len(known))
    return as_yaml({"kind": document.kind, "name": document.name, **{key: document.body[key] for key in keys}})


def as_yaml(value: Any) -> str:
    """Plain data as YAML, keys in their order; whatever needs quotes has them, and long texts are folded."""
    return _written(value, flow=False, width=110)


def one_line(value: Any) -> str:
    """Plain data in one line, as YAML; a text has quotes only where it could be taken for something else."""
    if isinstance(value, str) and value == value.strip() and value.isprintable() and not _NO_TEXT.fullmatch(value):
        return value
    return _written({"x": value}, flow=True, width=sys.maxsize).strip().removeprefix("{x: ").removesuffix("}")


def _written(value: Any, *, flow: bool, width: int) -> str:
    writer = YAML(typ="safe", pure=True)
    writer.Representer = _Representer
    writer.Emitter = _Emitter
    writer.default_flow_style = flow
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = width
    writer.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    writer.dump(value, out)
    return out.getvalue()


_NO_TEXT = re.compile("-?[0-9]+|true|false|null|~|")
_LONG = 90
_BREAKS = re.compile("[\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"\A\s|[^\S\n]$|\n\n\Z|[^\S\n ]", re.MULTILINE)
"""What cannot be seen in a block of text, or would not come back: blanks at its ends, tabs, line breaks of YAML 1.1."""


class _Emitter(Emitter):
    """Breaks the lines of blocks only: within quotes, and without any, blanks beside a break would be lost."""

    def write_plain(self, text: Any, split: Any = True) -> None:  # noqa: ARG002 - as it is there
        """In one line."""
        self._unbroken(super().write_plain, text)

    def write_single_quoted(self, text: Any, split: Any = True) -> None:  # noqa: ARG002
        """In one line."""
        self._unbroken(super().write_single_quoted, text)

    def write_double_quoted(self, text: Any, split: Any = True) -> None:  # noqa: ARG002
        """In one line."""
        self._unbroken(super().write_double_quoted, text)

    def _unbroken(self, write: Callable[..., None], text: Any) -> None:
        width, self.best_width = self.best_width, sys.maxsize
        write(text, split=False)
        self.best_width = width


class _Representer(SafeRepresenter):
    """Texts in the style that is read most easily, of those in which they come back as they were."""

    def represent_str(self, data: str) -> ScalarNode:
        """A text: a block where it has lines or is long, otherwise plain, or in the quotes that it needs."""
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=_style(data))


_Representer.add_representer(str, _Representer.represent_str)


def _style(text: str) -> str | None:
    """The sign of YAML for the style; none: the writer chooses."""
    if "\n" not in text and len(text) <= _LONG:
        # The writer breaks the line at these, within quotes that do not keep them.
        return '"' if _BREAKS.search(text) else None
    if _INVISIBLE.search(text) or not text.replace("\n", "").isprintable():
        return '"'
    return "|" if "\n" in text else ">"
