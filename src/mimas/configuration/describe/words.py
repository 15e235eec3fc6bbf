"""The rules in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from mimas.configuration.shorthand import days, interval, share
from mimas.runs.setup import Guard, Schedule, Step, Window
from mimas.sync.rules import (
    Computed,
    Constant,
    Deletion,
    DeletionRule,
    Deprovision,
    Direct,
    Direction,
    Enforce,
    Extension,
    Flow,
    JoinCondition,
    LinkType,
    Merge,
    Operator,
    Origin,
    SyncRule,
)

_OPERATORS = {
    Operator.EQUAL: "is",
    Operator.NOTEQUAL: "is not",
    Operator.LESSTHAN: "is less than",
    Operator.LESSTHAN_OR_EQUAL: "is at most",
    Operator.GREATERTHAN: "is more than",
    Operator.GREATERTHAN_OR_EQUAL: "is at least",
    Operator.CONTAINS: "contains",
    Operator.NOTCONTAINS: "does not contain",
    Operator.STARTSWITH: "begins with",
    Operator.NOTSTARTSWITH: "does not begin with",
    Operator.ENDSWITH: "ends with",
    Operator.NOTENDSWITH: "does not end with",
    Operator.ISNULL: "has no value",
    Operator.ISNOTNULL: "has a value",
    Operator.ISIN: "is one of",
    Operator.ISNOTIN: "is none of",
    Operator.ISBITSET: "has the bit",
    Operator.ISBITNOTSET: "does not have the bit",
    Operator.ISMEMBEROF: "of this group holds the object:",
    Operator.ISNOTMEMBEROF: "of this group does not hold the object:",
}
_LINKS = {
    (Direction.INBOUND, LinkType.PROVISION): "makes a resource where none is found",
    (Direction.OUTBOUND, LinkType.PROVISION): "makes the object where there is none",
    (Direction.INBOUND, LinkType.STICKY): "makes none, but the link keeps the resource alive",
    (Direction.OUTBOUND, LinkType.STICKY): "makes none, but the link keeps the resource alive",
    (Direction.INBOUND, LinkType.JOIN): "makes none: it only contributes",
    (Direction.OUTBOUND, LinkType.JOIN): "makes none: it only writes to objects that are there",
}
_DEPROVISION = {
    Deprovision.DISCONNECT: "the object is left as it is, without a link; a rule may find it again",
    Deprovision.EXPLICIT: "the object is left as it is, without a link, and no rule links it again",
    Deprovision.KEEP: "the object stays linked",
    Deprovision.DELETE: "the object is deleted",
}
_ENFORCE = {
    Enforce.ON_CHANGE: "sent when the rules' value changes; what the system changes itself is left",
    Enforce.WHILE_EMPTY: "only while the system shows no value",
    Enforce.ADD: "added to the values of the system; none is taken away",
}
_MERGE = {
    Merge.MERGE: "united with the values of other rules",
    Merge.CASELESS: "united with the values of other rules; upper and lower case are the same",
}
_STEPS = {
    "full-import": "import all of",
    "delta-import": "import the changes of",
    "full-sync": "sync everything",
    "delta-sync": "sync what has changed",
    "export": "export to",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words, and what is quoted from a document: names, values, expressions."""

    words: str
    codes: Sequence[str] = ()


def question(operator: Operator) -> str:
    """What a clause asks, between its attribute and its value."""
    return _OPERATORS[operator]


def origin(given: Origin) -> Phrase:
    """Where a value comes from."""
    match given:
        case Direct(attribute):
            return Phrase("", [attribute])
        case Constant(value):
            text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
            return Phrase("always", [f'"{text}"' if isinstance(value, str) else text])
        case Computed(text):
            return Phrase("", [f"={text}"])
        case Extension(function):
            return Phrase("the function", [function])
    return Phrase(
        "the first that nobody else has, then the last one with 2, 3, … behind it:",
        [f"={one}" for one in given.candidates],
    )


def conditions(flow: Flow, direction: Direction) -> list[str]:
    """When a flow writes, where that is not always."""
    kept = "only once: the first value is kept" if direction is Direction.INBOUND else "only when the object is made"
    said = [kept if flow.once else "", _ENFORCE.get(flow.enforce, ""), _MERGE.get(flow.merge, "")]
    said.append(f"points to the object for: {flow.intent}" if flow.intent else "")
    return list(filter(None, said))


def condition(given: JoinCondition) -> tuple[Phrase, str]:
    """What is compared, and the resource's attribute that it must equal."""
    return origin(given.origin), given.resource_attribute


def link(rule: SyncRule) -> str:
    """What a rule does where the other side is missing."""
    return _LINKS[rule.direction, rule.link]


def deprovision(rule: SyncRule) -> str:
    """What happens to an object that no rule wants any more."""
    if rule.deprovision_by:
        return f"the function {rule.deprovision_by} decides"
    return _DEPROVISION[rule.deprovision] + (", and gets these values:" if rule.deprovision_flows else "")


def deletion(given: Deletion) -> str:
    """When a resource is deleted."""
    return {
        DeletionRule.LAST: "when the last link of a rule that provisions or is sticky has ended",
        DeletionRule.ANY: f"when a link has ended of: {', '.join(given.connectors)}",
        DeletionRule.NEVER: "never; when nobody contributes any more, it stays as it was",
        DeletionRule.EXTENSION: f"when the function {given.function} says so",
    }[given.rule]


def guard(given: Guard) -> str:
    """When a threshold holds something back."""
    parts = [f"more than {given.count:,}"] if given.count or not given.share else []
    return " and ".join([*parts, *([f"more than {share(given.share)} of all"] if given.share else [])])


def step(given: Step) -> str:
    """A step of a run profile."""
    found = [
        _STEPS[given.kind],
        *([f"({given.connector})" if given.kind.endswith("sync") else given.connector] if given.connector else []),
    ]
    extras = [
        "with what waits for its next try" if given.retry else "",
        f"the first {given.limit:,} objects" if given.limit else "",
        f"written to {given.to}" if given.to else "",
        "and nothing else" if given.only else "",
        f"read from {given.source}" if given.source else "",
    ]
    return ", ".join([" ".join(found), *filter(None, extras)])


def rhythm(given: Schedule) -> str:
    """When a schedule starts."""
    return f"every {interval(given.every)}" if given.every else f"{given.cron} ({given.zone})"


def window(given: Window) -> str:
    """A time at which it does not start."""
    which = "every day" if len(given.days) == 7 else days(sorted(given.days))
    whole = given.start == given.end
    return which if whole else f"{which}, {given.start:%H:%M} to {given.end:%H:%M}"
