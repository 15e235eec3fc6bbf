"""From what has changed back to whoever has to be asked again, along the paths that filters look."""

from collections.abc import Collection, Iterable, Mapping

from mimas.language.filters.paths import Hop, Path
from mimas.language.filters.tree import MEMBERS
from mimas.store.database import Transaction
from mimas.store.membership.changes import Changes
from mimas.store.store import Store

NESTED = int.from_bytes(b"mimasway")
"""The number of PostgreSQL's advisory lock of whoever changes what a filter reads of other resources.

Of two that do so at a time, one changing a manager and one giving somebody that manager, neither would see what the
other has done, and nobody would ask the employee with both. Of one resource's own values the lock on its row says who
comes first.
"""


def follow(tx: Transaction, store: Store, paths: Collection[Path], changes: Changes) -> set[int]:
    """Those whose answers depend on what has changed elsewhere."""
    if not paths:
        return set()
    ends = _ends(paths, changes)
    if ends and tx.postgresql:
        tx.rows(f"SELECT 1 FROM (SELECT pg_advisory_xact_lock({NESTED})) l")
    # Paths that begin alike lead back alike: what has come together is followed once.
    at: dict[tuple[Hop, ...], set[int]] = {}
    for path, ids in ends.items():
        at.setdefault(path.hops, set()).update(ids)
    found: set[int] = set()
    while at:
        hops = max(at, key=len)
        ids = _back(tx, store, hops[-1], at.pop(hops))
        if not ids:
            continue
        if len(hops) == 1:
            found |= ids
        else:
            at.setdefault(hops[:-1], set()).update(ids)
    return found


def _ends(paths: Iterable[Path], changes: Changes) -> dict[Path, set[int]]:
    """Path → the resources at its end of which something has changed that it reads."""
    attributes: Mapping[str, set[int]] = {}
    if changes.before and any(path.attributes for path in paths):
        attributes = changes.attributes
    found = {}
    for path in paths:
        ids = set(changes.whole)
        ids.update(*(attributes.get(name, ()) for name in path.attributes))
        ids.update(*(changes.edges.get(edge, ()) for edge in path.edges))
        if ids:
            found[path] = ids
    return found


def _back(tx: Transaction, store: Store, hop: Hop, ids: set[int]) -> set[int]:
    """Whoever gets to some resources by a hop."""
    found: set[int] = set()
    now = ids
    while now:
        reached = _before(tx, store, hop, sorted(now))
        now = reached - found if hop.deep else set()
        found |= reached
    return found


def _before(tx: Transaction, store: Store, hop: Hop, ids: list[int]) -> set[int]:
    given, asked = ("target", "resource") if hop.back else ("resource", "target")
    rows = tx.rows(
        f"SELECT DISTINCT {given} FROM resource_reference WHERE {asked} IN IDS AND attribute = ?",
        ids,
        store.symbol(hop.attribute),
    )
    if hop.attribute == MEMBERS:
        given, asked = ("resource", "holder") if hop.back else ("holder", "resource")
        rows += tx.rows(f"SELECT DISTINCT {given} FROM member WHERE {asked} IN IDS", ids)
    return {row[0] for row in rows}
