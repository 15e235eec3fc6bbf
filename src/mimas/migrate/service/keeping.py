"""What has no place yet: every other object of an export is kept as it is, and listed by its name."""

import re
from collections.abc import Iterator

from mimas.migrate.drafts import file_name
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import KEPT, Migration
from mimas.migrate.service.objects import Exported, line, settle
from mimas.migrate.service.policy import activities, misunderstood, xpath

OTHER = "other"
"""Where objects stand whose type nothing describes."""
_UNREAD = "its filter cannot be read yet"
_NOT_LISTED = ("AttributeTypeDescription", "BindingDescription", "ConstantSpecifier")
"""Kinds of which there are hundreds, and which are found by their file."""


def keep(migration: Migration, one: Exported, *, known: bool, note: str = "") -> None:
    """Keep an object. ``known``: its type is one that the Service has or the schema describes."""
    file = kept_file(one.kind) if known else OTHER
    note = note or (
        f"it stands in {KEPT}/{file}.xml" if one.kind else f"it has no type: it stands in {KEPT}/{file}.xml"
    )
    if _unread(one):
        one.mark("Filter", Outcome.KEPT, _UNREAD)
    settle(one.element, Outcome.KEPT if one.kind else Outcome.PERSON, note)
    migration.kept.setdefault(file, []).append(one.element)
    if one.kind not in _NOT_LISTED:
        kind = one.kind if known else f"{line(one.kind) or 'no type'} ({OTHER})"
        migration.report.kept.setdefault(kind, []).append(" – ".join([one.title, *_said(one)]))


def kept_file(kind: str) -> str:
    """The name of the file for objects of a kind, without an ending: a hyphen between its words."""
    return file_name(re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", kind))


def _unread(one: Exported) -> str:
    """Why the object's filter cannot be read yet, empty when it can or there is none."""
    filter_ = xpath(one.text("Filter"))
    return misunderstood(filter_) if filter_ else ""


def _said(one: Exported) -> Iterator[str]:
    """What is good to know of an object that is kept."""
    if one.kind == "WorkflowDefinition":
        found = activities(one)
        tags = ", ".join(line(activity.tag) for activity in found or ()) or "no activities"
        yield line(one.text("RequestPhase")) or "no phase"
        yield tags if found is not None else "its XOML cannot be read"
    elif one.kind == "ManagementPolicyRule":
        yield ", ".join(filter(None, map(line, [one.text("ManagementPolicyRuleType"), *one.texts("ActionType")])))
        if one.is_true("Disabled"):
            yield "disabled"
    elif filter_ := xpath(one.text("Filter")):
        yield line(filter_)
    if why := _unread(one):
        yield f"{_UNREAD}: {line(why)}"
