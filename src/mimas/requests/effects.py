"""What a change of some types of resources means besides: for the policy, for documents, and for another request."""

from mimas.requests import documents, policy, waiting
from mimas.requests.amending import AmendmentError, amend
from mimas.requests.documents import Owners
from mimas.requests.journal import Status
from mimas.requests.policy import Policy
from mimas.requests.schema import show
from mimas.requests.target import Target
from mimas.requests.wishes import Operation, Wish
from mimas.requests.writing import Writer
from mimas.schema.system import RUNTIME, SCHEMA, SYSTEM

CANCEL = "CancelOperation"
"""What is written to ``RequestControl`` to cancel a request (MIM)."""


def follow(writer: Writer, current: Policy, wish: Wish, target: Target, id_: int, owners: Owners) -> str:
    """Do what else a wish means, when it has been written; empty, or why it cannot be."""
    if wish.type in (policy.RULE, policy.SET, "WorkflowDefinition"):
        policy.renew(writer.tx)
    if wish.type == "Request" and any(CANCEL in change.values for change in wish.changes):
        if not Status(str(target.values.get("RequestStatus"))).waits:
            return "The request has ended, or is being done: it can be cancelled only while it waits."
        waiting.end(writer, id_, Status.CANCELED)
    if wish.type in SCHEMA:
        return _amend(writer, wish, id_)
    if wish.type not in RUNTIME and (
        wish.type in SYSTEM or wish.type in current.documented or wish.operation is Operation.DELETE
    ):
        documents.refresh(writer.tx, writer.store, [id_], owners)
    return ""


def _amend(writer: Writer, wish: Wish, id_: int) -> str:
    """What a request has made of the schema is made of the documents, and counts from now on."""
    try:
        if amend(writer.tx, writer.store, wish.operation, wish.type, id_):
            show(writer.tx, writer.symbols)
    except AmendmentError as error:
        return f"{error}."
    return ""
