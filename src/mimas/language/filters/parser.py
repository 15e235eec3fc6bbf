"""From the text of a filter to its tree: the whole dialect, and what is wrong with a text that is none."""

import re
from typing import Any

from mimas.language.errors import ExpressionError
from mimas.language.filters import tree
from mimas.language.filters.grammar import grammar
from mimas.language.filters.stored import xpath
from mimas.schema.messages import half_character

DEEPEST = 120
"""Levels of brackets, ``not`` and paths within one another: each costs the predicate a few of Python's calls."""
FARTHEST = 16
"""References that are followed one after another: each may multiply the resources that are looked at."""

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
    """The tree of a filter, also of one in the form that MIM stores. Raises `ExpressionError`.

    The error has the position, within the XPath, and what was probably meant.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if (place := half_character(text)) is not None:
        raise ExpressionError("This is half a character, which nothing can equal.", text, place)
    text = xpath(text)
    try:
        found: tree.Filter = grammar().parse(text)  # type: ignore[assignment]
        _check_depth(found)
    except ExpressionError as error:
        raise ExpressionError(error.message, text, error.position, error.suggestion) from None
    except UnexpectedCharacters as error:
        where: Any = error.pos_in_stream  # Lark types it as None
        raise _unexpected(text, where) from None
    except UnexpectedToken as error:
        position = len(text) if error.token.type == "$END" else error.token.start_pos or 0
        raise _unexpected(text, position) from None
    return found


def _check_depth(found: tree.Filter) -> None:
    """Without recursion, for it may be deep."""
    waiting = [(selection.condition, 1, 0) for selection in found]
    while waiting:
        condition, depth, hops = waiting.pop()
        if depth > DEEPEST:
            raise ExpressionError(f"The filter is nested too deep, more than {DEEPEST} levels: divide it into sets.")
        if hops > FARTHEST:
            raise ExpressionError(f"The filter follows references more than {FARTHEST} times: divide it into sets.")
        match condition:
            case tree.Not(condition=inner):
                waiting.append((inner, depth + 1, hops))
            case tree.All(conditions=parts) | tree.Any(conditions=parts):
                waiting += [(part, depth + 1, hops) for part in parts]
            case tree.Refers(to=within) | tree.Referred(by=within) | tree.Descends(of=within):
                waiting += [(selection.condition, depth + 1, hops + 1) for selection in within]


def _unexpected(text: str, position: int) -> ExpressionError:
    rest = text[position:]
    if not text.strip().startswith(("/", "descendants")):
        return ExpressionError("A filter begins with the type: /person[...].", text, 0, f"/{text.strip() or 'person'}")
    if not rest.strip():
        missing = ")" if text.count("(") > text.count(")") else "]" if text.count("[") > text.count("]") else ""
        what = f"a {missing} is missing" if missing else "something is missing behind it"
        return ExpressionError(f"The filter ends too early: {what}.", text, position)
    if rest[0] in "'\"":
        return _unexpected_text(text, position)
    if (double := text[max(position - 1, 0) : position + 1]) in ("==", "<>"):
        return ExpressionError(f"{double} is no operator.", text, position - 1, _MEANT[double])
    word = re.split(r"[^\w.:-]", rest)[0] or (rest[:2] if rest[:2] in _MEANT else rest[0])
    return ExpressionError(f"{word} is not expected here.", text, position, _MEANT.get(word, ""))


def _unexpected_text(text: str, position: int) -> ExpressionError:
    quote = text[position]
    if quote not in text[position + 1 :]:
        return ExpressionError(f"A text is not closed: its second {quote} is missing.", text, position)
    return ExpressionError("A text is not expected here: conditions are joined by and, or.", text, position)
