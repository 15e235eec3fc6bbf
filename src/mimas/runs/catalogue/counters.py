"""What a step counts. The terms are those of MIM's run statistics, wherever it has one."""

from mimas.runs.catalogue.entry import Entry, Stage, by_name

_IMPORT = (Stage.DISCOVERY,)
_SYNC = (Stage.SYNCHRONIZATION,)
_EXPORT = (Stage.EXPORT,)

COUNTERS = by_name(
    [
        # what an import found
        Entry("stage-add", _IMPORT, "Objects that the system shows for the first time."),
        Entry("stage-update", _IMPORT, "Objects that the system shows with other values or references than before."),
        Entry("stage-rename", _IMPORT, "Objects that the system shows under another name (dn) than before."),
        Entry("stage-delete", _IMPORT, "Objects that the system no longer has; the next sync breaks their links."),
        Entry("stage-no-change", _IMPORT, "Objects that the system shows as before."),
        Entry(
            "confirmed", _IMPORT, "Objects that are shown as they were exported: nothing is pending any more.", mim=()
        ),
        Entry("confirmed-delete", _IMPORT, "Objects deleted by an export, and no longer shown.", mim=()),
        Entry("drift", _IMPORT, "Objects that somebody changed in the system, against the rules.", mim=()),
        Entry(
            "drift-reported",
            _IMPORT,
            "Objects that somebody changed in the system, and that the rules leave so (`enforce: on-change`).",
            mim=(),
        ),
        Entry(
            "exported-change-not-reimported",
            _IMPORT,
            "Objects that do not show what was exported to them. In MIM an error, and no counter.",
            mim=(),
        ),
        Entry(
            "not-shown",
            _IMPORT,
            "Objects that were not shown by a listing that is no evidence that they are gone. None was deleted.",
            mim=(),
        ),
        Entry("stage-delete-held", _IMPORT, "Objects no longer shown, so many that the guard holds them.", mim=()),
        Entry("stage-delete-grace", _IMPORT, "Objects no longer shown that count as there while a grace runs.", mim=()),
        Entry("filtered-deletions", _IMPORT, "Deletions of objects that were never shown."),
        Entry(
            "discovery-errors", _IMPORT, "Records that could not be read; the notes name them.", mim=("stage-failure",)
        ),
        # what a sync did
        Entry(
            "joined",
            _SYNC,
            "Objects that were linked to a resource that was there.",
            mim=("disconnector-joined-flow", "disconnector-joined-no-flow"),
        ),
        Entry(
            "projected",
            _SYNC,
            "Resources that were made of an object.",
            mim=("disconnector-projected-flow", "disconnector-projected-no-flow"),
        ),
        Entry("resource-changed", _SYNC, "Resources whose values or lineage changed.", mim=("connector-flow",)),
        Entry(
            "resource-deleted",
            _SYNC,
            "Resources that were deleted, because no link keeps them alive any more.",
            mim=("connector-delete-remove-mv", "connector-filtered-remove-mv", "connector-flow-remove-mv"),
        ),
        Entry(
            "disconnected",
            _SYNC,
            "Objects that lost their link: they are gone, out of the rule's scope, or decided by hand.",
            mim=("connector-delete-leave-mv", "connector-filtered-leave-mv"),
        ),
        Entry("disconnector-remains", _SYNC, "Objects that were looked at and belong to nobody."),
        Entry("disconnector-explicit", _SYNC, "Objects that belong to nobody because a person decided so.", mim=()),
        Entry(
            "ambiguous-join",
            _SYNC,
            "Objects that several resources match, or one that has its object already: held for a person.",
            mim=(),
        ),
        Entry("reference-added", _SYNC, "References that resources got. Counts references, not objects.", mim=()),
        Entry("reference-removed", _SYNC, "References that resources lost. Counts references, not objects.", mim=()),
        Entry(
            "provisioned",
            _SYNC,
            "Objects that the rules want made in a system.",
            mim=("provisioned-add-flow", "provisioned-add-no-flow"),
        ),
        Entry(
            "export-flow",
            _SYNC,
            "Objects of which the rules want something else than before.",
            mim=("connector-flow", "provisioned-rename-flow"),
        ),
        Entry(
            "reference-flow",
            _SYNC,
            "References that the rules want added or removed. Counts references, not objects.",
            mim=("connector-flow",),
        ),
        Entry(
            "deprovisioned",
            _SYNC,
            "Objects that the rules want deleted, or let go of.",
            mim=("provisioned-disconnect",),
        ),
        Entry(
            "name-taken",
            _SYNC,
            "Objects that were to be made, whose name or anchor another resource's object has.",
            mim=(),
        ),
        Entry(
            "provisioning-waits",
            _SYNC,
            "Resources of which an object is to be made only when another one of theirs has been shown.",
            mim=(),
        ),
        Entry("consent-awaited", _SYNC, "Objects whose changes wait for consent, as policy rules say.", mim=()),
        Entry("flow-failure", _SYNC, "Objects or resources for which a rule failed."),
        # what an export sent
        Entry("export-add", _EXPORT, "Objects made in the system."),
        Entry("export-update", _EXPORT, "Objects changed in the system."),
        Entry("export-rename", _EXPORT, "Objects given another name (dn), among those changed."),
        Entry("export-delete", _EXPORT, "Objects deleted in the system, or found to be gone already."),
        Entry("export-delete-held", _EXPORT, "Deletes that are so many that the guard holds them.", mim=()),
        Entry("export-update-held", _EXPORT, "Changes of one attribute so many that its guard holds them.", mim=()),
        Entry(
            "export-waiting", _EXPORT, "Objects that failed several times and are not tried before their time.", mim=()
        ),
        Entry("export-staged", _EXPORT, "Objects that would be sent, if this were not a staging installation.", mim=()),
        Entry("export-unplanned", _EXPORT, "Objects whose changes the plan that was applied does not contain.", mim=()),
        Entry("export-failure", _EXPORT, "Objects that the system refused; the notes say why."),
        # both
        Entry("recorded", (*_IMPORT, *_EXPORT), "Entries or exports that were written to a drop file.", mim=()),
    ]
)
"""By counter."""

_MANY = "there can be as many as the system has objects"
_REFERENCES = "it counts references, not objects"

WITHOUT_OBJECTS = {
    "stage-no-change": _MANY,
    "disconnector-remains": f"{_MANY}; `mimas disconnectors NAME` lists those there are now",
    "recorded": "the file has them all",
    "reference-added": _REFERENCES,
    "reference-removed": _REFERENCES,
    "reference-flow": _REFERENCES,
}
"""The counters whose objects are not kept, and why; the first two have none in MIM either."""
