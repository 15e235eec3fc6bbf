"""Where the navigation leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from mimas.requests.duties import Duty


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. ``title`` is translated where it is shown; ``icon``: see ``assets/icons.txt``."""

    path: str
    title: str
    icon: str
    duty: Duty | None = None
    """What one has to be allowed to do, to be led there."""
    governs: bool = False
    """Whether one has to be somebody who may read policy rules."""
    also: Sequence[str] = ()
    """Where else one is when one has been led there."""


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


PLACES: Sequence[Place] = (
    Place("/", _("Home"), "home"),
    Place("/people", _("People"), "users"),
    Place("/groups", _("Groups"), "users-group"),
    Place("/requests", _("Requests"), "file-text"),
    Place("/approvals", _("Approvals"), "checks"),
    Place("/connectors", _("Connectors"), "plug", Duty.BROWSE),
    Place("/metaverse", _("Metaverse"), "database", Duty.BROWSE),
    Place("/operations", _("Operations"), "activity", Duty.BROWSE, also=("/runs", "/holds", "/plans", "/schedules")),
    Place("/policy", _("Policy"), "shield-lock", governs=True),
)
