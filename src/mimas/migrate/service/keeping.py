"""What becomes no document: it is kept as it is, and listed by its name."""

import re

from mimas.migrate.drafts import file_name
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import KEPT, Migration
from mimas.migrate.service.objects import Exported, line, settle

OTHER = "other"
"""Where objects stand whose type nothing describes."""
_NOT_LISTED = ("AttributeTypeDescription", "BindingDescription")
"""Kinds of which there are hundreds, and which are found by their file."""


def keep(migration: Migration, one: Exported, *, known: bool, note: str = "") -> None:
    """Keep an object. ``known``: its type is one that the Service has or the schema describes."""
    file = kept_file(one.kind) if known else OTHER
    where = f"it stands in {KEPT}/{file}.xml"
    said = f"{note}: {where}" if note else where if one.kind else f"it has no type: {where}"
    settle(one.element, Outcome.KEPT if one.kind else Outcome.PERSON, said)
    migration.kept.setdefault(file, []).append(one.element)
    if one.kind not in _NOT_LISTED:
        kind = one.kind if known else f"{line(one.kind) or 'no type'} ({OTHER})"
        migration.report.kept.setdefault(kind, []).append(" – ".join(filter(None, [one.title, note])))


def kept_file(kind: str) -> str:
    """The name of the file for objects of a kind, without an ending: a hyphen between its words."""
    return file_name(re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", kind))
