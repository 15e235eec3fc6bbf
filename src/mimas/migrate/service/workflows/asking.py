"""What the activities of MIMWAL have in common: when they are done, for whom, as whom, and how they update.

Of what stands under *Advanced*, nothing holds while that is not ticked.
"""

from typing import Any

from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.workflows.settings import Around, filled
from mimas.migrate.service.workflows.xoml import Row, Step

_ADVANCED = ("ActivityExecutionCondition", "Iteration", "QueryResources", "QueriesTable")


def common(step: Step, around: Around, *, advanced: bool) -> dict[str, Any]:
    """The settings that most of them have."""
    if not advanced:
        step.leave(*_ADVANCED)
        return {}
    queries = step.rows("QueriesTable") if step.is_true("QueryResources") else []
    return filled(
        when=around.expressions.condition(step.text("ActivityExecutionCondition")),
        for_each=around.expressions.words(step.text("Iteration")),
        queries={row.left: around.names.filter(row.right) for row in queries},
    )


def asking(step: Step, around: Around) -> dict[str, Any]:
    """The common settings, with as whom it asks. An account is found by a query."""
    advanced = step.is_true("Advanced")
    found = common(step, around, advanced=advanced)
    kind, text = step.text("ActorType").lower(), step.text("ActorString")
    authorize = step.is_true("ApplyAuthorizationPolicy")
    if not advanced or kind in ("", "service"):
        return found
    actor = "requestor" if kind == "requestor" else "[//Queries/Actor]"
    if kind == "resolve":
        actor = around.expressions.words(text)
    elif kind == "account":
        name = around.expressions.either(text).rpartition("\\")[2]
        if name.startswith("=") or "'" in name:
            raise UntranslatableError(f"it asks as the account {text}, which is an expression")
        query = around.names.filter(f"/Person[AccountName = '{name}']")
        found = {**found, "queries": {**found.get("queries", {}), "Actor": query}}
    return {**found, **filled(actor=actor, apply_authorization=authorize)}


def updates(row: Row, around: Around) -> list[dict[str, Any]]:
    """What a row writes. Ticked: what comes to nothing clears."""
    written = around.expressions.values(row.left)
    nulls = {} if row.ticked and not written[0].how else {"allow_null": False}
    target = around.expressions.target(row.right)
    return [{**filled(target=target, value=one.text, how=one.how), **nulls} for one in written]


def only_when(given: dict[str, Any]) -> dict[str, Any]:
    """What an activity beside another one shares with it."""
    return {name: given[name] for name in ("when", "queries", "actor") if name in given}
