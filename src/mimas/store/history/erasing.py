"""Taking the personal data of somebody who is gone out of everything that is kept, so that the chain still holds.

In place of a kept row's values stands the digest they had, which is all that the chain rests on. That it was done, and
of whose rows, the chain says itself, by numbers only. Of a digest nothing can be read; but whoever guesses every value
of a row can see by it whether the guess was right.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from mimas.schema.values import decode
from mimas.store import decisions, resources, tables
from mimas.store.database import Transaction
from mimas.store.history import recording
from mimas.store.history.chain import leaf, under_way
from mimas.store.history.past import Past
from mimas.store.looking import title
from mimas.store.objects import PRESENT
from mimas.store.store import Store

_SHORT = 3
"""Names of so few letters stand in other words, too: they are not looked for in texts."""
_GONE = "(erased)"


class EraseError(Exception):
    """It cannot be erased yet, or not so; the message says what has to happen first."""


class Erased(NamedTuple):
    """What an entry says was erased."""

    resource: int
    objects: frozenset[int]


def said(resource: int, objects: Sequence[int], reason: str) -> str:
    """What the entry says that is made by erasing."""
    with_ = f", with objects {' '.join(map(str, objects))}" if objects else ""
    return f"resource {resource} erased{with_}: {reason}"


_SAID = re.compile(r"resource (\d+) erased(?:, with objects ([\d ]+))?: ")


def covered(what: str) -> Erased | None:
    """What `said` has said."""
    match = _SAID.match(what)
    return Erased(int(match[1]), frozenset(map(int, (match[2] or "").split()))) if match else None


def erase(store: Store, resource: int, reason: str) -> int:
    """Erase a deleted resource that no system shows any more; how many kept rows. Raises `EraseError`."""
    cause = store.cause
    with store.caused_by(cause), store.transaction(durable=True) as tx:
        rows = resources.load(tx, [resource])
        if not rows or rows[0].state != resources.DELETED:
            raise EraseError(
                f"Resource {resource} is not deleted. It is when no source shows it any more and a sync has followed; "
                "what is alive cannot be erased, as its sources would bring it back."
            )
        objects = _objects(store, tx, resource)
        words = _words(tx, resource, objects)
        if any(word.casefold() in reason.casefold() for word in words):
            raise EraseError("The reason names whom it is about, and it stays for ever. Write a number of a case, say.")
        store.cause = replace(cause, what=said(resource, objects, reason), entered=True)
        _blank(tx, resource, objects, words)
        count = _erase_kept(tx, resource, objects)
    store.database.compact()
    return count


def _objects(store: Store, tx: Transaction, resource: int) -> list[int]:
    """Those that ever belonged to it. Raises `EraseError` when one of them is there."""
    ids = sorted({one.key[0] for _, one in Past(tx, "link").changes("resource", [resource])})
    there = tx.rows(
        "SELECT o.connector, coalesce(o.name, o.anchor, ''), o.presence FROM object o WHERE o.id IN IDS"
        " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.object = o.id AND l.resource <> ?) ORDER BY o.id",
        ids,
        resource,
    )
    if there:
        connector, name, presence = there[0]
        still = "is still there" if presence == PRESENT else "is still known: others there refer to it"
        more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
        raise EraseError(
            f"{store.name(connector)} {name} {still}{more}. Take it out of that system, and what refers to it, then "
            "import and sync; nothing was erased."
        )
    return ids


def _words(tx: Transaction, resource: int, objects: Sequence[int]) -> set[str]:
    """What it is called: its title, its keys and unique values, the names and anchors of its objects."""
    words: set[Any] = {value for (value,) in tx.rows("SELECT value FROM resource_key WHERE resource = ?", resource)}
    words |= {
        value for (value,) in tx.rows("SELECT value FROM fact WHERE resource = ? AND kind LIKE 'unique:%'", resource)
    }
    words |= {title(decode(row.doc)) for row in resources.load(tx, [resource])}
    for (doc,) in tx.rows("SELECT doc FROM past_resource WHERE id = ? AND doc IS NOT NULL", resource):
        words.add(title(decode(doc)))
    for row in tx.rows("SELECT anchor, name FROM past_object WHERE id IN IDS", list(objects)):
        words.update(row)
    return {word for word in words if isinstance(word, str) and len(word) > _SHORT}


def _blank(tx: Transaction, resource: int, objects: Sequence[int], words: Iterable[str]) -> None:
    """What is kept as of now; what the triggers keep of that is erased with the rest."""
    tx.update(tables.resource, "id, doc", [(resource, "{}")])
    tx.delete(tables.resource_key, "resource", [(resource,)])
    tx.delete(tables.fact, "resource", [(resource,)])
    decisions.forget(tx, objects)
    tx.run("UPDATE granted SET reason = '' WHERE reason <> '' AND (resource = ? OR target = ?)", resource, resource)
    _blank_steps(tx, resource, set(objects), words)


def _blank_steps(tx: Transaction, resource: int, objects: set[int], words: Iterable[str]) -> None:
    """Names in what was said of steps, and in examples of what was learned."""
    changed = []
    for step, counter, body in tx.rows("SELECT step, counter, objects FROM step_object"):
        rows = [[c, o, r, "" if o in objects or r == resource else name] for c, o, r, name in msgspec.json.decode(body)]
        if (text := msgspec.json.encode(rows).decode()) != body:
            changed.append((step, counter, text))
    tx.update(tables.step_object, "step, counter, objects", changed, keys=2)
    named = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in sorted(words)) or r"(?!)", re.IGNORECASE)
    told = [
        id_
        for id_, object_, *texts in tx.rows("SELECT id, object, name, message, advice FROM step_error")
        if object_ in objects or any(text and named.search(text) for text in texts)
    ]
    tx.update(tables.step_error, "id, name, message, advice", [(id_, _GONE, _GONE, None) for id_ in told])
    for table, column in (("learned", "example"), ("step", "message")):
        texts = [text for (text,) in tx.rows(f"SELECT DISTINCT {column} FROM {table}") if text and named.search(text)]
        tx.many(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [(_GONE, text) for text in texts])


def _erase_kept(tx: Transaction, resource: int, objects: Sequence[int]) -> int:
    """Put the digests in place of the values of kept rows; of how many."""
    count = _rows(tx, "resource", "id = ? AND doc IS NOT NULL", [resource], "doc = '{}'")
    emptied = "anchor = NULL, name = NULL, seen = NULL, wanted = NULL, ours = NULL"
    texts = "coalesce(anchor, name, seen, wanted, ours) IS NOT NULL"
    count += _rows(tx, "object", f"id IN IDS AND {texts}", [list(objects)], emptied)
    of = "reason <> '' AND id IN (SELECT id FROM granted WHERE resource = ? OR target = ?)"
    count += _rows(tx, "granted", of, [resource, resource], f"reason = '', resource = coalesce(resource, {resource})")
    kept = {str(resource), *map(str, objects)}
    changes = [*Past(tx, "fact").changes("resource", [resource])]
    changes += [one for one in Past(tx, "fact").changes("key", sorted(kept)) if one[1].key[0] in _DECIDED]
    number = under_way(tx)
    for place, (key, before, _) in changes:
        if before is None or before[0] == resource or key[0] in _DECIDED:
            batch = tx.value("SELECT id FROM batch WHERE place = ?", place) or number
            named = "" if key[1] in kept else ", key = ERASED"
            count += _rows(
                tx,
                "fact",
                "kind = ? AND key = ? AND batch = ?",
                [*key, batch],
                f"value = NULL, resource = {resource}{named}",
            )
    return count


_DECIDED = (decisions.LINKED, decisions.CUT)


def _rows(tx: Transaction, table: str, where: str, parameters: list[Any], sets: str) -> int:
    """Erase the rows of one table for which a condition holds; ``ERASED`` is the digest."""
    recorded = recording.of(table)
    own = ", ".join((*recorded.key, "kept", *recorded.columns))
    rows = tx.rows(f"SELECT batch, {own} FROM {recorded.past.name} WHERE erased IS NULL AND {where}", *parameters)
    same = " AND ".join(f"{name} = ?" for name in (*recorded.key, "batch"))
    for batch, *row in rows:
        digest = leaf(tuple(row))
        text = sets.replace("ERASED", f"'{digest}'")
        sql = f"UPDATE {recorded.past.name} SET erased = ?, {text} WHERE {same}"
        tx.run(sql, digest, *row[: len(recorded.key)], batch)
    return len(rows)


def uncovered(tx: Transaction, entries: Iterable[Erased]) -> tuple[int, list[str]]:
    """How many kept rows are erased; and those of which no entry says so, as sentences."""
    some = list(entries)
    known = {"resources": {one.resource for one in some}, "objects": {id_ for one in some for id_ in one.objects}}
    count, found = 0, []
    for table, columns, of in (
        ("resource", "id", "resources"),
        ("object", "id", "objects"),
        ("fact", "resource", "resources"),
        ("granted", "resource, target", "resources"),
    ):
        rows = tx.rows(f"SELECT {columns} FROM past_{table} WHERE erased IS NOT NULL")
        count += len(rows)
        lacking = sum(1 for row in rows if known[of].isdisjoint(row))
        if lacking:
            found.append(f"{lacking:,} rows kept of the table {table} were erased, and no entry says so")
    never = [t for t in ("hold", "document") if tx.value(f"SELECT 1 FROM past_{t} WHERE erased IS NOT NULL LIMIT 1")]
    return count, found + [f"rows kept of the table {table} were erased, which Mimas never does" for table in never]
