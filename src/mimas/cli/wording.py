"""How the steps of a run are told: MIM's terms stay in `--json` and in `mimas runs`, people read plain words."""

from collections.abc import Mapping

STEPS = {
    "full-import": "import",
    "delta-import": "import (delta)",
    "full-sync": "sync (full)",
    "delta-sync": "sync",
    "export": "export",
    "state": "links of the old product",
}

RESULTS = {
    "success": ("✓", ""),
    "completed-discovery-errors": ("!", ""),
    "completed-sync-errors": ("!", ""),
    "completed-export-errors": ("!", ""),
    "completed-held": ("!", ""),
    "stopped-connectivity": ("✗", "failed"),
    "stopped-user-termination": ("!", "stopped"),
    "stopped-error-limit": ("✗", "stopped"),
    "stopped-object-limit": ("✓", "limited"),
    "no-start-connection": ("✗", "not started"),
}
"""The mark of a step's result, and what is said before its counters, which say the rest."""

COUNTERS = {
    # what an import found
    "stage-add": "new",
    "stage-update": "changed",
    "stage-rename": "renamed",
    "stage-delete": "gone",
    "stage-no-change": "unchanged",
    "confirmed": "confirmed",
    "confirmed-delete": "confirmed as deleted",
    "drift": "changed by others",
    "drift-reported": "changed by others and left",
    "exported-change-not-reimported": "sent but not kept",
    "not-shown": "not shown",
    "stage-delete-held": "held",
    "stage-delete-grace": "gone, in grace",
    "filtered-deletions": "deleted before they were known",
    "discovery-errors": "with errors",
    # what a sync did
    "joined": "joined",
    "projected": "new",
    "resource-changed": "changed",
    "resource-deleted": "deleted",
    "disconnected": "disconnected",
    "disconnector-remains": "left without a link",
    "disconnector-explicit": "disconnected by hand",
    "ambiguous-join": "ambiguous",
    "reference-added": "references added",
    "reference-removed": "references removed",
    "provisioned": "to create",
    "export-flow": "to change",
    "reference-flow": "references to send",
    "deprovisioned": "to take away",
    "provisioning-waits": "waiting for another object",
    "name-taken": "with a name that is taken",
    "flow-failure": "failed",
    "consent-awaited": "waiting for consent",
    # what an export sent
    "export-add": "created",
    "export-update": "changed",
    "export-rename": "renamed",
    "export-delete": "deleted",
    "export-delete-held": "deletes held",
    "export-unplanned": "not in the plan",
    "export-update-held": "changes held",
    "export-staged": "not sent",
    "export-waiting": "waiting for their next try",
    "export-failure": "failed",
    # what an import or export wrote down
    "recorded": "written to the file",
}
"""The counters of the run history in the order in which they are told; one that is not here is told by its name."""


def step_title(kind: str, connector: str | None) -> str:
    """What a step is called."""
    return f"{STEPS.get(kind, kind)} {connector or ''}".strip()


def counted(counters: Mapping[str, int]) -> str:
    """The counters of a step in plain words, those that are zero left out."""
    told = [name for name in (*COUNTERS, *counters) if counters.get(name)]
    return ", ".join(f"{counters[name]:,} {COUNTERS.get(name, name)}" for name in dict.fromkeys(told))
