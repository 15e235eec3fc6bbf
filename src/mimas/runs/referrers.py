"""What a delta does not show though it has changed: objects that refer to others that are gone or renamed.

Many systems take a deleted member out of its groups by themselves, and do not count that as a change of the group
(OpenLDAP's overlays memberof and refint); others leave the old name there for good. Either shows when it is read again.
"""

from collections.abc import Iterator, Sequence

from mimas.connectors.contract import Sought
from mimas.store.objects import PRESENT
from mimas.store.references import SEEN
from mimas.store.store import Store

SOME = 200
"""How many objects are asked for at a time."""


def referrers(store: Store, targets: Sequence[int], marks: bytearray) -> Iterator[list[Sought]]:
    """Who refers to some objects in its system and was not shown by this reading, some at a time.

    ``marks`` tells by object whether it was shown; who is staged in between is not named twice.
    """
    for start in range(0, len(targets), SOME):
        some, last = list(targets[start : start + SOME]), 0
        while True:
            with store.transaction() as tx:
                rows = tx.rows(
                    "SELECT DISTINCT o.id, o.type, o.anchor, o.name FROM reference r JOIN object o ON o.id = r.object"
                    f" WHERE r.target IN IDS AND (r.bits & {SEEN}) <> 0 AND o.presence = {PRESENT}"
                    " AND o.id > ? ORDER BY o.id LIMIT ?",
                    some,
                    last,
                    SOME,
                )
            if not rows:
                break
            last = rows[-1][0]
            unseen = [row for row in rows if row[0] >= len(marks) or not marks[row[0]]]
            if unseen:
                yield [Sought(store.name(type_), anchor, name) for _, type_, anchor, name in unseen]
