"""The variables of the portal in filters, ``%LoginID%`` and its like; and the look-ups of workflows.

Source: MIM's SDK, *SearchScopeConfiguration*, and the reference of resource control display configurations. They are
put into the literals of the parsed filter, so that no value, whatever quotes it holds, can change what is asked.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mimas.language.coercion import iso
from mimas.language.errors import ExpressionError
from mimas.language.filters import tree
from mimas.language.filters.parser import parse
from mimas.language.filters.stored import xpath

_VARIABLE = re.compile(
    r"%(LoginID|LoginDomain|ObjectID|VALUE|Today|FromToday_-?[0-9]{1,5}|Attribute_[A-Za-z_:][A-Za-z0-9_.:-]*)%",
    re.IGNORECASE,
)
_LOOK_UP = re.compile(r"\[(//[^\[\]]+)\]")


def substitute(text: str, values: Mapping[str, str], now: datetime) -> tree.Filter:
    """The parsed filter with its variables filled.

    ``values`` are those that the caller knows, by their names without the percent signs: ``LoginID``,
    ``Attribute_Department``. ``%Today%`` is the beginning of the day of ``now`` in its own time zone, ``%FromToday_7%``
    that of the seventh day after. Raises `ExpressionError`, also for a variable that nobody knows.
    """
    known = {name.casefold(): value for name, value in values.items()}
    return _substituted(text, _VARIABLE, lambda name, position: _value(name, position, known, now))


def look_ups_filled(text: str, find: Callable[[str], Sequence[str]]) -> tree.Filter:
    """The parsed filter with look-ups such as ``[//Target/DisplayName]`` filled: what is not there is empty text.

    Raises `ExpressionError`, also for a look-up that finds several values where one is compared.
    """

    def value(path: str, position: int) -> str:
        found = find(path)
        if len(found) > 1:
            raise ExpressionError(f"[{path}] finds {len(found)} values, and one is compared.", "", position)
        return next(iter(found), "")

    return _substituted(text, _LOOK_UP, value)


def _substituted(text: str, variable: re.Pattern[str], value: Callable[[str, int], str]) -> tree.Filter:
    tokens = re.compile(rf"'[^']*'|\"[^\"]*\"|{variable.pattern}", re.IGNORECASE)
    # A variable may stand without quotes; its value is text all the same.
    found = parse(tokens.sub(lambda m: f"'{m[0]}'" if m[0][0] in "%[" else m[0], xpath(text)))
    return _Filling(variable, value).filter(found)


def _value(name: str, position: int, known: Mapping[str, str], now: datetime) -> str:
    plain = name.casefold()
    if plain in known:
        return known[plain]
    if plain.startswith(("today", "fromtoday_")):
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        days = int(plain.partition("_")[2] or 0)
        try:
            return iso(today + timedelta(days=days))
        except OverflowError:
            raise ExpressionError(f"%{name}% lies beyond the calendar.", "", position) from None
    raise ExpressionError(f"The filter needs %{name}%, which has no value here.", "", position)


class _Filling:
    def __init__(self, variable: re.Pattern[str], value: Callable[[str, int], str]) -> None:
        self._variable = variable
        self._value = value

    def filter(self, wanted: tree.Filter) -> tree.Filter:
        return tuple(
            replace(one, condition=self._condition(one.condition)) if one.condition is not None else one
            for one in wanted
        )

    def _condition(self, condition: tree.Condition) -> tree.Condition:
        match condition:
            case tree.Comparison(value=str() as text, position=position):
                return replace(condition, value=self._filled(text, position))
            case tree.Matches(text=text, position=position):
                return replace(condition, text=self._filled(text, position))
            case tree.Not(condition=inner):
                return tree.Not(self._condition(inner))
            case tree.All(conditions=parts) | tree.Any(conditions=parts):
                return replace(condition, conditions=tuple(map(self._condition, parts)))
        return self._nested(condition)

    def _nested(self, condition: tree.Condition) -> tree.Condition:
        match condition:
            case tree.Refers(to=within):
                return replace(condition, to=self.filter(within))
            case tree.Referred(by=within):
                return replace(condition, by=self.filter(within))
            case tree.Descends(of=within):
                return replace(condition, of=self.filter(within))
        return condition

    def _filled(self, text: str, position: int) -> str:
        return self._variable.sub(lambda found: self._value(found[1], position), text)
