"""What all pages have in common: their head, the navigation, who is signed in, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from mimas.requests.duties import Duty
from mimas.runs.catalogue.words import COUNTERS, STEPS
from mimas.web.assets import address
from mimas.web.portal.labels import label
from mimas.web.portal.places import PLACES, Place
from mimas.web.wording import languages

if TYPE_CHECKING:
    from mimas.web.portal.visit import Visit

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page."""

    installation: str
    places: Sequence[Place]
    """Where the visitor may go."""
    theme: str
    languages: Sequence[str]

    @classmethod
    def of(cls, visit: "Visit") -> "Frame":
        """The frame of a visit."""
        theme = str(visit.remembers.get("theme", ""))
        places = [place for place in PLACES if visit.may_go(place)]
        return cls(visit.inside.name, places, theme if theme in THEMES else "auto", languages())


def framed(visit: "Visit", frame: Frame, template: str, status: int, **shown: Any) -> Response:
    """A page made of a template; whatever is shown on it is text."""
    made = _environment().get_template(template)
    text = made.render(visit=visit, frame=frame, _=visit.words, many=visit.words.many, words=visit.words, **shown)
    return HTMLResponse(text, status)


@cache
def _environment() -> Environment:
    # What shows values knows the visit, which knows this module.
    from mimas.web.portal import pathways, saying
    from mimas.web.portal.showing import ACTIONS, DECISIONS, FILTERS, OPERATIONS, PENDING, RESULTS, STATUS

    made = Environment(
        loader=PackageLoader("mimas.web.portal"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(asset=address, label=label, DECISIONS=DECISIONS, STATUS=STATUS, Duty=Duty)
    made.globals.update(say=saying, BELONGS=pathways.BELONGS)
    made.globals.update(
        ACTIONS=ACTIONS, OPERATIONS=OPERATIONS, PENDING=PENDING, COUNTERS=COUNTERS, RESULTS=RESULTS, STEPS=STEPS
    )
    return made
