"""What a change of some types of resources means besides: for the policy, and for another request."""

from mimas.requests import journal, policy
from mimas.requests.journal import Status
from mimas.requests.target import Target
from mimas.requests.wishes import Wish
from mimas.requests.writing import Writer

CANCEL = "CancelOperation"
"""What is written to ``RequestControl`` to cancel a request (MIM)."""


def follow(writer: Writer, wish: Wish, target: Target) -> str:
    """Do what else a wish means, when it has been written; empty, or why it cannot be."""
    if wish.type in (policy.RULE, policy.SET):
        policy.renew(writer.tx)
    if wish.type == "Request" and any(CANCEL in change.values for change in wish.changes):
        if target.values.get("RequestStatus") != Status.AUTHORIZING:
            return "The request has ended, or is being done: it can be cancelled only while it waits."
        assert target.row is not None
        journal.move(writer, target.row.id, Status.CANCELED)
    return ""
