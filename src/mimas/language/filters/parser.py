"""From the text of a filter to its tree.

Source of the dialect: MIM's SDK, "FIM XPath Filter Dialect" (ee652287). Understood so far: one step per path,
comparisons with literals, ``and``, ``or``, ``not``, the three text functions, and ``|``. Not yet: paths through
references, paths as values, the functions on dates.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from mimas.language.errors import ExpressionError, closest
from mimas.language.filters import tree
from mimas.schema.messages import half_character

if TYPE_CHECKING:
    from lark import Lark

GRAMMAR = r"""
start: selection ("|" selection)*

selection: "/" NAME ["[" _condition "]"]
         | "/" STAR ["[" _condition "]"]

_condition: either | both | _single
either: _operand ("or" _operand)+
_operand: both | _single
both: _single ("and" _single)+
_single: comparison | call | negation | "(" _condition ")"

negation: "not" "(" _condition ")"
call: NAME "(" NAME "," TEXT ")"
comparison: NAME OPERATOR (TEXT | NUMBER | NAME)

OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">"
TEXT: /'[^']*'|"[^"]*"/
NUMBER: /-?[0-9]+/
NAME: /[A-Za-z_][A-Za-z0-9_.:-]*/
STAR: "*"

%import common.WS
%ignore WS
"""

DEEPEST = 120
"""Levels of brackets and ``not``: each costs the predicate a few of Python's calls."""

_FUNCTIONS = ("starts-with", "ends-with", "contains")
_MEANT = {
    "==": "=",
    "<>": "!=",
    "&&": "and",
    "||": "or",
    "&": "and",
    "!": "not(...)",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
}


def parse(text: str) -> tree.Filter:
    """The tree of a filter. Raises `ExpressionError`, with the position and what was probably meant."""
    from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

    if (place := half_character(text)) is not None:
        raise ExpressionError("This is half a character, which nothing can equal.", text, place)
    try:
        found: tree.Filter = _grammar().parse(text)  # type: ignore[assignment]
        _check_depth(found)
    except ExpressionError as error:
        raise ExpressionError(error.message, text, error.position, error.suggestion) from None
    except UnexpectedCharacters as error:
        where: Any = error.pos_in_stream  # Lark types it as None
        raise _unexpected(text, where) from None
    except UnexpectedToken as error:
        position = len(text) if error.token.type == "$END" else error.token.start_pos or 0
        raise _unexpected(text, position) from None
    except UnexpectedEOF:
        raise _unexpected(text, len(text)) from None
    return found


def _check_depth(found: tree.Filter) -> None:
    """Without recursion, for it may be deep."""
    waiting = [(selection.condition, 1) for selection in found]
    while waiting:
        condition, depth = waiting.pop()
        if depth > DEEPEST:
            raise ExpressionError(f"The filter is nested too deep, more than {DEEPEST} levels: divide it into sets.")
        match condition:
            case tree.Not(condition=inner):
                waiting.append((inner, depth + 1))
            case tree.All(conditions=parts) | tree.Any(conditions=parts):
                waiting += [(part, depth + 1) for part in parts]


@cache
def _grammar() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", transformer=_builder())


def _builder() -> Any:
    from lark import Token, Transformer

    class Builder(Transformer[Token, tree.Filter]):
        """Makes the tree as the parser goes."""

        def start(self, selections: list[tree.Selection]) -> tree.Filter:
            return tuple(selections)

        def selection(self, parts: list[Any]) -> tree.Selection:
            kind, condition = parts[0], parts[1] if len(parts) > 1 else None
            return tree.Selection(None if kind == "*" else str(kind), condition)

        def either(self, conditions: list[tree.Condition]) -> tree.Condition:
            return tree.Any(tuple(conditions))

        def both(self, conditions: list[tree.Condition]) -> tree.Condition:
            return tree.All(tuple(conditions))

        def negation(self, conditions: list[tree.Condition]) -> tree.Condition:
            return tree.Not(conditions[0])

        def call(self, tokens: list[Token]) -> tree.Condition:
            name, attribute, text = tokens
            for how in _FUNCTIONS:
                if name == how:
                    return tree.Matches(how, str(attribute), text[1:-1], name.start_pos or 0)  # type: ignore[arg-type]
            raise ExpressionError(
                f"There is no function {name}.", "", name.start_pos or 0, closest(name, (*_FUNCTIONS, "not"))
            )

        def comparison(self, tokens: list[Token]) -> tree.Condition:
            attribute, operator, value = tokens
            return tree.Comparison(str(attribute), str(operator), _value(value), attribute.start_pos or 0)  # type: ignore[arg-type]

    return Builder()


def _value(token: Any) -> str | int | bool:
    if token.type == "TEXT":
        return str(token[1:-1])
    if token.type == "NUMBER":
        if len(token) > 300:
            raise ExpressionError("The number is too long.", "", token.start_pos or 0)
        return int(token)
    if token.casefold() in ("true", "false"):
        return bool(token.casefold() == "true")
    raise ExpressionError(f"{token} is no value: text stands in quotes.", "", token.start_pos or 0, f"'{token}'")


def _unexpected(text: str, position: int) -> ExpressionError:
    rest = text[position:]
    if not text.strip().startswith("/"):
        return ExpressionError("A filter begins with the type: /person[...].", text, 0, f"/{text.strip() or 'person'}")
    if not rest.strip():
        missing = ")" if text.count("(") > text.count(")") else "]" if text.count("[") > text.count("]") else ""
        what = f"a {missing} is missing" if missing else "something is missing behind it"
        return ExpressionError(f"The filter ends too early: {what}.", text, position)
    if rest[0] in "'\"":
        return ExpressionError(f"A text is not closed: its second {rest[0]} is missing.", text, position)
    if rest[0] == "/":
        return ExpressionError("Paths through references and paths as values are not understood yet.", text, position)
    if (double := text[max(position - 1, 0) : position + 1]) in ("==", "<>"):
        return ExpressionError(f"{double} is no operator.", text, position - 1, _MEANT[double])
    word = rest.split(maxsplit=1)[0].split("(")[0] or rest[0] if rest[0].isalnum() else rest[0]
    word = rest[:2] if rest[:2] in _MEANT else word
    return ExpressionError(f"{word} is not expected here.", text, position, _MEANT.get(word, ""))
