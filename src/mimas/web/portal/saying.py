"""How accounts and the reasons of values are told on a page: the terms of the engine, to be translated."""

from collections.abc import Mapping

from mimas.runs.catalogue import ERRORS, Entry
from mimas.runs.explaining.standing import Pending
from mimas.runs.explaining.why_not import Obstacle
from mimas.store.browsing import Scope
from mimas.sync.explain import Decision, Verdict


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


PRESENCE: Mapping[str, str] = {
    "present": _("is there"),
    "gone": _("is gone"),
    "not seen yet": _("not seen yet"),
}
"""Whether the system shows an object."""
STANDS: Mapping[str, str] = {
    "to be sent": _("to be sent"),
    "on the wire, outcome unknown": _("on the wire, outcome unknown"),
    "sent, not confirmed": _("sent, not confirmed"),
    "held": _("held"),
    "released by a person, to be sent": _("let through, to be sent"),
    "as it should be": _("as it should be"),
    "differs": _("differs"),
    "differs, and is left so": _("differs, and is left so"),
    "no object": _("no account there"),
    "not governed": _("not governed by this rule"),
    **PRESENCE,
}
"""How an object, or a value of it, stands."""
CHANGES: Mapping[str, str] = {
    "add": _("to be created"),
    "update": _("to be changed"),
    "delete": _("to be deleted"),
}
"""What a pending export does."""
VERDICTS: Mapping[Verdict, str] = {
    Verdict.APPLIED: _("counts"),
    Verdict.OVERRULED: _("overruled"),
    Verdict.SKIPPED: _("gives nothing"),
    Verdict.FAILED: _("failed"),
}
VERDICT_SHADES: Mapping[Verdict, str] = {
    Verdict.APPLIED: "green",
    Verdict.OVERRULED: "secondary",
    Verdict.SKIPPED: "secondary",
    Verdict.FAILED: "red",
}
DECISIONS: Mapping[Decision, str] = {
    Decision.NONE: _("Nobody offers a value."),
    Decision.ALONE: _("It is the only offer."),
    Decision.PRECEDENCE: _("The rule of the best precedence decides."),
    Decision.MERGE: _("The values of several are united."),
    Decision.EQUAL: _("Several are of equal precedence: their values are united."),
    Decision.LATEST: _("Several are of equal precedence: the later change counts."),
    Decision.FIRST: _("Several are of equal precedence: the connector that sorts first counts."),
    Decision.CHOSEN: _("A function chooses."),
    Decision.KEPT: _("The rules ignore it now: what was there is kept."),
    Decision.NULL: _("A rule says that there is no value, and nobody else has a say."),
    Decision.FAILED: _("A rule failed: what was there is kept."),
    Decision.OWN: _("No rule writes it: it is what people have made of it."),
}
OBSTACLES: Mapping[Obstacle, str] = {
    Obstacle.NONE: _("It is there."),
    Obstacle.BELONGS_TO_NOBODY: _("The account there belongs to nobody."),
    Obstacle.NO_RULE: _("No rule makes accounts of this kind there."),
    Obstacle.DELETED: _("Who it would be for has been deleted, or will be."),
    Obstacle.RULE_FAILED: _("A rule fails."),
    Obstacle.ONLY_JOINS: _("The rules only link accounts that are there; none makes one."),
    Obstacle.OUT_OF_SCOPE: _("The conditions of the rules are not met."),
    Obstacle.WAITS: _("It is made after another account, which is not there yet."),
    Obstacle.INVALID_NAME: _("Something that its name is made of has no value."),
    Obstacle.MISSING_ANCHOR: _("Something that its key is made of has no value."),
    Obstacle.NAME_TAKEN: _("Somebody else has its name."),
    Obstacle.DELETING: _("It is being deleted."),
    Obstacle.NOT_SYNCED: _("The next sync makes it."),
    Obstacle.STAGING: _("This installation sends nothing: it is in staging mode."),
    Obstacle.HELD: _("It is held, until somebody lets it through."),
    Obstacle.WAITS_FOR_NAME: _("It waits until another account is deleted, which has its name."),
    Obstacle.EXPORT_FAILED: _("The system did not take it."),
    Obstacle.OUTCOME_UNKNOWN: _("It was sent, and nobody knows whether it has arrived."),
    Obstacle.NOT_CONFIRMED: _("It was sent, and the system has not shown it yet."),
    Obstacle.NOT_SENT: _("The next export sends it."),
}
"""Why there is no account."""


SCOPES: Mapping[Scope, str] = {
    Scope.ALL: _("All"),
    Scope.CONNECTORS: _("Connectors"),
    Scope.DISCONNECTORS: _("Disconnectors"),
    Scope.PENDING_IMPORT: _("Pending import"),
    Scope.PENDING_EXPORT: _("Pending export"),
    Scope.IMPORT_ERRORS: _("Errors of import and sync"),
    Scope.EXPORT_ERRORS: _("Export errors"),
}
"""Which objects of a connector space are meant."""
UNLINKED: Mapping[str, str] = {
    "disconnected by hand": _("disconnected by hand"),
    "joined by hand at the next sync": _("joined by hand at the next sync"),
    "several match": _("several match"),
    "no rule links this type": _("no rule links its type"),
    "nobody matches": _("nobody matches"),
    "in no rule's scope": _("filtered: in no rule's scope"),
    "a scope fails": _("a scope fails"),
}
"""Why an object has no link."""


def fault(pending: Pending | None) -> Entry | None:
    """What the catalogue says of the last try of an export, where it failed in a way that is known."""
    return fault_of(pending.error.partition(":")[0]) if pending is not None else None


def fault_of(code: str) -> Entry | None:
    """What the catalogue says of a code."""
    return ERRORS.get(code)
