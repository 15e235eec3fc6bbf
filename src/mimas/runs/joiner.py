"""Links made and cut by a person (MIM: the Joiner). The decision is a fact; the next sync makes it true."""

from datetime import datetime

from mimas.runs.groups import NONE
from mimas.runs.linking import AMBIGUOUS
from mimas.runs.symbols import Symbols
from mimas.schema import names
from mimas.schema.values import Values, decode
from mimas.store import decisions, holds, objects, resources, tables
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, Stored
from mimas.store.resources import LIVE
from mimas.sync.context import Context
from mimas.sync.linking import Linker


class JoinerError(Exception):
    """The link cannot be decided so; the message says why, and what to do."""


def join(symbols: Symbols, connector: str, key: str, resource: int, now: datetime) -> None:
    """From the next sync on, the object belongs to this resource. Raises `JoinerError`."""
    with symbols.store.transaction(durable=True) as tx:
        object_ = _object(tx, symbols, connector, key)
        (row,) = resources.load(tx, [resource])
        type_ = symbols.store.name(row.type)
        number = symbols.store.symbol(connector)
        if row.state != LIVE:
            raise JoinerError(f"{type_} {resource} is deleted. Join to one that is alive.")
        if symbols.rule_by_hand(number, object_.type or 0, row.type) is None:
            raise JoinerError(
                f"No inbound rule lets objects of type {symbols.store.name(object_.type)} in {connector} contribute to "
                f"a {type_}. Write one first."
            )
        other = tx.value(
            "SELECT coalesce(o.anchor, o.name) FROM link l JOIN object o ON o.id = l.object WHERE l.resource = ?"
            " AND l.connector = ? AND o.type = ? AND o.id <> ?",
            resource,
            number,
            object_.type,
            object_.id,
        )
        if other is not None:
            raise JoinerError(
                f"{type_} {resource} has the object {other} in {connector} already. Disconnect that one first: "
                f"mimas disconnect {connector} {other}"
            )
        decisions.decide(tx, object_.id, resource, f"{connector} {key}", now)
        _look_again(tx, number, object_)


def disconnect(symbols: Symbols, connector: str, key: str, now: datetime, *, normal: bool = False) -> None:
    """From the next sync on, the object belongs to nobody. Raises `JoinerError`.

    ``normal``: any decision of a person over it is forgotten instead, and the rules decide again.
    """
    with symbols.store.transaction(durable=True) as tx:
        object_ = _object(tx, symbols, connector, key)
        if normal:
            decisions.forget(tx, [object_.id])
        else:
            decisions.decide(tx, object_.id, None, f"{connector} {key}", now)
        _look_again(tx, symbols.store.symbol(connector), object_)


def disconnectors(symbols: Symbols, connector: str, now: datetime, limit: int) -> tuple[int, list[dict[str, object]]]:
    """How many objects of a connector have no link, and the first of them with the reason."""
    number = symbols.store.symbol(connector)
    where = "o.connector = ? AND o.presence = ? AND NOT EXISTS (SELECT 1 FROM link l WHERE l.object = o.id)"
    with symbols.store.transaction() as tx:
        count = tx.value(f"SELECT count(*) FROM object o WHERE {where}", number, PRESENT)
        rows = tx.rows(
            f"SELECT o.id, o.type, o.anchor, o.name, o.seen FROM object o WHERE {where} ORDER BY o.id LIMIT ?",
            number,
            PRESENT,
            limit,
        )
        decided = decisions.load(tx)
        held = {id_ for row in holds.opened(tx) if row[1] == AMBIGUOUS for id_ in holds.items(tx, row[0])}
        groups = symbols.groups[number].of(tx, [row[0] for row in rows]) if number in symbols.groups else {}
    context = Context(now)
    found: list[dict[str, object]] = []
    for id_, type_, anchor, name, seen in rows:
        if id_ in decided:
            why = "disconnected by hand" if decided[id_] is None else "joined by hand at the next sync"
        elif id_ in held:
            why = "several match"
        else:
            context.groups = groups.get(id_, NONE)
            why = _why(symbols.linkers.get((number, type_)), decode(seen or "{}"), context)
        found.append({"type": symbols.store.name(type_), "anchor": anchor, "name": name, "why": why})
    return count, found


def _why(linker: Linker | None, values: Values, context: Context) -> str:
    if linker is None:
        return "no rule links this type"
    try:
        return "nobody matches" if linker.scope(values, context) else "in no rule's scope"
    except Exception:  # noqa: BLE001 - a rule may raise anything; the sync has told it
        return "a scope fails"


def _object(tx: Transaction, symbols: Symbols, connector: str, key: str) -> Stored:
    number = symbols.store.symbol(connector)
    found = [row[0] for row in objects.find(tx, number, [key]) if row[0] is not None]
    found = found or list(objects.find_names(tx, number, [names.key(key)]).values())
    stored = objects.load(tx, found).get(found[0]) if found else None
    if stored is None or stored.presence != PRESENT:
        raise JoinerError(
            f"{connector} shows no object with the anchor or name “{key}”. "
            f"`mimas disconnectors {connector}` lists those without a link."
        )
    return stored


def _look_again(tx: Transaction, connector: int, object_: Stored) -> None:
    rows = [(connector, object_.id, object_.seen)]
    tx.insert(tables.pending_import, "connector, object, synced", rows, ignore=True)
