"""How names and values look on a page: the filters of its templates."""

from zlib import crc32

from babel import Locale

from mimas.requests.journal import Status
from mimas.requests.viewing import View
from mimas.runs.telling.proofs import value
from mimas.web.portal.visit import name_of
from mimas.workflows.approving.approvals import Decision

_SHADES = 6
_FACTS = ("title", "jobtitle", "department", "mail", "email", "accountname", "description")
"""What tells one from another of the same name, by the names of attributes in any case."""


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


DECISIONS = {Decision.APPROVED.value: _("Approved"), Decision.REJECTED.value: _("Rejected")}
STATUS = {
    Status.AUTHENTICATING: _("Waits for you to prove who you are"),
    Status.AUTHORIZING: _("Waits for consent"),
    Status.COMPLETED: _("Done"),
    Status.DENIED: _("Not allowed"),
    Status.FAILED: _("Failed"),
    Status.CANCELED: _("Cancelled"),
    Status.POST_PROCESSING: _("Done, more follows"),
    Status.POST_PROCESSING_ERROR: _("Done, but what follows failed"),
}

RESULTS = {
    "": _("runs, or was cut off"),
    "success": _("done"),
    "errors": _("done, with errors"),
    "held": _("done, something is held"),
    "stopped": _("stopped"),
    "interrupted": _("cut off"),
    "failed": _("failed"),
    "completed-discovery-errors": _("done, with errors"),
    "completed-sync-errors": _("done, with errors"),
    "completed-export-errors": _("done, with errors"),
    "completed-held": _("done, something is held"),
    "stopped-connectivity": _("failed"),
    "stopped-user-termination": _("stopped"),
    "stopped-error-limit": _("stopped: too many errors"),
    "stopped-object-limit": _("done up to the limit"),
    "no-start-connection": _("not started"),
}
"""How runs and steps end."""
ACTIONS = {
    "made": _("made"),
    "created": _("created"),
    "changed": _("changed"),
    "disabled": _("disabled"),
    "deleted": _("deleted"),
    "linked": _("linked"),
    "unlinked": _("unlinked"),
    "reserved": _("unique values given out"),
    "broken": _("links broken"),
    "renamed": _("renamed"),
    "held": _("held"),
}
"""What a plan does."""
PENDING = {
    "waiting": _("waiting"),
    "sending": _("being sent"),
    "sent, not confirmed": _("sent, not confirmed"),
    "held": _("held"),
    "released": _("let through"),
}
"""How a pending export stands."""
OPERATIONS = {"add": _("to create"), "update": _("to change"), "delete": _("to delete")}


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def shade(name: str) -> int:
    """One of a few colours, always the same for a name."""
    return crc32(name.encode()) % _SHADES


def facts(view: View) -> str:
    """What tells a resource from others that are called the same."""
    by_name = {name.casefold(): values for name, values in view.values.items()}
    found = [str(by_name[name][0]) for name in _FACTS if by_name.get(name)]
    return " · ".join(one for one in found if one != name_of(view))


def language(tag: str) -> str:
    """A language in its own words."""
    return (Locale.parse(tag).get_display_name() or tag).capitalize()


FILTERS = {
    "short": value,
    "initials": initials,
    "shade": shade,
    "facts": facts,
    "language": language,
    "name": name_of,
}
