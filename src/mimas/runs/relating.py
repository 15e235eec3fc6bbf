"""Strata 2 and 3 for references: what resources refer to, from their objects and from memberships."""

from collections.abc import Sequence

from mimas.runs.session import Session
from mimas.schema.values import decode
from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.resources import LIVE, StoredResource

Triple = tuple[int, int, int]
"""(resource, attribute, target)."""

Offer = tuple[int, int, int, int, int, int]
"""(resource, attribute, target, precedence, rule, connector object)."""

GROUPS_AT_ONCE = 20
"""Groups can have very many members, so few are held in memory together."""


def relate_all(session: Session, *, size: int = 10_000) -> None:
    """Every resource, a range of ids a transaction; groups a few at a time."""
    with session.store.transaction() as tx:
        last = resources.highest(tx)
    for first in range(1, last + 1, size):
        until = first + size - 1
        with session.store.transaction() as tx:
            groups = resources.of_types(tx, first, until, sorted(session.symbols.group_like))
            where = "BETWEEN ? AND ?"
            _compare(tx, session, where, (first, until), skip={row.id for row in groups})
            for start in range(0, len(groups), GROUPS_AT_ONCE):
                some = groups[start : start + GROUPS_AT_ONCE]
                _compare(tx, session, "IN IDS", ([row.id for row in some],), groups=some)


def relate_some(tx: Transaction, session: Session, ids: Sequence[int]) -> set[Triple]:
    """Some resources that have changed; the reference values that were added or removed."""
    rows = resources.load(tx, ids)
    group_like = session.symbols.group_like
    groups = [row for row in rows if row.type in group_like]
    others = [row.id for row in rows if row.type not in group_like]
    changed = _compare(tx, session, "IN IDS", (others,))
    for start in range(0, len(groups), GROUPS_AT_ONCE):
        some = groups[start : start + GROUPS_AT_ONCE]
        changed |= _compare(tx, session, "IN IDS", ([row.id for row in some],), groups=some)
    return changed | _compare_members(tx, session, rows)


def _compare(
    tx: Transaction,
    session: Session,
    where: str,
    parameters: tuple[object, ...],
    *,
    skip: set[int] | None = None,
    groups: Sequence[StoredResource] = (),
) -> set[Triple]:
    """Bring the reference rows of some resources to what their objects and memberships say."""
    skipped = skip or set()
    wanted = _contributed(tx, session, where, parameters, skipped)
    wanted.update(_memberships(tx, session, groups))
    stored = {
        (resource, attribute, target): origin
        for resource, attribute, target, origin in tx.rows(
            f"SELECT resource, attribute, target, origin FROM resource_reference WHERE resource {where}", *parameters
        )
        if resource not in skipped
    }
    return _write(tx, session, wanted, stored)


def _write(tx: Transaction, session: Session, wanted: dict[Triple, int], stored: dict[Triple, int]) -> set[Triple]:
    if wanted == stored:
        return set()
    added = sorted((*triple, origin) for triple, origin in wanted.items() if stored.get(triple) != origin)
    removed = sorted(triple for triple in stored if triple not in wanted)
    tx.upsert(tables.resource_reference, "resource, attribute, target, origin", added, "origin = excluded.origin")
    tx.delete(tables.resource_reference, "resource, attribute, target", removed)
    session.counters["reference-added"] += len(added)
    session.counters["reference-removed"] += len(removed)
    return {row[:3] for row in added} | set(removed)


def _contributed(
    tx: Transaction,
    session: Session,
    where: str,
    parameters: tuple[object, ...],
    skipped: set[int],
) -> dict[Triple, int]:
    """What the connector objects contribute, after precedence: (resource, attribute, target) → rule."""
    flows = session.symbols.reference_flows
    if not flows:
        return {}
    sources = sorted({connector for connector, _, _ in flows})
    # The rule that made a link tells the resource's type, which spares a look at the resource.
    types = session.symbols.rule_types
    offers: list[Offer] = []
    for resource, made_by, connector, object_, attribute, target in tx.rows(
        "SELECT l.resource, l.rule, l.connector, l.object, r.attribute, t.resource FROM link l"
        " JOIN reference r ON r.object = l.object AND (r.bits & 1) = 1 JOIN link t ON t.object = r.target"
        f" WHERE l.resource {where} AND l.connector IN IDS",
        *parameters,
        sources,
    ):
        if resource in skipped:
            continue
        for attribute_to, precedence, rule in flows.get((connector, attribute, types.get(made_by, 0)), ()):
            offers.append((resource, attribute_to, target, precedence, rule, object_))
    if session.symbols.scoped_flows:
        offers = _in_scope(tx, session, offers)
    best: dict[tuple[int, int], int] = {}
    for resource, attribute, _, precedence, _, _ in offers:
        place = (resource, attribute)
        if precedence < best.get(place, 1 << 62):
            best[place] = precedence
    return {
        (resource, attribute, target): rule
        for resource, attribute, target, precedence, rule, _ in offers
        if precedence == best[resource, attribute]
    }


def _in_scope(tx: Transaction, session: Session, offers: list[Offer]) -> list[Offer]:
    """The offers whose rule covers the object they come from."""
    symbols = session.symbols
    asked = sorted({offer[5] for offer in offers if offer[4] in symbols.scoped_flows})
    context = session.context()
    covered: dict[int, set[int]] = {}
    for object_, connector, type_, seen in tx.rows(
        "SELECT id, connector, type, seen FROM object WHERE id IN IDS AND seen IS NOT NULL", asked
    ):
        linker = symbols.linkers[connector, type_]
        try:
            mask = linker.scope(decode(seen), context)
        except Exception:  # noqa: BLE001 - told where the object is linked or resolved
            mask = 0
        covered[object_] = {
            symbols.rule_numbers[rule.name] for index, rule in enumerate(linker.rules) if mask & (1 << index)
        }
    return [o for o in offers if o[4] not in symbols.scoped_flows or o[4] in covered.get(o[5], ())]


def _memberships(tx: Transaction, session: Session, groups: Sequence[StoredResource]) -> dict[Triple, int]:
    """The criteria members of some groups."""
    wanted: dict[Triple, int] = {}
    for (matched, type_, _), (_, _, member_symbol) in zip(
        session.symbols.group_of, session.symbols.member_of, strict=True
    ):
        of_key: dict[str, list[int]] = {}
        for row in groups:
            if row.type == type_ and row.state == LIVE:
                for key in matched.group_keys(decode(row.doc)):
                    of_key.setdefault(key, []).append(row.id)
        if not of_key:
            continue
        attribute = session.store.symbol(matched.membership.attribute)
        origin = session.store.symbol(matched.membership.name)
        for key, member in tx.rows(
            "SELECT value, resource FROM resource_key WHERE attribute = ? AND value IN TEXTS",
            member_symbol,
            list(of_key),
        ):
            for group in of_key[key]:
                wanted[group, attribute, member] = origin
    return wanted


def _compare_members(tx: Transaction, session: Session, rows: Sequence[StoredResource]) -> set[Triple]:
    """Members that have changed: the groups they belong to now, one row a membership."""
    changed: set[Triple] = set()
    context = session.context()
    for (matched, of, _), (_, _, group_symbol) in zip(session.symbols.member_of, session.symbols.group_of, strict=True):
        members = [row for row in rows if row.type == of]
        if not members:
            continue
        keys = {row.id: matched.member_keys(decode(row.doc), context) if row.state == LIVE else [] for row in members}
        groups = resources.find(tx, group_symbol, sorted({key for found in keys.values() for key in found}))
        attribute = session.store.symbol(matched.membership.attribute)
        origin = session.store.symbol(matched.membership.name)
        wanted = {
            (group, attribute, member): origin
            for member, found in keys.items()
            for key in found
            for group in groups.get(key, ())
        }
        stored = {
            (group, attribute, member): origin
            for group, member in tx.rows(
                "SELECT resource, target FROM resource_reference WHERE target IN IDS AND attribute = ? AND origin = ?",
                list(keys),
                attribute,
                origin,
            )
        }
        changed |= _write(tx, session, wanted, stored)
    return changed
