"""Which condition keeps somebody out of the scope of a rule: the line that a person would look for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from mimas.ruletests.difference import Origin
from mimas.schema.values import Value
from mimas.sync.context import Context
from mimas.sync.linking import compile_scopes
from mimas.sync.rules import Scope, SyncRule


def keeps_out(
    rule: SyncRule, values: Mapping[str, Value], who: str, now: datetime, load: Callable[[str], object]
) -> Origin | None:
    """What keeps these values out of the scope of a rule, as the scope says by itself; none, where they are in it.

    ``who`` is what they are called. Of several lists of conditions none holds, so the rule as a whole is named.
    """

    def holds(scope: Scope) -> bool:
        function = compile_scopes([replace(rule, scope=scope)], load)
        try:
            return function is None or bool(function.call(values, Context(now)))
        except Exception:  # noqa: BLE001 - that a scope fails is told among the errors
            return False

    if holds(rule.scope):
        return None
    if len(rule.scope) == 1:
        for clause in rule.scope[0]:
            if not holds(((clause,),)):
                text = clause.function or f"{clause.attribute} {clause.operator} {clause.value}".strip()
                return Origin(f"{who} is kept out by `{text}` of", rule.name, clause.place)
    return Origin(f"{who} is out of the scope of", rule.name, rule.place)
