"""The activities of MIMWAL that have to do with people: conditions of requests, consent, letters; and scripts."""

from typing import Any

from mimas.migrate.migration import SCRIPTS
from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.workflows import powershell
from mimas.migrate.service.workflows.asking import common, only_when, updates
from mimas.migrate.service.workflows.builtin import COPIES, TEMPLATES, number
from mimas.migrate.service.workflows.settings import Around, Settings, filled
from mimas.migrate.service.workflows.xoml import Step

_COPIES = ("CC", "Bcc")
_IMPERSONATING = (
    *("ImpersonatePowerShellUser", "ImpersonatePowerShellUserLogOnType", "ImpersonatePowerShellUserLoadUserProfile"),
)


def verify(step: Step, around: Around) -> list[Settings]:
    """What a request is held to."""
    expressions = around.expressions
    given: dict[str, Any] = {}
    rows = step.rows("ConditionsTable")
    given["conditions"] = [{"condition": expressions.condition(row.left), "message": row.right} for row in rows]
    if step.is_true("CheckForConflict"):
        message = step.text("ConflictDenialMessage")
        given["unique"] = [{"filter": around.names.filter(step.text("ConflictFilter")), "message": message}]
    if step.is_true("CheckForRequestConflict"):
        if step.text("RequestConflictAdvancedFilter"):
            raise UntranslatableError("it searches for other requests by a filter of its own")
        condition = expressions.condition(step.text("RequestConflictMatchCondition"))
        given["conflicts"] = [{"condition": condition, "message": step.text("RequestConflictDenialMessage")}]
    step.leave("ConflictFilter", "ConflictDenialMessage", "RequestConflictMatchCondition")
    step.leave("RequestConflictDenialMessage", "RequestConflictAdvancedFilter")
    shared = common(step, around, advanced=step.is_true("Advanced"))
    return [Settings("VerifyRequest", {**shared, **filled(**given)})]


def approval(step: Step, around: Around) -> list[Settings]:
    """Consent."""
    letters = {new: _template(text, around) for old, new in TEMPLATES.items() if (text := step.text(old))}
    given = filled(
        approvers=_people(step.text("Approvers"), around),
        threshold=number(around.expressions.either(step.text("Threshold"))),
        duration=around.expressions.either(step.text("Duration")),
        escalation=_people(step.text("Escalation"), around),
        templates=letters,
    )
    if any("@" in given.get(name, "") for name in ("approvers", "escalation")):
        raise UntranslatableError("it asks mail addresses for consent, and only people can be asked")
    return [Settings("Approval", {**common(step, around, advanced=True), **given})]


def letter(step: Step, around: Around) -> list[Settings]:
    """A letter, to each of whom it goes."""
    advanced = step.is_true("Advanced")
    shared = common(step, around, advanced=advanced)
    several = (_people(step.text(name), around) for name in ("To", *(_COPIES if advanced else ())))
    to = list(filter(None, several))
    step.leave(*_COPIES, "SuppressException")
    if len(to) > 1 and any(text.startswith(("/", "=")) for text in to):
        raise UntranslatableError("it sends copies, and whom to is an expression or a filter")
    given = filled(to="; ".join(to), template=_template(step.text("EmailTemplate"), around))
    written = Settings("Notification", {**shared, **given}, [COPIES] if len(to) > 1 else [])
    variables = [one for row in step.rows("WorkflowDataVariablesTable") for one in updates(row, around)]
    if not variables:
        return [written]
    if "for_each" in shared:
        raise UntranslatableError("it computes variables for each of several values")
    return [Settings("UpdateResources", {**only_when(shared), "updates": variables}), written]


def _template(text: str, around: Around) -> str:
    """A letter, by its name."""
    if text.startswith("[//") or "(" in text.partition("[")[0]:
        return around.expressions.words(text)
    return around.names.document("EmailTemplate", text)


def _people(text: str, around: Around) -> str:
    """Whom a filter, an expression or a list means."""
    if text.startswith("/"):
        return around.names.filter(text)
    try:
        return around.expressions.words(text)
    except UntranslatableError:
        if "$" in text or "(" in text:
            raise
        return around.names.resources(text.replace(",", ";"))


def script(step: Step, around: Around) -> list[Settings]:
    """A script that stands in the workflow: it becomes a file."""
    if step.text("ScriptLocation") != "WorkflowDefinition":
        raise UntranslatableError(f"its script is not in the workflow: it is {step.text('Script') or 'not named'}")
    kind, returns = step.text("InputType"), step.text("ReturnType")
    parameters, arguments = step.rows("ParametersTable"), step.texts("Arguments")
    given = {row.left: around.expressions.words(row.right) for row in parameters} if kind == "Parameters" else {}
    listed = [around.expressions.words(text) for text in arguments] if kind == "Arguments" else []
    target = around.expressions.target(step.text("ReturnValueLookup")) if returns == "Explicit" else ""
    kept = around.expressions.data(target) or "result"
    step.leave("PowerShellUser", "PowerShellUserPassword", "FailOnMissing", *_IMPERSONATING)
    text = powershell.script(step.text("Script"), kept if target else "", table=returns == "Table")
    file = around.script(text)
    run = Settings(
        "RunScript",
        {
            **common(step, around, advanced=step.is_true("Advanced")),
            **filled(script=file, arguments=listed, input=given),
        },
        [f"It ran within the Service, on Windows: see whether {SCRIPTS}/{file} does the same here."],
    )
    if not target or around.expressions.data(target):
        return [run]
    written = {"target": target, "value": f"[//WorkflowData/{kept}]"}
    return [run, Settings("UpdateResources", {**only_when(run.given), "updates": [written]})]
