"""The tree of a filter as text again: what `parse` reads the same tree from, and people read."""

from datetime import datetime

from mimas.language.coercion import iso
from mimas.language.filters import tree
from mimas.language.filters.durations import written
from mimas.schema.values import Scalar


def text(wanted: tree.Filter) -> str:
    """A filter in the dialect. One that was bound has its ids and instants there, and is the same once bound again."""
    return " | ".join(map(_selection, wanted))


def condition_text(condition: tree.Condition) -> str:
    """One condition, as it stands between the square brackets."""
    match condition:
        case tree.Not(condition=inner):
            return f"not({condition_text(inner)})"
        case tree.All(conditions=parts):
            return " and ".join(map(_operand, parts))
        case tree.Any(conditions=parts):
            return " or ".join(map(_operand, parts))
    return _single(condition)


def literal(value: Scalar | datetime | tree.Now) -> str:
    """A value as it stands behind an operator."""
    match value:
        case tree.Now():
            return _now(value)
        case datetime():
            return f"'{iso(value)}'"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
    return quoted(value)


def quoted(value: str) -> str:
    """A text in single quotes; in double ones where it holds single ones, doubled where it holds both."""
    if "'" not in value:
        return f"'{value}'"
    return '"{}"'.format(value.replace('"', '""'))


def _selection(selection: tree.Selection) -> str:
    name = f"/{selection.type or '*'}"
    match selection:
        case tree.Selection(None, tree.Referred(attribute=attribute, by=(by,))):
            return f"{_selection(by)}/{attribute}"
        case tree.Selection(None, tree.All(conditions=(tree.Referred(attribute=attribute, by=(by,)), *rest))):
            return f"{_selection(by)}/{attribute}[{_joined(rest)}]"
        case tree.Selection(condition=None):
            return name
        case tree.Selection(condition=condition):
            return f"{name}[{condition_text(condition)}]"  # type: ignore[arg-type] # it is no None


def _joined(parts: list[tree.Condition]) -> str:
    return condition_text(parts[0] if len(parts) == 1 else tree.All(tuple(parts)))


def _operand(condition: tree.Condition) -> str:
    shown = condition_text(condition)
    return f"({shown})" if isinstance(condition, tree.All | tree.Any) else shown


def _single(condition: tree.Condition) -> str:  # noqa: PLR0911 - one for each kind of condition
    match condition:
        case tree.Comparison(attribute=name, operator=operator, value=value):
            return f"{name} {operator} {literal(value)}"
        case tree.Matches(how=how, attribute=name, text=wanted):
            return f"{how}({name}, {quoted(wanted)})"
        case tree.Present(attribute=name):
            return f"is-present({name})"
        case tree.Refers(attribute=name, to=(tree.Selection(None, tree.Comparison(tree.ID, "=", int() as id_)),)):
            return f"{name} = {id_}"
        case tree.Refers(attribute=name, to=to):
            return f"{name} = {text(to)}"
        case tree.Descends(attribute=name, of=of):
            return f"descendant-in({quoted(name)}, {text(of)})"
        case _:
            # Within a condition a path can only stand behind an equals sign.
            return f"{tree.ID} = {text((tree.Selection(None, condition),))}"


def _now(now: tree.Now) -> str:
    if not now.moved:
        return "fn:current-dateTime()"
    backwards = now.moved.days < 0
    name = "subtract-dayTimeDuration-from" if backwards else "add-dayTimeDuration-to"
    return f"op:{name}-dateTime(fn:current-dateTime(), xs:dayTimeDuration('{written(abs(now.moved))}'))"
