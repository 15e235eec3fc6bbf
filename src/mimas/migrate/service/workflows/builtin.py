"""The activities that MIM itself has (namespace ``Microsoft.ResourceManagement.Workflow.Activities``)."""

from collections.abc import Mapping

from mimas.migrate.elements import Element
from mimas.migrate.service.expressions import UntranslatableError, argument, attribute, expression
from mimas.migrate.service.fragments import fragment
from mimas.migrate.service.workflows.expressions import simple
from mimas.migrate.service.workflows.settings import Around, LaterError, Settings, Writing, filled
from mimas.migrate.service.workflows.xoml import Step

LIBRARY = "Microsoft.ResourceManagement.Workflow.Activities"
TEMPLATES = {
    "ApprovalEmailTemplate": "pending",
    "EscalationEmailTemplate": "escalated",
    "ApprovalCompleteEmailTemplate": "completed",
    "ApprovalDeniedEmailTemplate": "denied",
    "ApprovalTimeoutEmailTemplate": "timed_out",
}
"""The letters of an approval."""
COPIES = "Copies went along with it: here, each of them gets a letter of their own."
_RUNNING = (
    *("IsApproved", "ReceivedApprovals", "CurrentApprovalResponse", "CurrentApprovalResponseActorId", "Request"),
    *("RequestTimedOut", "RejectedReason", "ApprovalObject"),
)
"""What an approval under way writes down in itself."""
_ASSIGNED = "singlevalueassignment"
_TELEPHONES = ("OneTimePasswordSmsAuthenticationGate", "PhoneAuthenticationGate")
_PRIVILEGED = (
    *("PAMRequestValidationActivity", "PAMRequestMFASequenceActivity", "PAMRequestApprovalSequenceActivity"),
    *("PAMRequestDelayedValidationSequenceActivity", "PAMRequestAvailabilityWindowValidationActivity"),
    *("PAMRequestHandlerActivity", "AddUserToGroupActivity"),
)
_TARGET = "{ActivityBind SequentialWorkflow,Path=TargetId}"


def _approval(step: Step, around: Around) -> list[Settings]:
    step.leave(*_RUNNING)
    letters = {
        new: around.names.document("EmailTemplate", text) for old, new in TEMPLATES.items() if (text := step.text(old))
    }
    given = filled(
        approvers=around.names.resources(step.text("Approvers")),
        threshold=number(step.text("Threshold")),
        duration=step.text("Duration"),
        escalation=around.names.resources(step.text("Escalation")),
        templates=letters,
    )
    return [Settings("Approval", given)]


def _notification(step: Step, around: Around) -> list[Settings]:
    to = [around.names.resources(step.text(name)) for name in ("To", "CC", "Bcc")]
    template = around.names.document("EmailTemplate", step.text("EmailTemplate"))
    copies = [COPIES] if any(to[1:]) else []
    return [Settings("Notification", {"to": "; ".join(filter(None, to)), "template": template}, copies)]


def _function(step: Step, _: Around) -> list[Settings]:
    target = step.text("Destination")
    outer = fragment(step.text("FunctionExpression"))
    functions = outer.all("fn") if outer is not None else []
    if len(functions) != 1 or not target:
        raise UntranslatableError("it has no function that can be read, or no destination")
    value = simple(_written(functions[0]))
    return [Settings("UpdateResources", {"updates": [filled(target=target, value=value)]})]


def _written(function: Element) -> str:
    inner = function.all("arg")
    if function.attributes.get("id", "").lower() == _ASSIGNED and len(inner) == 1:
        return argument(inner[0], _read).text
    return expression(function, _read).text


def _read(text: str) -> str:
    """What stands in an argument without quotes: a look-up."""
    inner = text.removeprefix("[").removesuffix("]")
    if text != f"[{inner}]" or not inner.startswith("//"):
        raise UntranslatableError(f"an argument is {text}, which is no look-up")
    return attribute(inner)


def _filter_validation(step: Step, around: Around) -> list[Settings]:
    scope = around.names.document("FilterScope", step.text("FilterScopeIdentifier"))
    return [Settings("FilterValidation", {"scope": scope})]


def _group_validation(step: Step, _: Around) -> list[Settings]:
    if (what := step.text("ValidationSemantics")) not in ("", "All"):
        raise UntranslatableError(f"it checks {what} only")
    return [Settings("GroupValidation")]


def _requestor_validation(step: Step, _: Around) -> list[Settings]:
    return [Settings("RequestorValidation", filled(owner_authorization=step.is_true("OwnerAuthorization")))]


def _sync_rule(step: Step, around: Around) -> list[Settings]:
    rule = around.names.title(step.text("SynchronizationRuleId"))
    what = "takes the sync rule from" if step.text("Action") == "Remove" else "gives the sync rule to"
    raise UntranslatableError(f"it {what} the target: {rule}. Here a rule's scope says whom it is for")


def _delete(step: Step, _: Around) -> list[Settings]:
    step.leave("ActorId")
    if (target := step.text("ResourceId")) != _TARGET:
        raise UntranslatableError(f"it deletes {target or 'nothing that is named'}, and not the target")
    return [Settings("DeleteResources")]


def _lockout(step: Step, _: Around) -> list[Settings]:
    step.leave("ResponseTimeout")
    failures, times, minutes = (step.text(name) for name in ("LockoutThreshold", "TimeoutThreshold", "Timeout"))
    duration = f"{minutes} minutes" if minutes else ""
    given = filled(threshold=number(failures), duration=duration, lockouts=number(times))
    return [Settings("LockoutGate", given)]


def _code(step: Step, _: Around) -> list[Settings]:
    step.leave("ResponseTimeout")
    return [Settings("OneTimePasswordGate", {"address": "[//Requestor/msidmOneTimePasswordEmailAddress]"})]


def _later(what: str) -> Writing:
    def refuse(_: Step, __: Around) -> list[Settings]:
        raise LaterError(f"{what} of a later version of Mimas")

    return refuse


def number(text: str) -> int | str:
    """A number, where the text is one."""
    return int(text) if text.isdecimal() and len(text) < 9 else text


ACTIVITIES: Mapping[str, Writing] = {
    "ApprovalActivity": _approval,
    "EmailNotificationActivity": _notification,
    "FunctionActivity": _function,
    "FilterValidationActivity": _filter_validation,
    "GroupValidationActivity": _group_validation,
    "RequestorValidationActivity": _requestor_validation,
    "DeleteResourceActivity": _delete,
    "LockoutGate": _lockout,
    "OneTimePasswordEmailAuthenticationGate": _code,
    "SynchronizationRuleActivity": _sync_rule,
    **dict.fromkeys(
        ("PWResetActivity", "PasswordCheckGate", "QAAuthenticationGate"), _later("it resets passwords, which is")
    ),
    **dict.fromkeys(_TELEPHONES, _later("it asks by telephone, which is")),
    **dict.fromkeys(_PRIVILEGED, _later("it belongs to privileged access, which is")),
}
