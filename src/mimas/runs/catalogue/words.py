"""How the steps of a run are told: MIM's terms stay in `--json` and in `mimas runs`, people read plain words."""

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks what the portal says in the language of whoever reads it."""
    return text


STEPS = {
    "full-import": _("import"),
    "delta-import": _("import (delta)"),
    "full-sync": _("sync (full)"),
    "delta-sync": _("sync"),
    "export": _("export"),
    "state": _("links of the old product"),
}

RESULTS = {
    "success": ("✓", ""),
    "completed-discovery-errors": ("!", ""),
    "completed-sync-errors": ("!", ""),
    "completed-export-errors": ("!", ""),
    "completed-held": ("!", ""),
    "stopped-connectivity": ("✗", _("failed")),
    "stopped-user-termination": ("!", _("stopped")),
    "stopped-error-limit": ("✗", _("stopped")),
    "stopped-object-limit": ("✓", _("limited")),
    "no-start-connection": ("✗", _("not started")),
}
"""The mark of a step's result, and what is said before its counters, which say the rest."""

COUNTERS = {
    # what an import found
    "stage-add": _("new"),
    "stage-update": _("changed"),
    "stage-rename": _("renamed"),
    "stage-delete": _("gone"),
    "stage-no-change": _("unchanged"),
    "confirmed": _("confirmed"),
    "confirmed-delete": _("confirmed as deleted"),
    "drift": _("changed by others"),
    "drift-reported": _("changed by others and left"),
    "exported-change-not-reimported": _("sent but not kept"),
    "not-shown": _("not shown"),
    "stage-delete-held": _("held"),
    "stage-delete-grace": _("gone, in grace"),
    "filtered-deletions": _("deleted before they were known"),
    "discovery-errors": _("with errors"),
    # what a sync did
    "joined": _("joined"),
    "projected": _("new"),
    "resource-changed": _("changed"),
    "resource-deleted": _("deleted"),
    "disconnected": _("disconnected"),
    "disconnector-remains": _("left without a link"),
    "disconnector-explicit": _("disconnected by hand"),
    "ambiguous-join": _("ambiguous"),
    "reference-added": _("references added"),
    "reference-removed": _("references removed"),
    "provisioned": _("to create"),
    "export-flow": _("to change"),
    "reference-flow": _("references to send"),
    "deprovisioned": _("to take away"),
    "provisioning-waits": _("waiting for another object"),
    "name-taken": _("with a name that is taken"),
    "flow-failure": _("failed"),
    "consent-awaited": _("waiting for consent"),
    # what an export sent
    "export-add": _("created"),
    "export-update": _("changed"),
    "export-rename": _("renamed"),
    "export-delete": _("deleted"),
    "export-delete-held": _("deletes held"),
    "export-unplanned": _("not in the plan"),
    "export-update-held": _("changes held"),
    "export-staged": _("not sent"),
    "export-waiting": _("waiting for their next try"),
    "export-failure": _("failed"),
    # what an import or export wrote down
    "recorded": _("written to the file"),
}
"""The counters of the run history in the order in which they are told; one that is not here is told by its name."""


def step_title(kind: str, connector: str | None) -> str:
    """What a step is called."""
    return f"{STEPS.get(kind, kind)} {connector or ''}".strip()


def counted(counters: Mapping[str, int]) -> str:
    """The counters of a step in plain words, those that are zero left out."""
    told = [name for name in (*COUNTERS, *counters) if counters.get(name)]
    return ", ".join(f"{counters[name]:,} {COUNTERS.get(name, name)}" for name in dict.fromkeys(told))
