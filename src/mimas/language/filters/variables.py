"""The variables of the portal in filters: ``%LoginID%`` and its like.

Source: MIM's SDK, *SearchScopeConfiguration*, and the reference of resource control display configurations. They are
put into the literals of the parsed filter, so that no value, whatever quotes it holds, can change what is asked.
"""

import re
from collections.abc import Mapping
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
_TOKENS = re.compile(rf"'[^']*'|\"[^\"]*\"|{_VARIABLE.pattern}", re.IGNORECASE)


def substitute(text: str, values: Mapping[str, str], now: datetime) -> tree.Filter:
    """The parsed filter with its variables filled.

    ``values`` are those that the caller knows, by their names without the percent signs: ``LoginID``,
    ``Attribute_Department``. ``%Today%`` is the beginning of the day of ``now`` in its own time zone, ``%FromToday_7%``
    that of the seventh day after. Raises `ExpressionError`, also for a variable that nobody knows.
    """
    # A variable may stand without quotes; its value is text all the same.
    found = parse(_TOKENS.sub(lambda m: f"'{m[0]}'" if m[0].startswith("%") else m[0], xpath(text)))
    known = {name.casefold(): value for name, value in values.items()}
    return _Filling(known, now).filter(found)


class _Filling:
    def __init__(self, values: Mapping[str, str], now: datetime) -> None:
        self._values = values
        self._now = now

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
        return _VARIABLE.sub(lambda found: self._value(found[1], position), text)

    def _value(self, name: str, position: int) -> str:
        plain = name.casefold()
        if plain in self._values:
            return self._values[plain]
        if plain.startswith(("today", "fromtoday_")):
            today = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
            days = int(plain.partition("_")[2] or 0)
            try:
                return iso(today + timedelta(days=days))
            except OverflowError:
                raise ExpressionError(f"%{name}% lies beyond the calendar.", "", position) from None
        raise ExpressionError(f"The filter needs %{name}%, which has no value here.", "", position)
