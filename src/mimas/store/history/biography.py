"""What has happened to one resource and its objects, or to one object: batch by batch, the newest first.

An object tells of itself while it belonged to nobody else. What was sent is told as of the step that sent it, since an
export changes nothing else that the history tells of.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mimas.schema.values import Value, decode, decode_wanted
from mimas.store import decisions, facts, resources
from mimas.store.database import Row, Transaction
from mimas.store.history.past import Past
from mimas.store.looking import PRESENCE, title
from mimas.store.objects import WANTED_ABSENT
from mimas.store.references import SEEN, WANTED
from mimas.store.store import Store

Change = dict[str, Any]
Told = Iterator[tuple[float, Change]]
"""(place, what has changed); between two places where a step has no batch."""

_SENT = 2
"""``state`` of an export that was sent: see `mimas.runs.images`."""


def of_resource(store: Store, number: int, limit: int) -> list[dict[str, Any]]:
    """The last entries of a resource: when, by whom, why, and what changed."""
    with store.reading() as tx:
        teller = _Teller(store, tx)
        links = list(Past(tx, "link").changes("resource", [number]))
        ids = sorted({one.key[0] for _, one in links})
        for some in (
            teller.resource(number),
            teller.references(number),
            teller.links(links, number),
            teller.facts(number, ids),
            teller.grants(number),
            teller.objects(ids, _elsewhere(links, number)),
        ):
            teller.take(some)
        return teller.entries(limit)


def of_object(store: Store, id_: int, limit: int) -> list[dict[str, Any]]:
    """The last entries of a connector object."""
    with store.reading() as tx:
        teller = _Teller(store, tx)
        teller.take(teller.links(Past(tx, "link").changes("object", [id_]), None))
        teller.take(teller.decided([id_]))
        teller.take(teller.objects([id_], {}))
        return teller.entries(limit)


def find_object(store: Store, connector: str, key: str, name_key: str) -> list[int]:
    """Objects of a connector by their anchor or name; where there is none, those that had it before."""
    number = store.symbol(connector)
    with store.reading() as tx:
        rows = tx.rows(
            "SELECT object FROM object_key WHERE connector = ? AND anchor = ?"
            " UNION SELECT object FROM object_name WHERE connector = ? AND key = ?",
            number,
            key,
            number,
            name_key,
        ) or tx.rows(
            "SELECT DISTINCT p.id FROM past_object p LEFT JOIN object o ON o.id = p.id"
            " WHERE coalesce(p.connector, o.connector) = ? AND (p.anchor = ? OR p.name = ?)",
            number,
            key,
            key,
        )
    return sorted(row[0] for row in rows)


def _elsewhere(links: Iterable[tuple[int, Any]], number: int) -> dict[int, list[tuple[int, int]]]:
    """Object → the spans (from, until) of places in which it belonged to somebody else."""
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    until: dict[int, int] = {}
    for place, one in links:
        (object_,) = one.key
        if one.after is not None and one.after[0] != number:
            spans[object_].append((place, until.get(object_, 1 << 60)))
        until[object_] = place
        if one.before is not None and one.before[0] != number:
            spans[object_].append((-1, place))
    return spans


class _Teller:
    """Gathers what has changed, place by place."""

    def __init__(self, store: Store, tx: Transaction) -> None:
        self.store, self.tx, self.name = store, tx, store.name
        self._told: dict[float, list[Change]] = defaultdict(list)
        self._steps: dict[float, int] = {}
        self._called: dict[int, str] = {}

    def take(self, changes: Told) -> None:
        for place, change in changes:
            self._told[place].append(change)

    def resource(self, number: int) -> Told:
        for place, (_, before, after) in Past(self.tx, "resource").changes("id", [number]):
            was, is_ = (row[3] if row else None for row in (before, after))
            if was != is_:
                what = "deleted" if is_ == resources.DELETED else "made" if was is None else "restored"
                yield place, {"what": what}
            old, new = self._values(before), self._values(after)
            for name in sorted({*old, *new}):
                if old.get(name) != new.get(name):
                    (v, f), (w, g) = old.get(name, (None, None)), new.get(name, (None, None))
                    yield place, {"what": "value", "attribute": name, **_pair(v, w), "from-before": f, "from": g}

        erasures = self.tx.rows("SELECT place FROM batch WHERE what LIKE ?", f"resource {number} erased%")
        yield from ((place, {"what": "erased"}) for (place,) in erasures)

    def _values(self, row: Row | None) -> dict[str, tuple[Value, Any]]:
        """Attribute → its value, and where that came from."""
        if row is None:
            return {}
        rows = resources.lineage(self.tx, row[2])
        lineage = {name: {"rule": rule, "connector": of} for name, rule, of in rows}
        return {name: (value, lineage.get(name)) for name, value in decode(row[1]).items()}

    def references(self, number: int) -> Told:
        # Whoever stays a member by another rule loses one row and gets another.
        rows: dict[tuple[int, int, int], dict[bool, int]] = defaultdict(dict)
        for place, ((_, attribute, target, origin), _, after) in Past(self.tx, "resource_reference").changes(
            "resource", [number]
        ):
            rows[place, attribute, target][after is not None] = origin
        names = self._titles({target for _, _, target in rows})
        for (place, attribute, target), origins in rows.items():
            what = "reference " + ("kept" if len(origins) == 2 else "added" if True in origins else "removed")
            told = {"attribute": self.name(attribute), "target": target, "name": names.get(target, "")}
            rules = {side: {"rule": self.name(origin), "connector": ""} for side, origin in origins.items()}
            yield place, {"what": what, **told, "from-before": rules.get(False), "from": rules.get(True)}

    def _titles(self, ids: Iterable[int]) -> dict[int, str]:
        return {row.id: title(decode(row.doc)) for row in resources.load(self.tx, sorted(ids))}

    def links(self, changes: Iterable[tuple[int, Any]], number: int | None) -> Told:
        for place, one in changes:
            for row, what in ((one.before, "link broken"), (one.after, "link made")):
                if row is not None and number in (None, row[0]):
                    told = {"object": self._call(one.key[0]), "rule": self.name(row[2]), "resource": row[0]}
                    to = self._titles([row[0]]).get(row[0], "") if number is None else ""
                    yield place, {"what": what, "connector": self.name(row[1]), **told, "name": to}

    def _know(self, ids: Iterable[int]) -> None:
        """Learn what objects are called, all at once: by their names or anchors, the last ones they had."""
        some = sorted(set(ids) - self._called.keys())
        sql = "SELECT id, coalesce(name, anchor) FROM {} WHERE id IN IDS AND coalesce(name, anchor) IS NOT NULL"
        self._called.update(self.tx.rows(sql.format("past_object") + " ORDER BY batch", some))
        self._called.update(self.tx.rows(sql.format("object"), some))

    def _call(self, id_: int) -> str:
        if id_ not in self._called:
            self._know([id_])
        return self._called.setdefault(id_, f"object {id_}")

    def facts(self, number: int, objects: Sequence[int]) -> Told:
        for place, (key, before, after) in Past(self.tx, "fact").changes("resource", [number]):
            told = key[0].startswith(facts.OFFERED) or key[0] in (decisions.LINKED, decisions.CUT)
            if not told and (before is None or after is None or before[:2] != after[:2]):
                was, is_ = (row[1] if row and row[0] == number else None for row in (before, after))
                yield place, {"what": "fact", "kind": key[0], **_pair(was, is_)}
        yield from self.decided(objects)

    def decided(self, objects: Sequence[int]) -> Told:
        """What a person has decided of the links of objects."""
        for place, (key, _, after) in Past(self.tx, "fact").changes("key", [str(id_) for id_ in objects]):
            if key[0] in (decisions.LINKED, decisions.CUT):
                decision = key[0] if after else ""
                yield place, {"what": "decided", "decision": decision, **self._about(int(key[1]))}

    def grants(self, number: int) -> Told:
        for column in ("resource", "target"):
            for place, one in Past(self.tx, "granted").changes(column, [number]):
                names = ("resource", "attribute", "target", "begins", "ends", "reason", "grantor", "at")
                row = dict(zip(names, one.after or one.before or (), strict=True))
                what = "granted" if one.before is None else "grant ended" if one.after is None else "grant changed"
                other = row["target" if column == "resource" else "resource"]
                told = {"grant": one.key[0], "attribute": self.name(row["attribute"]), "of": column, "target": other}
                told |= {"name": self._titles([other]).get(other, ""), "ends": row["ends"], "reason": row["reason"]}
                yield place, {"what": what, **told, "by": row["grantor"]}

    def objects(self, ids: Sequence[int], elsewhere: Mapping[int, Sequence[tuple[int, int]]]) -> Told:
        told: list[tuple[float, int, Change]] = [*self._images(ids), *self._object_references(ids), *self._exports(ids)]
        for place, id_, change in told:
            if not any(since < place < until for since, until in elsewhere.get(id_, ())):
                yield place, change

    def _images(self, ids: Sequence[int]) -> Iterator[tuple[float, int, Change]]:
        for place, (key, before, after) in Past(self.tx, "object").changes("id", ids):
            row: Row = after or before or ()
            about = {"connector": self.name(row[0]), "object": row[3] or row[2] or self._call(key[0])}
            was, is_ = (PRESENCE[one[4]] if one else None for one in (before, after))
            if was != is_:
                yield place, key[0], {"what": "presence", **about, **_pair(was, is_)}
            (seen, wanted), (seen_now, wanted_now) = _image(before), _image(after)
            for name in sorted({*seen, *seen_now}):
                if seen.get(name) != seen_now.get(name) and is_ is not None:
                    pair = _pair(seen.get(name), seen_now.get(name))
                    governed = {"wanted": wanted_now[name]} if wanted_now and name in wanted_now else {}
                    yield place, key[0], {"what": "seen", **about, "attribute": name, **pair, **governed}
            yield from ((place, key[0], {**change, **about}) for change in _wishes(wanted, wanted_now))

    def _object_references(self, ids: Sequence[int]) -> Iterator[tuple[float, int, Change]]:
        changes = list(Past(self.tx, "reference").changes("object", ids))
        self._know(target for _, ((_, _, target), _, _) in changes)
        for place, (key, before, after) in changes:
            was, is_ = (row[0] if row else 0 for row in (before, after))
            for bit, image in ((SEEN, "seen"), (WANTED, "wanted")):
                if (was ^ is_) & bit:
                    what = f"{image} reference {'added' if is_ & bit else 'removed'}"
                    about = self._about(key[0])
                    target = {"attribute": self.name(key[1]), "target": key[2], "name": self._call(key[2])}
                    yield place, key[0], {"what": what, **about, **target}

    def _exports(self, ids: Sequence[int]) -> Iterator[tuple[float, int, Change]]:
        sent: set[tuple[int, int, str]] = set()
        for row in Past(self.tx, "pending_export").rows(None, "object", ids):
            if row[3] is not None:
                sent.add((row[0], row[3], row[1]))
        for place, (key, before, after) in Past(self.tx, "pending_export").changes("object", ids):
            if before is None or before[2] is None:
                continue
            sent.add((key[0], before[2], before[0]))
            if after is None or after[2] is None:
                what = "withdrawn" if self._verb(place) == "sync" else "confirmed"
                yield place, key[0], {"what": what, **self._about(key[0]), "operation": before[0]}
            elif before[1] == _SENT != after[1] and before[2] == after[2]:
                yield place, key[0], {"what": "not kept", **self._about(key[0]), "operation": before[0]}
        for id_, step, operation in sorted(sent):
            yield self._place_of(step), id_, {"what": "sent", **self._about(id_), "operation": operation}

    def _about(self, id_: int) -> dict[str, str]:
        """The system that an object is of, and what it is called there."""
        number = self.tx.value("SELECT connector FROM object WHERE id = ?", id_) or self.tx.value(
            "SELECT connector FROM past_object WHERE id = ? AND connector IS NOT NULL", id_
        )
        return {"connector": self.name(number), "object": self._call(id_)}

    def _verb(self, place: int) -> str:
        """What kind of step a batch is of: ``import``, ``sync``, ``export``."""
        what = str(self.tx.value("SELECT what FROM batch WHERE place = ?", place) or "")
        return what.rpartition(": ")[2].split(" ")[0]

    def _place_of(self, step: int) -> float:
        """Of the last batch of a step; of one without a batch behind that of whatever was before."""
        place = self.tx.value("SELECT max(place) FROM batch WHERE step = ?", step)
        if place is None:
            before = self.tx.value(
                "SELECT max(place) FROM batch WHERE at <= (SELECT coalesce(ended, started) FROM step WHERE id = ?)"
                " AND place < (SELECT coalesce(min(place), ?) FROM batch WHERE step > ?)",
                step,
                1 << 60,
                step,
            )
            place = (before or 0) + 0.5 + step / (1 << 40)
            self._steps[place] = step
        return float(place)

    def entries(self, limit: int) -> list[dict[str, Any]]:
        """The last ones; batches of one step that follow one another are one entry."""
        found: list[dict[str, Any]] = []
        for place in sorted(self._told, reverse=True):
            entry = self._entry(place)
            if found and entry["step"] is not None and entry["step"] == found[-1]["step"]:
                found[-1]["changes"] = entry["changes"] + found[-1]["changes"]
            elif len(found) == limit:
                break
            else:
                found.append(entry)
        return found

    def _entry(self, place: float) -> dict[str, Any]:
        if place in self._steps:
            step: int | None = self._steps[place]
            at, person, why = self._of_step(self._steps[place])
        else:
            row = self.tx.row("SELECT at, person, what, step FROM batch WHERE place = ?", int(place))
            at, person, why, step = row or ("", "", "", None)
        run = self.tx.value("SELECT run FROM step WHERE id = ?", step) if step is not None else None
        head = {"at": at, "person": person, "why": why, "run": run, "step": step}
        return {**head, "changes": self._told[place]}

    def _of_step(self, step: int) -> tuple[str, str, str]:
        """When, by whom and why, by the run history; as far as that is kept."""
        row = self.tx.row(
            "SELECT coalesce(s.ended, s.started), r.id, r.profile, s.kind, s.connector FROM step s"
            " JOIN run r ON r.id = s.run WHERE s.id = ?",
            step,
        )
        if row is None:
            return "", "", f"step {step}, whose run is no longer kept"
        at, run, profile, kind, connector = row
        person = self.tx.value(
            "SELECT person FROM batch WHERE step IN (SELECT id FROM step WHERE run = ?) ORDER BY place LIMIT 1", run
        )
        return at, person or "", f"run {run} ({profile}): {kind} {connector or ''}".strip()


def _pair(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}


def _image(row: Row | None) -> tuple[dict[str, Value], dict[str, Value | None] | None]:
    """``seen`` and ``wanted`` of an object; for one that is to be deleted nothing is wanted, and for others none."""
    if row is None:
        return {}, None
    seen, wanted = row[5], row[6]
    return decode(seen) if seen else {}, {} if wanted == WANTED_ABSENT else decode_wanted(wanted) if wanted else None


def _wishes(before: Mapping[str, Value | None] | None, after: Mapping[str, Value | None] | None) -> Iterator[Change]:
    """How what the rules want of an object has changed."""
    if before and after == {}:
        yield {"what": "to be deleted"}
        return
    if before and after is None:
        yield {"what": "left alone"}
        return
    for name in sorted({*(before or {}), *(after or {})}):
        if (before or {}).get(name) != (after or {}).get(name):
            yield {"what": "wanted", "attribute": name, **_pair((before or {}).get(name), (after or {}).get(name))}
