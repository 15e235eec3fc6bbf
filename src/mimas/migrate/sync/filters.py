"""Connector filters: a filter that is met makes a disconnector, so a scope is what is left of them.

Not (one of the alternatives) is: of each alternative, one condition that does not hold.
"""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from mimas.configuration.checks.scopes import contradiction
from mimas.language.scope import Clause, Operator
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync.mappings import is_intrinsic
from mimas.migrate.sync.views import Objects
from mimas.migrate.sync.wording import clause
from mimas.schema.attributes import NAME, Attribute, Kind

MOST = 64
"""How many lists of clauses a scope may come to before a function is easier to read."""

_INVERSE: Mapping[str, Operator] = {
    "equality": Operator.NOTEQUAL,
    "inequality": Operator.EQUAL,
    "present": Operator.ISNULL,
    "notpresent": Operator.ISNOTNULL,
    "substringstart": Operator.NOTSTARTSWITH,
    "notsubstringstart": Operator.STARTSWITH,
    "substringend": Operator.NOTENDSWITH,
    "notsubstringend": Operator.ENDSWITH,
    **dict.fromkeys(("substring", "substringany", "substringmiddle", "contains"), Operator.NOTCONTAINS),
    **dict.fromkeys(("notsubstring", "notsubstringany", "notsubstringmiddle", "notcontains"), Operator.CONTAINS),
    **dict.fromkeys(("biton", "bitset", "bitand"), Operator.ISBITNOTSET),
    **dict.fromkeys(("bitoff", "bitnotset", "notbitand"), Operator.ISBITSET),
    "lessthan": Operator.GREATERTHAN_OR_EQUAL,
    **dict.fromkeys(("lessthanorequal", "lessequal"), Operator.GREATERTHAN),
    "greaterthan": Operator.LESSTHAN_OR_EQUAL,
    **dict.fromkeys(("greaterthanorequal", "greaterequal"), Operator.LESSTHAN),
}
"""What holds where a condition does not. Five of the old names are attested; the others are what the windows offer."""
_ORDERS = frozenset(
    {Operator.LESSTHAN, Operator.LESSTHAN_OR_EQUAL, Operator.GREATERTHAN, Operator.GREATERTHAN_OR_EQUAL}
)

Filter = Callable[[str, Element], str]
"""Given a name for it and the element: how documents name the function that takes its place."""


def scope_of(sets: list[Element], objects: Objects, script: Filter) -> list[list[Any]] | None:
    """The groups of clauses that tell these objects, and let pass what no filter stops; none: nothing can pass.

    No groups at all: there is nothing to ask.
    """
    groups: list[list[tuple[Any, Clause]]] = [objects.told_apart]
    for one in sets:
        for alternatives in _choices(one, objects, script):
            groups = [[*group, chosen] for group, chosen in product(groups, alternatives)]
    known = {c.attribute: objects.attribute(c.attribute) for group in groups for _, c in group if c.attribute}
    possible = [group for group in groups if contradiction([c for _, c in group], known) is None]
    if not possible:
        return None
    once = [list({repr(said): said for said, _ in group}.values()) for group in possible]
    return [group for group in once if group]


def _choices(one: Element, objects: Objects, script: Filter) -> list[list[tuple[Any, Clause]]]:
    """For each alternative of a filter what may hold instead."""
    one.mark(Outcome.CARRIED)
    if one.attributes.get("import-filter") == "1":
        one.note = "what is filtered is imported now, and not linked"
        one.outcome = Outcome.DIFFERENT
    if one.attributes.get("type") == "scripted":
        return [[_asked(one, f"filter {objects.class_}", one, script)]]
    found = []
    size = 1
    for number, alternative in enumerate(one.all("filter-alternative"), 1):
        conditions = alternative.all("condition")
        negated = [_negated(condition, objects) for condition in conditions]
        size *= max(len(negated), 1)
        whole = [pair for pair in negated if pair is not None]
        if not conditions:
            alternative.whole(Outcome.PERSON, "it has no condition")
        elif len(whole) < len(negated) or size > MOST:
            size //= max(len(negated), 1)
            found.append([_asked(alternative, f"filter {objects.class_} {number}", alternative, script)])
        else:
            alternative.whole(Outcome.CARRIED)
            found.append(whole)
    return found


def _asked(one: Element, context: str, element: Element, script: Filter) -> tuple[Any, Clause]:
    reference = script(context, element)
    one.outcome, one.note = Outcome.PERSON, f"a Python function is to be written: {reference}"
    one.whole(Outcome.CARRIED)
    return {"extension": reference}, Clause("", Operator.EQUAL, function=reference)


def _negated(condition: Element, objects: Objects) -> tuple[Any, Clause] | None:
    """What holds where a condition does not; none for what cannot be said."""
    name = condition.attributes.get("cd-attribute", "").strip()
    operator = _INVERSE.get(condition.attributes.get("operator", "").lower().replace("-", ""))
    attribute = _attribute(name, objects, intrinsic=is_intrinsic(condition))
    if operator is None or attribute is None or attribute.kind is Kind.REFERENCE:
        return None
    if operator in (Operator.ISNULL, Operator.ISNOTNULL):
        return clause(attribute.name, operator), Clause(attribute.name, operator)
    said = condition.first("value")
    value = _value(said, attribute) if said is not None else None
    if not value or (operator in _ORDERS and attribute.kind is Kind.BINARY):
        return None
    if operator in (Operator.ISBITSET, Operator.ISBITNOTSET) and attribute.kind is not Kind.INTEGER:
        return None
    return clause(attribute.name, operator, value), Clause(attribute.name, operator, value)


def _attribute(name: str, objects: Objects, *, intrinsic: bool) -> Attribute | None:
    if not name:
        return None
    if not intrinsic:
        attribute = objects.attribute(name)
        return None if attribute.secret else attribute
    if name.lower() != NAME:
        return None
    if objects.system.name is None:
        return Attribute(NAME)
    return objects.attribute(objects.system.name[0]) if len(objects.system.name) == 1 else None


def _value(element: Element, attribute: Attribute) -> str | None:
    """What is compared: whole numbers stand there in hexadecimal, binary values in base64. None for nonsense."""
    text = element.text
    if attribute.kind is Kind.BOOLEAN:
        return {"1": "true", "0": "false"}.get(text, text.lower())
    if attribute.kind is not Kind.INTEGER:
        return "".join(text.split()) if element.attributes.get("encoding") == "base64" else text
    try:
        number = int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError:
        return None
    if number >= 1 << 64:
        return None
    # Sixty-four bits with a sign, as Windows writes negative numbers.
    return str(number - (1 << 64) if number >= 1 << 63 else number)
