"""``diff``: what two moments have differently."""

from collections.abc import Mapping, Sequence
from typing import Any

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, cell, instant, out
from mimas.cli.recalling import find_ever, instant_at, then
from mimas.store.history.alike import WHOLE, Group, Subject, grouped
from mimas.store.history.contrast import Span, contrast, names
from mimas.store.runs import moment as written

_EXAMPLES, _ALL = 3, 1 << 60


def diff(
    installation: Installation,
    type_: str | None,
    key: str | None,
    since: str,
    until: str | None,
    *,
    all_: bool,
    json: bool,
) -> None:
    """Compare two moments. Raises `CommandError`."""
    moments = (instant_at(since), instant_at(until) if until is not None else None)
    if moments[1] is not None and moments[1] < moments[0]:
        raise CommandError(f"--from {since} is after --to {until}; exchange them.")
    span = Span(then(installation, moments[0]).place, then(installation, moments[1]).place if moments[1] else None)
    only = find_ever(installation, type_, key) if type_ is not None and key is not None else None
    if type_ is not None and type_ not in installation.engine.setup.rules.types:
        known = ", ".join(sorted(installation.engine.setup.rules.types))
        raise CommandError(f"There is no object type '{type_}'. There is: {known}.")
    store = installation.store
    with store.reading() as tx:
        of_type = type_ if only is None else None
        alike = grouped(contrast(store, tx, span, of_type, only), _ALL if all_ else _EXAMPLES)
        called = names(tx, _subjects(alike.groups))
    told = [_described(group, called) for group in alike.groups]
    at = [written(one) if one else None for one in moments]
    if json:
        as_json({"from": at[0], "to": at[1], "summary": alike.counts, "changes": told})
        return
    out.print(f"From {instant(at[0])} to {instant(at[1]) or 'now'}:", style="dim", markup=False)
    if not told:
        out.print("Nothing differs.")
        return
    _print_summary(alike.counts)
    for of in dict.fromkeys(one["of"] for one in told):
        out.print(f"\n{of}", style="bold", markup=False)
        for one in told:
            if one["of"] == of:
                _print_group(one)


def _subjects(groups: Sequence[Group]) -> set[Subject]:
    found = {one for group in groups for e in group.examples for one in (e.subject, e.before, e.after)}
    return {one for one in found if isinstance(one, Subject)}


def _print_summary(summary: Mapping[str, Mapping[str, int]]) -> None:
    wide = max(map(len, summary))
    for of, counts in summary.items():
        said = [f"{count:,} {_WORDS.get(action, action)}" for action, count in counts.items()]
        out.print(f"  {of:<{wide}}  {', '.join(said)}", markup=False)


_WORDS = {"linked": "linked", "unlinked": "no longer linked"}
_SIGNS = {"made": "+", "restored": "+", "linked": "+", "added": "+"}
_SIGNS |= {"deleted": "-", "gone": "-", "unlinked": "-", "removed": "-"}
_VERBS = {"shows": "shows", "wanted": "should hold"}


def _described(group: Group, called: Mapping[Subject, str]) -> dict[str, Any]:
    def told(value: Any) -> Any:
        return called[value] if isinstance(value, Subject) else value

    first = group.first
    examples = [
        {"name": called[one.subject], "before": told(one.before), "after": told(one.after)} for one in group.examples
    ]
    head = {"of": first.of, "action": first.action, "attribute": first.attribute, "rule": first.rule}
    return {**head, "count": group.count, "uniform": group.uniform, "examples": examples}


def _print_group(group: Mapping[str, Any]) -> None:
    action = group["action"]
    whole = group["attribute"] if action not in WHOLE or group["attribute"] else _WORDS.get(action, action)
    what = f"{_VERBS[action]} {whole}" if action in _VERBS else whole
    sign, rule = _SIGNS.get(action, "~"), f"  ({group['rule']})" if group["rule"] else ""
    examples = group["examples"]
    alike = group["uniform"] and group["count"] > 1 and bool(group["attribute"])
    values = f", each {_values(examples[0])}" if alike else ""
    out.print(f"  {sign} {what}: {group['count']:,}{values}{rule}", markup=False)
    for one in examples:
        out.print(
            f"      {one['name']}" + ("" if alike else f": {_values(one, whole=action in WHOLE)}".rstrip(": ")),
            markup=False,
        )
    if group["count"] > len(examples):
        out.print(f"      … and {group['count'] - len(examples):,} more", style="dim", markup=False)


def _values(one: Mapping[str, Any], *, whole: bool = False) -> str:
    before, after = one["before"], one["after"]
    if whole:
        return cell(before or after)
    if before is None and after is None:
        return ""
    if before is None or after is None:
        return f"+ {cell(after)}" if before is None else f"- {cell(before)}"
    return f"{cell(before)} → {cell(after)}"
