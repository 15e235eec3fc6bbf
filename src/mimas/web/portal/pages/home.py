"""The first page: what waits for the visitor."""

from starlette.responses import Response

from mimas.web.portal.portal import Way
from mimas.web.portal.visit import Visit


def home(visit: Visit) -> Response:
    """What waits."""
    return visit.page("home.html")


WAYS = (Way("/", home),)
