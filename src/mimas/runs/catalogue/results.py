"""How a step can end. The terms are those of MIM's step results, wherever it has one."""

from mimas.runs.catalogue.entry import Entry, Stage, by_name

_RUN = (Stage.RUN,)

RESULTS = by_name(
    [
        Entry("success", _RUN, "Everything was done.", ""),
        Entry(
            "completed-discovery-errors",
            (Stage.DISCOVERY,),
            "The import was done, but some records could not be read, or the listing was not whole. Nothing that it "
            "did not show counts as gone.",
            "The notes name the records. Put the source right and import again.",
        ),
        Entry(
            "completed-sync-errors",
            (Stage.SYNCHRONIZATION,),
            "The sync was done, but rules failed for some objects, which keep what they had.",
            "The notes name the objects and the rules. They are tried again at every sync.",
        ),
        Entry(
            "completed-export-errors",
            (Stage.EXPORT,),
            "The export was done, but some objects could not be sent.",
            "The notes name the objects. They are tried again at every export.",
        ),
        Entry(
            "completed-held",
            _RUN,
            "The step was done, and a guard or an ambiguity keeps some objects back. Everything else went through.",
            "Look with `mimas holds`, then release or refuse.",
            mim=("stopped-deletion-limit", "stopped-deletion-threshold-exceeded"),
        ),
        Entry(
            "stopped-connectivity",
            _RUN,
            "The connected system could not be used, or no longer. What was done until then stays done.",
            "The message of the step says what happened and what to do. Then run it again.",
        ),
        Entry(
            "stopped-error-limit",
            _RUN,
            "More objects failed than the connector's guard lets through, so the step was stopped. What was done is "
            "whole.",
            "So many have one cause: look at the first notes, mend it, and run it again.",
        ),
        Entry(
            "stopped-object-limit",
            (Stage.DISCOVERY, Stage.EXPORT),
            "The step was to stop after so many objects, and there were more. What was done stays done; what was not "
            "reached counts neither as gone nor as sent.",
            "Look at what was done. The next step without a limit does the rest.",
        ),
        Entry(
            "stopped-user-termination",
            _RUN,
            "Somebody asked the run to stop: `mimas cancel`, Ctrl-C, or SIGTERM. What was done until then is whole.",
            "Nothing; the next run goes on.",
            mim=("stopped-user-termination-from-wmi-or-ui",),
        ),
        Entry(
            "no-start-connection",
            _RUN,
            "The step was not begun, because an earlier step of this run could not use the same system.",
            "Look at that step; then run it again.",
        ),
        Entry(
            "interrupted",
            _RUN,
            "The program ended before the step did: it was stopped, or the machine went down. Nothing is half done.",
            "Run it again; it goes on from where it was.",
            mim=("stopped-service-shutdown",),
        ),
    ]
)
"""By result."""
