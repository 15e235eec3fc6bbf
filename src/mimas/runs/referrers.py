"""What a delta does not show though it has changed: objects that refer to others that are gone or renamed.

Many systems take a deleted member out of its groups by themselves, and do not count that as a change of the group
(OpenLDAP's overlays memberof and refint); others leave the old name there for good. Either shows when it is read again.
"""

from collections.abc import Iterator, Sequence

from mimas.connectors.contract import Sought
from mimas.runs.images import SENDING, SENT
from mimas.store.objects import UNKNOWN
from mimas.store.references import SEEN
from mimas.store.store import Store

SOME = 200
"""How many objects are asked for at a time."""

_TARGETS = 1000

_SQL = f"""
SELECT DISTINCT o.id, o.type, o.anchor, o.name
FROM reference r JOIN object o ON o.id = r.object
JOIN object_key k ON k.connector = o.connector AND k.anchor = o.anchor AND k.fingerprint = {UNKNOWN}
WHERE r.target IN IDS AND (r.bits & {SEEN}) <> 0 AND o.connector = ? AND o.id > ? AND NOT EXISTS (
    SELECT 1 FROM pending_export p WHERE p.connector = o.connector AND p.object = o.id AND p.state IN (?, ?)
)
ORDER BY o.id LIMIT {SOME}
"""


def referrers(store: Store, connector: int, targets: Sequence[int], marks: bytearray) -> Iterator[list[Sought]]:
    """Who refers to some objects, is to be looked at again, and was not shown by this reading; some at a time.

    It was said of them when their targets went or got other names (`objects.look_again_at_referrers`): a step that was
    killed in between has not forgotten it. What was sent and is not confirmed is left to a listing. ``marks`` tells by
    object whether it was shown; who is staged in between is not named twice.
    """
    for start in range(0, len(targets), _TARGETS):
        some, last = list(targets[start : start + _TARGETS]), 0
        while True:
            with store.transaction() as tx:
                rows = tx.rows(_SQL, some, connector, last, SENT, SENDING)
            if not rows:
                break
            last = rows[-1][0]
            unseen = [row for row in rows if row[0] >= len(marks) or not marks[row[0]]]
            if unseen:
                yield [Sought(store.name(type_), anchor, name) for _, type_, anchor, name in unseen]
