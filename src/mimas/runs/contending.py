"""Renames to a name that another object has: whoever leaves it goes first; if nobody does, nothing is renamed."""

from collections.abc import Iterable, Mapping, Sequence

from mimas.connectors.contract import Result
from mimas.runs.images import HELD, SENT
from mimas.runs.renaming import Renamed
from mimas.runs.vanished import confirm_deletes
from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode_wanted
from mimas.store import objects
from mimas.store.database import Transaction
from mimas.store.objects import WANTED_ABSENT

_CHUNK = 10_000


def twins(wanted: Mapping[int, str]) -> set[int]:
    """Those that want the same name as one before them."""
    first: dict[str, int] = {}
    return {object_ for object_, name in wanted.items() if first.setdefault(names.key(name), object_) != object_}


def owners(tx: Transaction, connector: int, wanted: Mapping[int, str]) -> dict[int, int]:
    """Object → another one that has the name it wants. A placeholder has no name of its own."""
    keys = {object_: names.key(name) for object_, name in wanted.items()}
    known = objects.find_names(tx, connector, sorted(set(keys.values())))
    free = bury(tx, connector, known.values(), SENT) | objects.placeholders(tx, known.values())
    found = {object_: known[key] for object_, key in keys.items() if key in known}
    return {object_: owner for object_, owner in found.items() if owner != object_ and owner not in free}


def bury(tx: Transaction, connector: int, ids: Iterable[int], state: int) -> set[int]:
    """Those of some objects of which the system has said that it deleted them; they have no name any more.

    ``state``: of their pending exports. What the system shows under that name from now on is another object.
    """
    sql = (
        "SELECT object FROM pending_export WHERE connector = ? AND object IN IDS AND operation = 'delete' AND state = ?"
    )
    rows = tx.rows(sql, connector, sorted(set(ids)), state)
    gone = {row[0] for row in rows}
    if gone:
        confirm_deletes(tx, connector, sorted(gone))
    return gone


def leaving(tx: Transaction, connector: int, ids: Iterable[int]) -> set[int]:
    """Which of these objects are about to give up the name they have: they are to be renamed, or to be deleted."""
    rows = tx.rows(
        "SELECT o.id, o.name, o.wanted FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND p.object IN IDS AND p.state <> ? AND p.operation <> 'add'",
        connector,
        sorted(set(ids)),
        HELD,
    )
    return {id_ for id_, name, wanted in rows if name and _wants_another(name, wanted)}


def _wants_another(name: str, wanted: str | None) -> bool:
    if wanted is None or wanted == WANTED_ABSENT:
        return wanted is not None
    new = decode_wanted(wanted).get(NAME)
    return isinstance(new, str) and names.key(new) != names.key(name)


def losers(tx: Transaction, connector: int, renamed: Sequence[Renamed]) -> list[Result]:
    """Of what a listing renames all at once: those whose new name another one has, and keeps."""
    taken: dict[int, int] = {}
    going: set[int] = set()
    for start in range(0, len(renamed), _CHUNK):
        some = owners(tx, connector, {one.id: one.new for one in renamed[start : start + _CHUNK]})
        going |= leaving(tx, connector, some.values())
        taken |= some
    lost = twins({one.id: one.new for one in renamed})
    # Whoever cannot leave keeps a name that others may have counted on.
    while more := {object_ for object_, owner in taken.items() if owner not in going - lost} - lost:
        lost |= more
    return [refusal(one.id, one.new) for one in renamed if one.id in lost]


def refusal(object_: int, name: str) -> Result:
    """What is said of an object that cannot have the name that the rules give it."""
    return Result(
        object_,
        "rename-to-existing-dn",
        f"another object has the name “{name}”, and keeps it",
        "Nothing was renamed. Make the name unique, for instance with a `unique` flow. "
        "Two that are to have each other's names need a third one for a while.",
    )
