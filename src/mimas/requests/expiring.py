"""What time alone brings about: memberships that begin or end, and resources whose time is over."""

from datetime import datetime

from mimas.language.coercion import as_date
from mimas.requests.processing import Outcome, Requests
from mimas.requests.wishes import Operation, Wish
from mimas.requests.writing import EXPIRATION, EXPIRES
from mimas.runs.dues import past, write_dues
from mimas.schema.values import decode
from mimas.store import resources
from mimas.store.membership import take_due
from mimas.store.membership.settling import DUE as MEMBERSHIPS

_SOME = 1_000


def pass_time(requests: Requests, now: datetime) -> list[Outcome]:
    """Bring sets and groups to what they are by now, and end what has expired; the requests that ended it.

    It may be called as often as anybody likes: what is not due costs a query.
    """
    store = requests.store
    with store.reading() as tx:
        if not past(tx, EXPIRES, now, 1) and not past(tx, MEMBERSHIPS, now, 1):
            return []
    with store.transaction() as tx:
        take_due(tx, store, now)
        ids = past(tx, EXPIRES, now, _SOME)
        over = [row for row in resources.load(tx, ids) if _is_over(row, now)]
        wishes = [
            Wish(Operation.DELETE, store.name(row.type), row.id, (), f"its {EXPIRATION} has passed") for row in over
        ]
    outcomes = [outcome for wish in wishes for outcome in requests.submit(None, wish)]
    # Whoever could not be ended is told of in their request, once.
    kept = {outcome.target: None for outcome in outcomes if not outcome.status.done and outcome.target is not None}
    if kept:
        with store.transaction() as tx:
            write_dues(tx, EXPIRES, kept)
    return outcomes


def _is_over(row: resources.StoredResource, now: datetime) -> bool:
    at = decode(row.doc).get(EXPIRATION)
    return row.state == resources.LIVE and at is not None and as_date(str(at)) <= now
