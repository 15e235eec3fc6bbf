"""Schedules: when what is run, and why it is not."""

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.schedules.describing import told
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import Visit


def listed(visit: Visit) -> Response:
    """How every schedule stands."""
    engine = visit.inside.engine
    return visit.page("schedules.html", schedules=told(engine, engine.clock()))


WAYS = (Way("/schedules", listed, duty=Duty.BROWSE),)
