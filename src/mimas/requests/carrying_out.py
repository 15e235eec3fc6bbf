"""A wish is carried out, whether rules allow it or not: that is asked of what has come of it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mimas.requests.course import Course, EndedError
from mimas.requests.journal import Status
from mimas.requests.target import Target
from mimas.requests.wishes import Operation
from mimas.requests.writing import Writer
from mimas.store import sealed
from mimas.store.instants import stamp
from mimas.store.referring import linking_rules

Seal: TypeAlias = Callable[[str, str], str]
"""Seals a secret value under a name."""


def carry_out(writer: Writer, course: Course, seal: Seal | None) -> int:
    """Make, change or end the resource; its id. Raises `EndedError` where something stands against it."""
    wish, target = course.wish, course.target
    values, added, removed = target.after(wish.changes)
    secret = [change.attribute for change in wish.changes if target.attributes[change.attribute].secret]
    secrets = {name: values.pop(name, None) for name in secret}
    if wish.operation is Operation.CREATE:
        id_ = _create(writer, course, values, added)
    else:
        assert target.row is not None
        id_ = target.row.id
        if wish.operation is Operation.DELETE:
            _let_go(writer, target)
            writer.delete(target)
        else:
            writer.change(target, values, added, removed)
    _keep(writer, id_, secrets, seal)
    return id_


def _create(writer: Writer, course: Course, values: dict[str, Any], references: list[tuple[str, int]]) -> int:
    attributes, actor = course.target.attributes, course.actor
    if "CreatedTime" in attributes:
        values["CreatedTime"] = stamp(writer.context.now)
    if actor is not None and "Creator" in attributes:
        references.append(("Creator", actor))
    return writer.create(course.wish.type, values, references, fact=True)


def _keep(writer: Writer, id_: int, secrets: Mapping[str, Any], seal: Seal | None) -> None:
    """Secret values are sealed: they stand nowhere else, and nobody reads them."""
    for attribute, value in secrets.items():
        name = f"resource/{id_}/{attribute}"
        if value is None:
            sealed.remove(writer.tx, name)
        elif seal is None:
            raise EndedError(Status.FAILED, f"'{attribute}' is secret, and there is no key to seal it with.")
        else:
            sealed.put(writer.tx, name, seal(name, str(value)), writer.context.now)


def _let_go(writer: Writer, target: Target) -> None:
    """Whoever is kept alive by a connected system cannot be deleted here."""
    assert target.row is not None
    symbols = writer.symbols
    kept = [rule for rule in linking_rules(writer.tx, target.row.id) if rule in symbols.keeps_alive]
    if kept:
        names = " and ".join(sorted({symbols.rules[rule].connector for rule in kept}))
        raise EndedError(Status.FAILED, f"It is in {names}, which keeps it here: delete it there.")
