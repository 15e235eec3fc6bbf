"""A plan, and what came of it, as people read it: what matters first, what is alike together."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from mimas.cli.printing import cell, instant, out
from mimas.runs.catalogue.words import counted
from mimas.runs.planning.applying import Applied
from mimas.runs.planning.grouping import Group, groups, summary
from mimas.runs.planning.plan import Part, Plan, Unit, ValueChange

_SIGNS = {
    "made": ("+", "green"),
    "created": ("+", "green"),
    "changed": ("~", "yellow"),
    "disabled": ("!", "red"),
    "deleted": ("-", "red"),
    "linked": ("+", "green"),
    "unlinked": ("-", "red"),
    "reserved": ("+", "green"),
}
_EXAMPLES = 3
_WIDE = 60
_ITEMS = 6


def print_plan(plan: Plan, *, everything: bool) -> None:
    """The summary, then the groups; of each the first examples, or all."""
    out.print(
        f"Plan of {plan.title}, {instant(plan.at)}. Nothing was changed, and nothing was sent.",
        style="bold",
        markup=False,
    )
    _print_steps(plan)
    if plan.empty:
        out.print("\nThere is nothing to do.")
    else:
        out.print()
        for name, counts in summary(plan).items():
            out.print(
                Text.assemble((f"  {name:<14}", "bold"), " · ".join(f"{n:,} {what}" for what, n in counts.items()))
            )
    for guard in plan.guards:
        out.print(f"\n! Would be held: {guard}.", style="red", markup=False)
    for note in plan.notes[:_ITEMS]:
        out.print(f"\n! {note['name']}: {note['message']}", style="yellow", markup=False)
        out.print(f"  → {note['advice']}", style="dim", markup=False)
    if len(plan.notes) > _ITEMS:
        out.print(f"  … and {len(plan.notes) - _ITEMS:,} more; --json has them all.", style="dim")
    for group in groups(plan.units):
        _print_group(group, everything=everything)
    for remark in plan.remarks:
        out.print(f"\n{remark}", markup=False)
    if plan.later:
        out.print(
            f"\nNot foreseen, as it looks at what systems show then: {', '.join(plan.later)}.",
            style="dim",
            markup=False,
        )


def _print_steps(plan: Plan) -> None:
    for done in plan.done:
        told = counted(done.counters) or "nothing to do"
        out.print(f"  rehearsed: {done.title:<20} {told}", style="dim", markup=False)
        if done.message and not any(guard.startswith(f"{done.title}: ") for guard in plan.guards):
            out.print(f"    {done.message}", style="yellow", markup=False)


def _print_group(group: Group, *, everything: bool) -> None:
    sign, style = _SIGNS[group.action]
    line = Text.assemble("\n", (f"{sign} {heading(group)}", style))
    if group.rule:
        line.append(f"  by rule “{group.rule}”", "dim")
    if group.held:
        line.append("  held by a guard", "red")
    out.print(line)
    common = {name: step for name, _ in group.attributes if len(group.members) > 1 and (step := group.common(name))}
    for name, rule in group.attributes:
        by = f"  by rule “{rule}”" if rule else ""
        values = f": {_change(common[name])}" if name in common else ""
        out.print(Text.assemble(f"    {name}{values}", (by, "dim")))
    shown = group.members if everything else group.members[:_EXAMPLES]
    for unit, part in shown:
        _print_member(group, unit, part, common)
    if left := len(group.members) - len(shown):
        out.print(f"      … and {left:,} more", style="dim")


def heading(group: Group) -> str:
    """What is done to how many."""
    count = f"{len(group.members):,} "
    if group.action == "linked":
        return f"{count}{group.type} of {group.system} linked"
    if group.action == "unlinked":
        return f"{count}{group.type} of {group.system} unlinked"
    if group.action == "reserved":
        return f"{count}unique values of {group.type} given out"
    where = f"{group.system}: " if group.system else ""
    renamed = ", renamed" if group.renames else ""
    return f"{where}{count}{group.type} {group.action}{renamed}"


def _print_member(group: Group, unit: Unit, part: Part, common: dict[str, ValueChange]) -> None:
    called = part.object if part.system and part.object else unit.title
    whose = f" ({unit.title})" if called != unit.title and unit.title else ""
    values = [(n, s) for n, s in part.values.items() if n not in common] if group.attributes else []
    told = [f"{name} {_change(step)}" if len(group.attributes) > 1 else _change(step) for name, step in values]
    told += [f"{name} {_referring(r.added, r.removed)}" for name, r in part.references.items() if group.attributes]
    if part.renamed:
        told.insert(0, f"→ {part.renamed[1]}")
    line = Text.assemble(f"      {called}", (whose, "dim"))
    if told:
        line.append("  " + "; ".join(told))
    out.print(line)


def _change(step: ValueChange) -> str:
    before, after = (None if v in (None, []) else _short(v) for v in (step.before, step.after))
    if before is None:
        return f"+ {after}"
    return f"{before} → {after if after is not None else '(none)'}"


def _short(value: object) -> str:
    text = cell(value)
    return f"{text[: _WIDE - 1]}…" if len(text) > _WIDE else text


def _referring(added: Sequence[str], removed: Sequence[str]) -> str:
    parts = [*(f"+ {name}" for name in _some(added)), *(f"- {name}" for name in _some(removed))]
    return ", ".join(parts)


def _some(names: Sequence[str]) -> Iterable[str]:
    yield from names[:_ITEMS]
    if len(names) > _ITEMS:
        yield f"{len(names) - _ITEMS:,} more"


def print_applied(applied: Applied) -> None:
    """What was done, and what was not, by name."""
    if applied.refused:
        out.print("Nothing was done, as not everything can be done as planned:", style="red")
    else:
        out.print(f"{len(applied.done):,} were done as planned.", markup=False)
    if applied.held:
        out.print(
            f"{len(applied.held):,} were left as they are, since they have become different from the plan:",
            style="yellow",
        )
        for unit in applied.held[:20]:
            out.print(f"  {unit.type} {unit.title} ({unit.key})", markup=False)
            for part in unit.parts:
                changed = [f"{name} {_change(step)}" for name, step in part.values.items()]
                changed += [f"{name} {_referring(r.added, r.removed)}" for name, r in part.references.items()]
                where = f"{part.system} " if part.system else ""
                out.print(f"      would now be: {where}{part.action} {'; '.join(changed)}", style="dim", markup=False)
        if len(applied.held) > 20:
            out.print(f"  … and {len(applied.held) - 20:,} more", style="dim")
        out.print("The next run, or a new plan, looks at them anew.", style="yellow")
    if applied.gone:
        out.print(f"For {len(applied.gone):,} there was nothing left to do.", style="dim")
