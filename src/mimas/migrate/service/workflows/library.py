"""The activities that MIMWAL adds, of the namespace `LIBRARY`. Source: microsoft/MIMWAL and its documentation."""

from collections.abc import Mapping

from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.workflows import telling
from mimas.migrate.service.workflows.asking import asking, common, only_when, updates
from mimas.migrate.service.workflows.builtin import number
from mimas.migrate.service.workflows.settings import Around, Settings, Writing, filled
from mimas.migrate.service.workflows.xoml import Step

LIBRARY = "MicrosoftServices.IdentityManagement.WorkflowActivityLibrary.Activities"


def _delay(step: Step, around: Around) -> list[Settings]:
    duration = around.expressions.either(step.text("TimeoutDuration"))
    return [Settings("AddDelay", {**common(step, around, advanced=True), "duration": duration})]


def _update(step: Step, around: Around) -> list[Settings]:
    if step.is_true("ResolveDynamicGrammar") and step.is_true("Advanced"):
        raise UntranslatableError("it resolves look-ups in what its expressions come to")
    several = [one for row in step.rows("UpdatesTable") for one in updates(row, around)]
    if not several:
        raise UntranslatableError("it updates nothing")
    return [Settings("UpdateResources", {**asking(step, around), "updates": several})]


def _create(step: Step, around: Around) -> list[Settings]:
    shared = asking(step, around)
    rows = step.rows("AttributesTable")
    if shared.get("for_each") and any(row.right.startswith("$") for row in rows):
        raise UntranslatableError("it computes variables for each of several values")
    type_ = around.names.type(step.text("ResourceType"))
    variables = [one for row in rows if row.right.startswith("$") for one in updates(row, around)]
    attributes = {
        around.names.attribute(type_, row.right): around.expressions.words(row.left)
        for row in rows
        if not row.right.startswith("$")
    }
    given = {**filled(type=type_), "attributes": attributes}
    made, after = step.text("CreatedResourceIdTarget"), step.text("ConflictingResourceIdTarget")
    if not step.is_true("Advanced"):
        made = after = ""
    elif step.is_true("CheckForConflict"):
        fails = step.is_true("FailOnConflict")
        if made and after and made != after and not fails:
            raise UntranslatableError("it keeps what it makes in one place, and what is there already in another")
        given |= filled(conflict=around.names.filter(step.text("ConflictFilter")), on_conflict="" if fails else "use")
    step.leave("CheckForConflict", "FailOnConflict", "ConflictFilter")
    target = around.expressions.target(made or after)
    before = [Settings("UpdateResources", {**only_when(shared), "updates": variables})] if variables else []
    return [*before, *_kept(Settings("CreateResource", {**shared, **given}), target, around)]


def _kept(create: Settings, target: str, around: Around) -> list[Settings]:
    """What is made goes to the data of the workflow, and from there to wherever else."""
    if not target:
        return [create]
    name = around.expressions.data(target)
    create.given["result"] = name or "created"
    if name:
        return [create]
    if "for_each" in create.given:
        raise UntranslatableError(f"it keeps the last of several in {target}")
    written = {"target": target, "value": "[//WorkflowData/created]"}
    return [create, Settings("UpdateResources", {**only_when(create.given), "updates": [written]})]


def _delete(step: Step, around: Around) -> list[Settings]:
    text, kind = step.text("TargetExpression"), step.text("TargetType")
    resources = ""
    if kind == "SearchForTarget":
        resources = around.names.filter(text)
    elif kind == "ResolveTarget":
        resources = around.expressions.words(text)
    return [Settings("DeleteResources", {**asking(step, around), **filled(resources=resources)})]


def _unique(step: Step, around: Around) -> list[Settings]:
    given = filled(
        target=around.expressions.target(step.text("PublicationTarget")),
        candidates=[around.expressions.words(text) for text in step.texts("ValueExpressions")],
        conflicts=[around.names.filter(text) for text in [step.text("ConflictFilter")] if text],
    )
    if seed := step.text("UniquenessSeed"):
        given["first_key"] = number(seed)
    if step.is_true("QueryLdap") and (rows := step.rows("LdapQueriesTable")):
        raise UntranslatableError(f"it asks {rows[0].left} by LDAP: name connectors in `spaces` of GenerateUniqueValue")
    step.leave("LdapQueriesTable")
    return [Settings("GenerateUniqueValue", {**common(step, around, advanced=True), **given})]


ACTIVITIES: Mapping[str, Writing] = {
    "AddDelay": _delay,
    "CreateResource": _create,
    "DeleteResources": _delete,
    "GenerateUniqueValue": _unique,
    "RequestApproval": telling.approval,
    "RunPowerShellScript": telling.script,
    "SendEmailNotification": telling.letter,
    "UpdateResources": _update,
    "VerifyRequest": telling.verify,
}
