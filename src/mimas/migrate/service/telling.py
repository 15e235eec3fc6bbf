"""What the report says of an object beside its name."""

from collections.abc import Iterator, Mapping

from mimas.migrate.drafts import Draft, plain
from mimas.migrate.service.filters import xpath
from mimas.migrate.service.objects import Exported, line
from mimas.migrate.service.workflows.carrying import ACTIVITIES, KIND, STUB


def told(one: Exported, draft: Draft) -> Iterator[str]:
    """What is good to know of it. ``draft``: its document."""
    if one.kind == KIND:
        yield line(one.text("RequestPhase")) or "no phase"
        yield ", ".join(map(_activity, plain(draft.body.get(ACTIVITIES, [])))) or "no activities"
    elif one.kind == "ManagementPolicyRule":
        yield ", ".join(filter(None, map(line, [one.text("ManagementPolicyRuleType"), *one.texts("ActionType")])))
        if one.is_true("Disabled"):
            yield "disabled"
    elif filter_ := xpath(one.text("Filter")):
        yield line(filter_)


def _activity(form: Mapping[str, str]) -> str:
    return f"{STUB} ({form.get('title') or form['why']})" if form["activity"] == STUB else form["activity"]
