"""What two moments have differently: over everything, over the resources of one type, or for one resource.

Of what was made or has ended the values are not listed one by one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from mimas.schema.values import decode, decode_wanted
from mimas.store import facts, resources
from mimas.store.database import Row, Transaction
from mimas.store.decisions import CUT, LINKED
from mimas.store.history.alike import Alteration, Subject
from mimas.store.history.past import Difference, Past
from mimas.store.looking import title
from mimas.store.objects import PRESENT, WANTED_ABSENT
from mimas.store.references import SEEN, WANTED
from mimas.store.store import Store

_CHUNK = 5_000


class Span(NamedTuple):
    """Two places of the chain (see `mimas.store.history.past`); ``until`` none: now."""

    since: int
    until: int | None


def contrast(
    store: Store, tx: Transaction, span: Span, type_: str | None = None, only: Sequence[int] | None = None
) -> Iterator[Alteration]:
    """Everything that differs; of the resources of a type and their objects, or of some resources and theirs."""
    source = _Some(tx, span, only) if only is not None else _All(tx, span)
    teller = _Contrast(store, tx, span, store.symbol(type_) if type_ is not None else None)
    yield from teller.resources(source.differences("resource"))
    yield from teller.references(source.differences("resource_reference"))
    yield from teller.links(source.differences("link"))
    yield from teller.objects(source.differences("object"))
    yield from teller.object_references(source.differences("reference"))
    yield from teller.facts(source.differences("fact"))
    if type_ is None:
        yield from teller.others(source)


class _All:
    """Everything."""

    def __init__(self, tx: Transaction, span: Span) -> None:
        self.tx, self.span = tx, span

    def differences(self, table: str) -> Iterator[Difference]:
        return Past(self.tx, table).differences(*self.span)


class _Some:
    """What belongs to some resources, at one of the two moments or at both."""

    def __init__(self, tx: Transaction, span: Span, ids: Sequence[int]) -> None:
        self.tx, self.span = tx, span
        rows = [row for place in span for row in Past(tx, "link").rows(place, "resource", ids)]
        objects = sorted({row[0] for row in rows})
        self._chosen: dict[str, tuple[str, Sequence[int]]] = {
            "resource": ("id", ids),
            "resource_reference": ("resource", ids),
            "link": ("resource", ids),
            "object": ("id", objects),
            "reference": ("object", objects),
            "fact": ("resource", ids),
            "granted": ("resource", ids),
        }

    def differences(self, table: str) -> Iterator[Difference]:
        if table not in self._chosen:
            return
        past = Past(self.tx, table)
        width = len(past.recorded.key)
        sides = [{row[:width]: row[width:] for row in past.rows(place, *self._chosen[table])} for place in self.span]
        for key in sorted({*sides[0], *sides[1]}):
            before, after = (side.get(key) for side in sides)
            if before != after:
                yield Difference(key, before, after)


class _Contrast:
    """Differences of rows as alterations of what they stand for."""

    def __init__(self, store: Store, tx: Transaction, span: Span, type_: int | None) -> None:
        self.tx, self.name, self.span, self.type = tx, store.name, span, type_
        self._patterns: dict[int, dict[str, str]] = {}
        self._whole: set[Subject] = set()
        """What was made or has ended: that says it all."""

    def resources(self, differences: Iterable[Difference]) -> Iterator[Alteration]:
        for (id_,), before, after in differences:
            row = after or before or ()
            if self.type not in (None, row[0]):
                continue
            of, subject = self.name(row[0]), Subject("resource", id_)
            lived, lives = (one is not None and one[3] == resources.LIVE for one in (before, after))
            if lived and lives:
                yield from self._values(of, subject, before or (), after or ())
            elif lives or lived:
                self._whole.add(subject)
                yield Alteration(of, "deleted" if lived else "made" if before is None else "restored", subject)

    def _values(self, of: str, subject: Subject, before: Row, after: Row) -> Iterator[Alteration]:
        if before[1] == after[1]:
            return
        was, is_ = decode(before[1]), decode(after[1])
        rules, earlier = self._rules(after[2]), self._rules(before[2])
        for name in sorted({*was, *is_}):
            if was.get(name) != is_.get(name):
                rule = rules.get(name) or earlier.get(name, "")
                yield Alteration(of, "changed", subject, name, rule, was.get(name), is_.get(name))

    def _rules(self, pattern: int) -> dict[str, str]:
        """Attribute → the rule that gives it."""
        if pattern not in self._patterns:
            body = self.tx.value("SELECT body FROM pattern WHERE id = ?", pattern) or "[]"
            self._patterns[pattern] = {name: rule for name, rule, _ in msgspec.json.decode(body)}
        return self._patterns[pattern]

    def references(self, differences: Iterable[Difference]) -> Iterator[Alteration]:
        for chunk in _chunks(differences):
            types = self._types(_first(chunk))
            for (resource, attribute, target, origin), before, _ in chunk:
                of, subject = self.name(types.get(resource)), Subject("resource", resource)
                if self.type in (None, types.get(resource)) and subject not in self._whole:
                    action, *ends = _moved(before is None, Subject("resource", target))
                    yield Alteration(of, action, subject, self.name(attribute), self.name(origin), *ends)

    def _types(self, ids: Sequence[int]) -> dict[int, int]:
        return dict(self.tx.rows("SELECT id, type FROM resource WHERE id IN IDS", list(ids)))

    def links(self, differences: Iterable[Difference]) -> Iterator[Alteration]:
        for chunk in _chunks(differences):
            ids = sorted({row[0] for _, *rows in chunk for row in rows if row})
            types = self._types(ids)
            for (object_,), before, after in chunk:
                for row, action in ((before, "unlinked"), (after, "linked")):
                    if row is not None and self.type in (None, types.get(row[0])):
                        _, *ends = _moved(action == "linked", Subject("resource", row[0]))
                        of, rule = self.name(row[1]), self.name(row[2])
                        yield Alteration(of, action, Subject("object", object_), "", rule, *ends)

    def objects(self, differences: Iterable[Difference]) -> Iterator[Alteration]:
        for chunk in _chunks(differences):
            chosen = self._of_type(_first(chunk))
            for (id_,), before, after in chunk:
                if chosen is None or id_ in chosen:
                    yield from self._object(Subject("object", id_), before, after)

    def _object(self, subject: Subject, before: Row | None, after: Row | None) -> Iterator[Alteration]:
        of = self.name((after or before or ())[0])
        was_there, is_there = (row is not None and row[4] == PRESENT for row in (before, after))
        if was_there != is_there:
            self._whole.add(subject)
            yield Alteration(of, "made" if is_there else "gone", subject)
            return
        if before is None or after is None:
            return
        # Texts are compared before they are taken apart: most differ in one of the two.
        seen = _changed(_seen(before), _seen(after)) if was_there and before[5] != after[5] else {}
        wanted = _changed(_wanted(before), _wanted(after)) if before[6] != after[6] else {}
        for name in sorted({*seen, *wanted}):
            if seen.get(name) == wanted.get(name):
                yield Alteration(of, "changed", subject, name, "", *seen[name])
            else:
                sides = (("shows", seen.get(name)), ("wanted", wanted.get(name)))
                yield from (Alteration(of, action, subject, name, "", *pair) for action, pair in sides if pair)

    def object_references(self, differences: Iterable[Difference]) -> Iterator[Alteration]:
        for chunk in _chunks(differences):
            chosen = self._of_type(_first(chunk))
            connectors = self._connectors(_first(chunk))
            for (object_, attribute, target), before, after in chunk:
                was, is_ = (row[0] & (SEEN | WANTED) if row else 0 for row in (before, after))
                of, subject = self.name(connectors.get(object_)), Subject("object", object_)
                if was == is_ or subject in self._whole or (chosen is not None and object_ not in chosen):
                    continue
                action, *ends = _moved(is_ > was, Subject("object", target))
                # What is wanted and not shown is on its way; so is what is shown and not wanted.
                rule = "" if is_ in (0, SEEN | WANTED) else "not yet shown" if is_ == WANTED else "not wanted"
                yield Alteration(of, action, subject, self.name(attribute), rule, *ends)

    def _of_type(self, objects: Sequence[int]) -> set[int] | None:
        """Those that belong, or belonged, to resources of the type that is asked for; none: all."""
        if self.type is None:
            return None
        rows = [row for place in self.span for row in Past(self.tx, "link").rows(place, "object", objects)]
        ids = sorted({row[1] for row in rows})
        types = self._types(ids)
        return {row[0] for row in rows if types.get(row[1]) == self.type}

    def _connectors(self, objects: Sequence[int]) -> dict[int, int]:
        sql = "SELECT id, connector FROM {} WHERE id IN IDS AND connector IS NOT NULL"
        return {id_: of for table in ("past_object", "object") for id_, of in self.tx.rows(sql.format(table), objects)}

    def facts(self, differences: Iterable[Difference]) -> Iterator[Alteration]:
        for chunk in _chunks(differences):
            ids = sorted({row[0] for _, *rows in chunk for row in rows if row})
            types = self._types(ids)
            for (kind, key), before, after in chunk:
                resource = (after or before or ())[0]
                if kind.startswith(facts.OFFERED) or self.type not in (None, types.get(resource)):
                    continue
                values = (row[1] if row else None for row in (before, after))
                about = Subject("object", int(key)) if kind in (LINKED, CUT) else Subject("resource", resource)
                yield Alteration("facts", _action(before, after), about, kind, "", *values)

    def others(self, source: "_All | _Some") -> Iterator[Alteration]:
        """Grants, holds, documents: few, and each told by its number or name."""
        for (number,), before, after in source.differences("granted"):
            yield Alteration("grants", _action(before, after), Subject("grant", number))
        for (number,), before, after in source.differences("hold"):
            states = (row[5] if row else None for row in (before, after))
            yield Alteration("holds", _action(before, after), Subject("hold", number), "state", "", *states)
        for (kind, name), before, after in source.differences("document"):
            if before is None or after is None or before[0] != after[0]:
                yield Alteration("documents", _action(before, after), Subject(kind, name))


def names(tx: Transaction, subjects: Iterable[Subject]) -> Mapping[Subject, str]:
    """What those whom examples are about are called: as they are called last."""
    some = set(subjects)
    ids = {kind: sorted(int(s.id) for s in some if s.kind == kind) for kind in ("object", "resource")}
    found = {s: f"{s.kind} {s.id}" for s in some}
    for row in resources.load(tx, ids["resource"]):
        found[Subject("resource", row.id)] = f"{title(decode(row.doc))} ({row.id})"
    sql = "SELECT id, coalesce(name, anchor) FROM {} WHERE id IN IDS AND coalesce(name, anchor) IS NOT NULL"
    for table in ("past_object", "object"):
        found |= {Subject("object", id_): name for id_, name in tx.rows(sql.format(table), ids["object"])}
    return found


def _action(before: Row | None, after: Row | None) -> str:
    return "made" if before is None else "gone" if after is None else "changed"


def _moved(added: bool, target: Subject) -> tuple[str, Subject | None, Subject | None]:
    """The action, and the target before or after it."""
    return ("added", None, target) if added else ("removed", target, None)


def _seen(row: Row) -> Mapping[str, Any]:
    return decode(row[5]) if row[5] else {}


def _wanted(row: Row) -> Mapping[str, Any]:
    return decode_wanted(row[6]) if row[6] and row[6] != WANTED_ABSENT else {}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names_ = {*before, *after}
    return {name: (before.get(name), after.get(name)) for name in names_ if before.get(name) != after.get(name)}


def _first(chunk: Sequence[Difference]) -> list[int]:
    return sorted({one.key[0] for one in chunk})


def _chunks(differences: Iterable[Difference]) -> Iterator[list[Difference]]:
    rest = iter(differences)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
