"""The grammar of filters, and what makes their tree as the parser goes.

Source of the dialect: MIM's SDK, "FIM XPath Filter Dialect" (ee652287). A quote within a text is doubled, as in
XPath 2.0, which MIM does not know.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mimas.language.errors import ExpressionError, closest
from mimas.language.filters import tree
from mimas.language.filters.durations import duration

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = r"""
start: _union
union: _union
_union: _term ("|" _term)*
_term: path | call
path: step+
step: "/" NAME ["[" _condition "]"]
    | "/" STAR ["[" _condition "]"]

_condition: either | both | _single
either: _operand ("or" _operand)+
_operand: both | _single
both: _single ("and" _single)+
_single: comparison | condition | negation | "(" _condition ")"

negation: "not" "(" _condition ")"
condition: call
comparison: NAME OPERATOR _value
_value: TEXT | NUMBER | NAME | union
call: NAME "(" [_argument ("," _argument)*] ")"
_argument: TEXT | NAME | union

OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">"
TEXT: /'(?:[^']|'')*'|"(?:[^"]|"")*"/
NUMBER: /-?[0-9]+/
NAME: /[A-Za-z_:][A-Za-z0-9_.:-]*/
STAR: "*"

%import common.WS
%ignore WS
"""

PRESENT = "starts-with", "%"
"""How MIM's filters ask for presence: LIKE '%', of which a hotfix made a comparison with the letter."""

_MATCHES = ("starts-with", "ends-with", "contains")
_CONDITIONS = (*_MATCHES, "is-present", "descendant-in")
_NOW = "fn:current-dateTime"
_MOVED = {
    "op:add-dayTimeDuration-to-dateTime": 1,
    "op:subtract-dayTimeDuration-from-dateTime": -1,
}
_DURATION = "xs:dayTimeDuration"
_FORMS = {
    **{name: f"{name}(attribute, 'text')" for name in _MATCHES},
    "is-present": "is-present(attribute)",
    "descendant-in": "descendant-in('attribute', /path)",
    "descendants": "descendants(/path, 'attribute')",
    _NOW: f"{_NOW}()",
    **{name: f"{name}({_NOW}(), {_DURATION}('P14D'))" for name in _MOVED},
    _DURATION: f"{_DURATION}('P14D')",
}


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of which only its place tells what it may be."""

    name: str
    arguments: tuple[Any, ...]
    position: int


@cache
def grammar() -> "Lark":
    """The parser; making it costs more than reading a filter."""
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", transformer=_Builder())


class _Builder:
    """Makes the tree as the parser goes."""

    def start(self, terms: list[Any]) -> tree.Filter:
        return tuple(map(_selection, terms))

    def union(self, terms: list[Any]) -> Any:
        # A call alone may be a date, or a duration: its place tells.
        alone = len(terms) == 1 and isinstance(terms[0], _Call) and terms[0].name != "descendants"
        return terms[0] if alone else tuple(map(_selection, terms))

    def path(self, steps: list[tuple[Any, tree.Condition | None]]) -> tree.Selection:
        (first, condition), *rest = steps
        found = tree.Selection(None if first == "*" else str(first), condition, first.start_pos or 0)
        for name, filtered in rest:
            found = _follow(found, name, filtered)
        return found

    def step(self, parts: list[Any]) -> tuple[Any, tree.Condition | None]:
        return parts[0], parts[1] if len(parts) > 1 else None

    def either(self, conditions: list[tree.Condition]) -> tree.Condition:
        return tree.Any(tuple(conditions))

    def both(self, conditions: list[tree.Condition]) -> tree.Condition:
        return tree.All(tuple(conditions))

    def negation(self, conditions: list[tree.Condition]) -> tree.Condition:
        return tree.Not(conditions[0])

    def condition(self, calls: list[_Call]) -> tree.Condition:
        return _condition(calls[0])

    def call(self, parts: list[Any]) -> _Call:
        name, *arguments = parts
        return _Call(str(name), tuple(one for one in arguments if one is not None), name.start_pos or 0)

    def comparison(self, parts: list[Any]) -> tree.Condition:
        return _comparison(*parts)


def _follow(path: tree.Selection, name: Any, condition: tree.Condition | None) -> tree.Selection:
    """One step further along a reference: turned round, it is a condition on the resource that is referred to."""
    position = name.start_pos or 0
    if name == "*":
        raise ExpressionError("Only the first step of a path may be *: the others name a reference.", "", position)
    referred = tree.Referred(str(name), (path,), position)
    match condition:
        case None:
            return tree.Selection(None, referred, position)
        case tree.All(conditions=parts):
            return tree.Selection(None, tree.All((referred, *parts)), position)
    return tree.Selection(None, tree.All((referred, condition)), position)


def _selection(term: Any) -> tree.Selection:
    if isinstance(term, tree.Selection):
        return term
    match term:
        case _Call("descendants", (tuple() as path, text), position) if _is(text, "TEXT"):
            return tree.Selection(None, tree.Descends(_text(text), path, position), position)
    raise _misused(term, ("descendants",))


def _condition(call: _Call) -> tree.Condition:
    match call:
        case _Call("is-present", (name,), position) if _is(name, "NAME"):
            return tree.Present(str(name), position)
        case _Call("descendant-in", (text, tuple() as path), position) if _is(text, "TEXT"):
            return tree.Descends(_text(text), path, position)
        case _Call(how, (name, text), position) if how in _MATCHES and _is(name, "NAME") and _is(text, "TEXT"):
            if (how, _text(text)) == PRESENT:
                return tree.Present(str(name), position)
            return tree.Matches(how, str(name), _text(text), position)  # type: ignore[arg-type] # it is in _MATCHES
    raise _misused(call, (*_CONDITIONS, "not"))


def _comparison(attribute: Any, operator: Any, value: Any) -> tree.Condition:
    name, position = str(attribute), attribute.start_pos or 0
    if isinstance(value, tuple):
        if operator not in ("=", "!="):
            raise ExpressionError(
                f"A path is compared with = and !=, not with {operator}.", "", operator.start_pos or 0
            )
        refers = tree.Refers(name, value, position)
        # MIM: with a path, != is the opposite, and holds where there is no value; with a literal it does not.
        return refers if operator == "=" else tree.Not(refers)
    literal = _now(value) if isinstance(value, _Call) else _literal(value)
    return tree.Comparison(name, str(operator), literal, position)  # type: ignore[arg-type] # the grammar has these


def _now(call: _Call) -> tree.Now:
    match call:
        case _Call(name, ()) if name == _NOW:
            return tree.Now()
        case _Call(name, (_Call() as date, _Call(name=of, arguments=(text,)))) if (
            name in _MOVED and of == _DURATION and _is(text, "TEXT")
        ):
            if (by := duration(_text(text))) is None:
                raise ExpressionError(
                    f"{text} is no duration: days, hours, minutes and seconds are written so.", "", text.start_pos or 0,
                    "'P14DT2H30M'",
                )  # fmt: skip
            try:
                return tree.Now(_now(date).moved + _MOVED[name] * by)
            except OverflowError:
                raise ExpressionError("The duration lies beyond the calendar.", "", text.start_pos or 0) from None
    raise _misused(call, (_NOW, *_MOVED))


def _literal(token: Any) -> str | int | bool:
    if token.type == "TEXT":
        return _text(token)
    if token.type == "NUMBER":
        if len(token) > 300:
            raise ExpressionError("The number is too long.", "", token.start_pos or 0)
        return int(token)
    if token.casefold() in ("true", "false"):
        return bool(token.casefold() == "true")
    raise ExpressionError(f"{token} is no value: text stands in quotes.", "", token.start_pos or 0, f"'{token}'")


def _text(token: Any) -> str:
    return str(token[1:-1].replace(token[0] * 2, token[0]))


def _is(value: Any, kind: str) -> bool:
    return getattr(value, "type", None) == kind


def _misused(call: _Call, here: tuple[str, ...]) -> ExpressionError:
    """A function that is not there, not at this place, or not with these arguments."""
    if call.name in here and call.name in _FORMS:
        return ExpressionError(f"{call.name} is written so: {_FORMS[call.name]}.", "", call.position)
    if call.name in _FORMS:
        return ExpressionError(f"{call.name} does not stand here, but so: {_FORMS[call.name]}.", "", call.position)
    return ExpressionError(f"There is no function {call.name}.", "", call.position, closest(call.name, here))
