"""What is alike in a plan, together: so that a change of a rule for 100,000 people is read in a line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mimas.runs.planning.plan import Action, Part, Plan, Unit, ValueChange

ORDER: Sequence[Action] = ("made", "created", "changed", "disabled", "deleted", "linked", "unlinked", "reserved")


@dataclass(slots=True)
class Group:
    """Effects that do the same to the same attributes by the same rules."""

    system: str
    action: Action
    type: str
    attributes: tuple[tuple[str, str], ...]
    """(attribute, rule), references among them; of what is made or deleted none."""
    rule: str
    held: str
    renames: bool
    members: list[tuple[Unit, Part]] = field(default_factory=list)

    def common(self, attribute: str) -> ValueChange | None:
        """What all of them get and had, if that is the same."""
        steps = [part.values.get(attribute) for _, part in self.members]
        first = steps[0]
        return first if first is not None and all(step == first for step in steps) else None


def groups(units: Iterable[Unit]) -> list[Group]:
    """By system (the resources first), by what is done, the larger groups first."""
    found: dict[tuple[object, ...], Group] = {}
    for unit in units:
        for part in unit.parts:
            type_ = part.type or unit.type
            attributes: tuple[tuple[str, str], ...] = ()
            if part.action in ("changed", "disabled", "reserved"):
                names = {name: step.rule for name, step in part.values.items()} | dict.fromkeys(part.references, "")
                attributes = tuple(sorted(names.items()))
            key = (part.system, part.action, type_, attributes, part.rule, part.held, part.renamed is not None)
            if key not in found:
                found[key] = Group(
                    part.system, part.action, type_, attributes, part.rule, part.held, part.renamed is not None
                )
            found[key].members.append((unit, part))
    return sorted(found.values(), key=_place)


def _place(group: Group) -> tuple[bool, bool, str, int, int]:
    linking = group.action in ("linked", "unlinked", "reserved")
    return bool(group.system), linking, group.system, ORDER.index(group.action), -len(group.members)


def summary(plan: Plan) -> dict[str, dict[str, int]]:
    """``resources``, ``links``, ``names`` and each connector → what is done to how many; empty ones are left out."""
    counts: dict[str, Counter[str]] = {"resources": Counter(), "links": Counter(), "names": Counter()}
    for unit in plan.units:
        for part in unit.parts:
            if part.action in ("linked", "unlinked"):
                counts["links"]["made" if part.action == "linked" else "broken"] += 1
            elif part.action == "reserved":
                counts["names"]["reserved"] += 1
            else:
                of = counts.setdefault(part.system or "resources", Counter())
                of[part.action] += 1
                of["renamed"] += part.renamed is not None
                of["held"] += bool(part.held)
    order = (*ORDER, "broken", "renamed", "held")
    return {
        name: {what: count[what] for what in order if count[what]} for name, count in counts.items() if count.total()
    }
