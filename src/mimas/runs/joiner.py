"""Links made and cut by a person (MIM: the Joiner). The decision is a fact; the next sync makes it true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mimas.language.keys import normals
from mimas.runs.groups import NONE
from mimas.runs.linking import AMBIGUOUS
from mimas.runs.symbols import Symbols
from mimas.schema import names
from mimas.schema.values import Values, as_list, decode, encode
from mimas.store import decisions, facts, holds, objects, resources, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.objects import PRESENT, Stored
from mimas.store.resources import LIVE
from mimas.sync.context import Context
from mimas.sync.linking import Linker

_COMMON = 20
"""Values that more resources share suggest nobody."""


class JoinerError(Exception):
    """The link cannot be decided so; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides over an object: whose it is; ``resource`` None: nobody's, whatever the rules say."""

    resource: int | None = None
    normal: bool = False
    """Any decision over it is forgotten instead, and the rules decide again."""
    type: str = ""
    """A new resource of this type is made for it instead (MIM: projection)."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A resource that shares values with an object without a link."""

    resource: int
    type: str
    title: str
    shared: tuple[tuple[str, str], ...]
    """(attribute of the resource, value)."""
    taken: str
    """The object of this connector that it has already; empty: none."""


@dataclass(frozen=True, slots=True)
class Disconnector:
    """An object without a link."""

    id: int
    type: str
    anchor: str | None
    name: str | None
    title: str
    """What it may be called, by what it shows."""
    why: str


def join(symbols: Symbols, connector: str, key: str, resource: int, now: datetime) -> None:
    """From the next sync on, the object belongs to this resource. Raises `JoinerError`."""
    with symbols.store.transaction(durable=True) as tx:
        decide(tx, symbols, _object(tx, symbols, connector, key), Decision(resource), now)


def project(symbols: Symbols, connector: str, key: str, type_: str, now: datetime) -> None:
    """From the next sync on, the object belongs to a new resource of a type. Raises `JoinerError`."""
    with symbols.store.transaction(durable=True) as tx:
        decide(tx, symbols, _object(tx, symbols, connector, key), Decision(type=type_), now)


def disconnect(symbols: Symbols, connector: str, key: str, now: datetime, *, normal: bool = False) -> None:
    """From the next sync on, the object belongs to nobody. Raises `JoinerError`.

    ``normal``: any decision of a person over it is forgotten instead, and the rules decide again.
    """
    with symbols.store.transaction(durable=True) as tx:
        decide(tx, symbols, _object(tx, symbols, connector, key), Decision(normal=normal), now)


def decide(tx: Transaction, symbols: Symbols, object_: Stored, decision: Decision, now: datetime) -> None:
    """Remember a decision; the next sync makes it true. Raises `JoinerError`."""
    number = int(tx.value("SELECT connector FROM object WHERE id = ?", object_.id))
    connector, key = symbols.store.name(number), object_.name or object_.anchor
    resource = decision.resource
    if resource is not None:
        _check(tx, symbols, number, object_, resource)
    elif decision.type:
        resource = _made(tx, symbols, number, object_, decision.type, now)
    if decision.normal:
        decisions.forget(tx, [object_.id])
    else:
        decisions.decide(tx, object_.id, resource, f"{connector} {key}", now)
    rows = [(number, object_.id, object_.seen)]
    tx.insert(tables.pending_import, "connector, object, synced", rows, ignore=True)


def _made(tx: Transaction, symbols: Symbols, connector: int, object_: Stored, type_: str, now: datetime) -> int:
    """A new resource without a value: the next sync gives it those that the object has. Raises `JoinerError`."""
    number = symbols.store.symbol(type_)
    rule = _rule(symbols, connector, object_, number, type_)
    id_ = tx.allocate("resource", 1)
    row = (id_, number, encode({}), symbols.pattern(tx, ()), LIVE)
    tx.insert(tables.resource, "id, type, doc, pattern, state", [row])
    if rule not in symbols.keeps_alive:
        # No link of such a rule keeps it: it lives by itself, as one that a request has made.
        tx.insert(tables.fact, "kind, key, resource, value, at", [(facts.MADE, str(id_), id_, None, stamp(now))])
    return id_


def _rule(symbols: Symbols, connector: int, object_: Stored, number: int, type_: str) -> int:
    """The rule by which an object contributes to a resource of a type. Raises `JoinerError` where there is none."""
    rule = symbols.rule_by_hand(connector, object_.type or 0, number)
    if rule is None:
        name = symbols.store.name
        raise JoinerError(
            f"No inbound rule lets objects of type {name(object_.type)} in {name(connector)} contribute to a {type_}. "
            "Write one first."
        )
    return rule


def _check(tx: Transaction, symbols: Symbols, connector: int, object_: Stored, resource: int) -> None:
    """Whether an object can belong to a resource. Raises `JoinerError`."""
    row = next(iter(resources.load(tx, [resource])), None)
    if row is None:
        raise JoinerError(f"There is no resource {resource}.")
    type_, name = symbols.store.name(row.type), symbols.store.name(connector)
    if row.state != LIVE:
        raise JoinerError(f"{type_} {resource} is deleted. Join to one that is alive.")
    _rule(symbols, connector, object_, row.type, type_)
    other = _taken(tx, connector, object_, [resource]).get(resource)
    if other is not None:
        raise JoinerError(
            f"{type_} {resource} has the object {other} in {name} already. Disconnect that one first: "
            f"mimas disconnect {name} {other}"
        )


def _taken(tx: Transaction, connector: int, object_: Stored, some: Sequence[int]) -> dict[int, str]:
    """Resource → another object of that type that it has in the system already."""
    return dict(
        tx.rows(
            "SELECT l.resource, coalesce(o.anchor, o.name) FROM link l JOIN object o ON o.id = l.object"
            " WHERE l.resource IN IDS AND l.connector = ? AND o.type = ? AND o.id <> ?",
            list(some),
            connector,
            object_.type,
            object_.id,
        )
    )


def suggestions(tx: Transaction, symbols: Symbols, object_: Stored, limit: int) -> list[Suggestion]:
    """The resources that have a value of an object for a key, those first that share most; what rules allow only."""
    number = int(tx.value("SELECT connector FROM object WHERE id = ?", object_.id))
    types = {
        type_: name
        for type_, name in ((symbols.store.symbol(one), one) for one in symbols.compiled.rules.types)
        if symbols.rule_by_hand(number, object_.type or 0, type_) is not None
    }
    values = [value for one in decode(object_.seen or "{}").values() for value in as_list(one)]
    keys = {key: str(value) for value in values if not isinstance(value, bool) for key in normals(value)}
    shared: dict[int, dict[str, str]] = {}
    indexed = {
        symbols.key_symbol(name, attribute): attribute
        for name in types.values()
        for attribute in symbols.compiled.rules.types[name].indexed
    }
    for key, said in keys.items():
        for attribute, resource in resources.few(tx, sorted(indexed), key, _COMMON):
            shared.setdefault(resource, {})[indexed[attribute]] = said
    rows = {row.id: row for row in resources.load(tx, sorted(shared)) if row.state == LIVE and row.type in types}
    taken = _taken(tx, number, object_, sorted(rows))
    order = sorted(rows, key=lambda id_: (id_ in taken, -len(shared[id_]), id_))[:limit]
    return [
        Suggestion(
            id_,
            types[rows[id_].type],
            title(decode(rows[id_].doc)),
            tuple(sorted(shared[id_].items())),
            taken.get(id_, ""),
        )
        for id_ in order
    ]


def disconnectors(symbols: Symbols, connector: str, now: datetime, limit: int) -> tuple[int, list[Disconnector]]:
    """How many objects of a connector have no link, and the first of them with the reason."""
    number = symbols.store.symbol(connector)
    where = "o.connector = ? AND o.presence = ? AND NOT EXISTS (SELECT 1 FROM link l WHERE l.object = o.id)"
    with symbols.store.transaction() as tx:
        count = tx.value(f"SELECT count(*) FROM object o WHERE {where}", number, PRESENT)
        rows = tx.rows(f"SELECT o.id FROM object o WHERE {where} ORDER BY o.id LIMIT ?", number, PRESENT, limit)
        return count, reasons(tx, symbols, connector, [row[0] for row in rows], now)


def reasons(tx: Transaction, symbols: Symbols, connector: str, ids: Sequence[int], now: datetime) -> list[Disconnector]:
    """Why some objects of a connector have no link."""
    number = symbols.store.symbol(connector)
    decided = decisions.load(tx)
    held = {id_ for row in holds.opened(tx) if row[1] == AMBIGUOUS for id_ in holds.items(tx, row[0])}
    groups = symbols.groups[number].of(tx, list(ids)) if number in symbols.groups else {}
    context = Context(now)
    stored = objects.load(tx, ids)
    found = []
    for one in (stored[id_] for id_ in ids if id_ in stored):
        if one.id in decided:
            why = "disconnected by hand" if decided[one.id] is None else "joined by hand at the next sync"
        elif one.id in held:
            why = "several match"
        else:
            context.groups = groups.get(one.id, NONE)
            why = _why(symbols.linkers.get((number, one.type or 0)), decode(one.seen or "{}"), context)
        found.append(
            Disconnector(
                one.id, symbols.store.name(one.type), one.anchor, one.name, title(decode(one.seen or "{}")), why
            )
        )
    return found


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
