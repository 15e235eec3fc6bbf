"""The scopes and relationship criteria of portal sync rules.

``<scoping><scope><csAttribute/><csOperator/><csValue/></scope></scoping>``: all must hold. ``csAttribute`` names an
attribute of the metaverse in an outbound rule. A comparison with the empty text asks whether there is a value, and
MIM's operators with NOT hold where there is none, as they do here.
"""

from dataclasses import dataclass, field
from typing import Any

from mimas.configuration import notation
from mimas.configuration.notation import NotationError
from mimas.language.scope import Operator
from mimas.migrate.elements import Element, printable
from mimas.migrate.service.expressions import literal
from mimas.migrate.service.fragments import fragment

_PRESENT = {
    Operator.EQUAL: Operator.ISNULL,
    Operator.NOTEQUAL: Operator.ISNOTNULL,
}


@dataclass(slots=True)
class Clauses:
    """Conditions as a document has them, and what a person has to know of them."""

    items: list[Any] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What could not be carried."""
    notes: list[str] = field(default_factory=list)
    """What is another way of saying it."""
    joined_by: list[str] = field(default_factory=list)
    """The resource's attributes in a relationship."""


def scope(texts: list[str]) -> Clauses:
    """The clauses of a filter."""
    found = Clauses()
    for text in texts:
        outer = fragment(text)
        if outer is None:
            found.wrong.append(f"the filter is no XML: {text}")
            continue
        for one in outer.walk():
            if one.tag == "scope":
                _clause(found, one)
    return found


def _clause(found: Clauses, element: Element) -> None:
    attribute, token, value = (_text(element, tag) for tag in ("csAttribute", "csOperator", "csValue"))
    spelled = token.upper().replace("_", "").replace("OREQUAL", "_OR_EQUAL")
    operator = Operator(spelled) if spelled in list(Operator) else None
    if not attribute or operator is None or not _writable(attribute, value):
        found.wrong.append(f"a condition was: {attribute or 'no attribute'} {token or 'no operator'} {value}".rstrip())
    elif not value and operator in _PRESENT:
        found.items.append(clause(attribute, _PRESENT[operator], ""))
    elif operator is Operator.NOTSTARTSWITH and value == "%":
        found.items.append(clause(attribute, Operator.ISNOTNULL, ""))
        found.notes.append(f"{attribute} NOTSTARTSWITH % was MIM's way to ask whether there is a value")
    elif not value and operator not in (Operator.ISNULL, Operator.ISNOTNULL):
        found.wrong.append(f"a condition compared with nothing: {attribute} {operator}")
    else:
        found.items.append(clause(attribute, operator, value))


def clause(attribute: str, operator: Operator, value: str) -> Any:
    """A clause in its short form, or in its long one where the short one would be read otherwise."""
    if value.startswith("=") or (len(value) > 2 and value[0] == value[-1] == "%"):
        value = f"={literal(value)}"
    wanted = {"attribute": attribute, "operator": operator, "value": value}
    shown = f'"{value}"' if value != value.strip() or value[:1] in ('"', "'") else value
    short = f"{attribute} {operator} {shown}".rstrip()
    try:
        same = notation.clause(short) == wanted
    except NotationError:
        same = False
    return short if same else {**wanted, "operator": str(operator)}


def join(texts: list[str]) -> Clauses:
    """The relationship criteria: one criterion, all of whose conditions must hold."""
    found = Clauses()
    pairs: list[tuple[str, str]] = []
    for text in texts:
        outer = fragment(text)
        if outer is None:
            found.wrong.append(f"the relationship is no XML: {text}")
            continue
        for one in outer.walk():
            if one.tag == "condition":
                left, right = _text(one, "csAttribute"), _text(one, "ilmAttribute")
                if left and right and _writable(left, right):
                    pairs.append((left, right))
                else:
                    found.wrong.append(f"a relationship was: {left or 'nothing'} = {right or 'nothing'}")
    if pairs and not found.wrong:
        found.items.append(_criterion(pairs))
        found.joined_by = [right for _, right in pairs]
    elif pairs:
        # A criterion with fewer conditions would join what it did not.
        found.wrong.append("the others were: " + " and ".join(f"{left} = {right}" for left, right in pairs))
    return found


def _criterion(pairs: list[tuple[str, str]]) -> Any:
    long = [{"left": left, "right": right} for left, right in pairs]
    short = " and ".join(f"{left} = {right}" for left, right in pairs)
    try:
        same = [notation.condition(part) for part in notation.criterion(short)] == long
    except NotationError:
        same = False
    return short if same else long


def _writable(*texts: str) -> bool:
    """Whether a document can hold them as they are."""
    return all(text == printable(text) and "\n" not in text for text in texts)


def _text(element: Element, tag: str) -> str:
    found = element.first(tag)
    return found.text if found is not None else ""
