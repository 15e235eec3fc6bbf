"""Where the navigation leads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mimas.web.portal.visit import Visit


def _everybody(_: "Visit") -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. ``title`` is translated where it is shown; ``icon`` is one of `ICONS`."""

    path: str
    title: str
    icon: str
    open_to: Callable[["Visit"], bool] = _everybody


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


PLACES: Sequence[Place] = (
    Place("/", _("Home"), "home"),
    Place("/people", _("People"), "users"),
    Place("/groups", _("Groups"), "users-group"),
    Place("/requests", _("Requests"), "file-text"),
    Place("/approvals", _("Approvals"), "checks"),
)
