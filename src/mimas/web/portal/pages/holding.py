"""What is held: why, whom it concerns, and letting it through or not."""

from typing import Any

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.runs.linking import AMBIGUOUS
from mimas.runs.releasing import HoldError, refuse, release
from mimas.store import looking
from mimas.web.portal.listing import SIZE
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit


def listed(visit: Visit) -> Response:
    """The open holds."""
    return visit.page("holds.html", holds=looking.open_holds(visit.inside.store))


def shown(visit: Visit) -> Response:
    """One hold with its objects, a page at a time."""
    hold, after = _hold(visit), visit.query.get("after", "0")
    if not after.isdigit():
        raise RefusedError(400)
    objects = looking.hold_objects(visit.inside.store, hold["id"], SIZE + 1, int(after))
    next_ = str(objects[SIZE - 1]["id"]) if len(objects) > SIZE else None
    return visit.page(
        "hold.html", hold=hold, objects=objects[:SIZE], next=next_, decided_singly=hold["kind"] == AMBIGUOUS
    )


def _hold(visit: Visit) -> dict[str, Any]:
    for hold in looking.open_holds(visit.inside.store):
        if hold["id"] == visit.parameters["id"]:
            return hold
    raise RefusedError(404, visit.words("This is not held any more: somebody has decided, or it has passed."))


def decide(visit: Visit) -> Response:
    """Let it through, or not."""
    number = visit.parameters["id"]
    does = refuse if visit.path.endswith("/refuse") else release
    try:
        said = does(visit.inside.store, number)
    except HoldError as error:
        raise RefusedError(409, str(error)) from None
    return visit.go("/holds", said)


WAYS = (
    Way("/holds", listed, duty=Duty.BROWSE),
    Way("/holds/{id:int}", shown, duty=Duty.BROWSE),
    Way("/holds/{id:int}/release", decide, "POST", duty=Duty.OPERATE),
    Way("/holds/{id:int}/refuse", decide, "POST", duty=Duty.OPERATE),
)
