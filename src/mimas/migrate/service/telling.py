"""What the report says of an object beside its name."""

from collections.abc import Iterator

from mimas.migrate.service.filters import xpath
from mimas.migrate.service.objects import Exported, line
from mimas.migrate.service.policy import activities


def told(one: Exported) -> Iterator[str]:
    """What is good to know of it."""
    if one.kind == "WorkflowDefinition":
        found = activities(one)
        tags = ", ".join(line(activity.tag) for activity in found or ()) or "no activities"
        yield line(one.text("RequestPhase")) or "no phase"
        yield tags if found is not None else "its XOML cannot be read"
    elif one.kind == "ManagementPolicyRule":
        yield ", ".join(filter(None, map(line, [one.text("ManagementPolicyRuleType"), *one.texts("ActionType")])))
        if one.is_true("Disabled"):
            yield "disabled"
    elif filter_ := xpath(one.text("Filter")):
        yield line(filter_)
