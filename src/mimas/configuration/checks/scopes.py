"""Checks of scopes: values that cannot be read, clauses that never hold, and clauses that exclude one another."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from mimas.configuration.checks.nulls import WITHOUT_VALUE
from mimas.configuration.problem import Problem, Severity, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import Attributes, look_up, readable
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.expressions import attributes, impure, parse
from mimas.language.expressions.types import mistakes
from mimas.language.scope import MEMBERS, Clause, Operator, Scope, parameter_of, scope_source
from mimas.schema.attributes import Kind

BITS = (Operator.ISBITSET, Operator.ISBITNOTSET)
LISTS = (Operator.ISIN, Operator.ISNOTIN)


def check_scope(document: Document, scope: Scope, known: Attributes) -> Iterator[Problem]:
    """Problems of the values that clauses compare with, and clauses that never hold."""
    for clause in (clause for group in scope for clause in group if not clause.function):
        if clause.operator in MEMBERS:
            continue
        if clause.value.startswith("="):
            yield from _computed(document, clause, known)
        else:
            yield from _written(document, clause, known)


def check_members(document: Document, scope: Scope, groups: Iterable[Attributes] | None) -> Iterator[Problem]:
    """Problems of clauses that ask for a group; ``groups``: the object types it may be of; none: it cannot be asked."""
    known = {name: it for of_type in groups or () for name, it in of_type.items() if it.kind is Kind.REFERENCE}
    for clause in (clause for group in scope for clause in group if clause.operator in MEMBERS):
        if groups is None:
            message, hint = f"{clause.operator} is for inbound rules only", "flow the answer to an attribute there"
            yield _at(clause, document, message, hint)
        elif clause.value.startswith("="):
            yield _at(clause, document, f"{clause.operator} needs the name of a group", f"`{clause.value}` is computed")
        elif clause.attribute not in known:
            message = f"no object type has a reference attribute '{clause.attribute}' that could hold members"
            yield _at(clause, document, message, suggest(clause.attribute, known))


def _computed(document: Document, clause: Clause, known: Attributes) -> Iterator[Problem]:
    text = clause.value[1:].strip()
    try:
        tree = parse(text)
    except ExpressionError as error:
        message = f"{error.message.rstrip('.')} (at character {error.position + 1} of `{text}`)"
        yield _at(clause, document, message, f"did you mean '{error.suggestion}'?" if error.suggestion else "")
        return
    for name in sorted(attributes(tree)):
        for problem in (*look_up(document, (), name, known), *readable(document, (), name, known)):
            yield _at(clause, document, problem.message, problem.hint)
    if impure(tree):
        yield _at(clause, document, f"`{text}` gives another value each time", "compare with something that stays")
    for mistake in dict.fromkeys(mistakes(tree, known)):
        yield _at(clause, document, mistake.message, mistake.hint)


def _written(document: Document, clause: Clause, known: Attributes) -> Iterator[Problem]:
    if parameter_of(clause):
        return
    if clause.operator in BITS:
        try:
            int(clause.value, 0)
        except ValueError:
            yield _at(clause, document, f"{clause.operator} needs a whole number", f"'{clause.value}' is none")
        return
    kind = known[clause.attribute].kind if clause.attribute in known else None
    compares = clause.operator in (Operator.EQUAL, Operator.NOTEQUAL, *LISTS)
    if compares and not any(_may_be(kind, value) for value in _wanted(clause)):
        outcome = "always" if clause.operator in WITHOUT_VALUE else "never"
        message = f"'{clause.attribute}' is {kind}: {clause.operator} {clause.value} {outcome} holds"
        yield _at(clause, document, message, "compare it with a value of that type", Severity.WARNING)


def _may_be(kind: Kind | None, value: str) -> bool:
    if kind is Kind.BOOLEAN:
        return value.casefold() in ("true", "false")
    if kind is Kind.INTEGER:
        return value.removeprefix("-").isdecimal()
    return True


def _at(clause: Clause, document: Document, message: str, hint: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(clause.place, message, hint, document.name, severity)


def check_contradictions(document: Document, scope: Scope, known: Attributes) -> Iterator[Problem]:
    """Clauses that cannot hold together."""
    found = [contradiction(group, known) for group in scope]
    # Where another list of clauses lets somebody in, one that does not is of no use and does no harm.
    severity = Severity.ERROR if all(found) else Severity.WARNING
    for pair in found:
        if pair:
            first, second = pair
            message = f"'{first.attribute}' cannot be both {_said(first)} and {_said(second)}, so nobody is in scope"
            hint = "write clauses of which one must hold as lists of their own, or use ISIN"
            yield Problem(second.place, message, hint, document.name, severity)


def _said(clause: Clause) -> str:
    return f"{clause.operator} {clause.value}".strip()


def exclusive(first: Scope, second: Scope, known: Attributes) -> bool:
    """Whether nothing can be in both scopes, as far as that is obvious."""
    pairs = product(first, second)
    return bool(first and second) and all(contradiction((*one, *other), known) for one, other in pairs)


def contradiction(group: Sequence[Clause], known: Attributes) -> tuple[Clause, Clause] | None:
    """Two clauses about one attribute with one value that cannot hold together."""
    for first, second in combinations(group, 2):
        name = first.attribute
        if not name or name != second.attribute or name not in known or known[name].multivalued:
            continue
        if _exclude(first, second) or _exclude(second, first) or _apart(first, second, known[name].kind):
            return first, second
    return None


def _exclude(first: Clause, second: Clause) -> bool:
    """Whether what the first asks for keeps the second from holding."""
    if first.operator is Operator.ISNULL:
        return second.operator not in WITHOUT_VALUE
    if first.operator not in (Operator.EQUAL, Operator.ISIN) or not _fixed(first) or not _fixed(second):
        return False
    return not any(_holds(second, value) for value in _wanted(first))


def _wanted(clause: Clause) -> list[str]:
    return [part.strip() for part in clause.value.split(";")] if clause.operator in LISTS else [clause.value]


def _fixed(clause: Clause) -> bool:
    return not clause.function and not clause.value.startswith("=") and not parameter_of(clause)


def _holds(clause: Clause, value: str) -> bool:
    """What the engine says of that value; where it fails, it might hold."""
    names: dict[str, object] = {}
    source = scope_source(((clause,),), lambda _: "value", names)
    try:
        return bool(eval(source, names, {"value": value}))  # noqa: S307 - our own source
    except FlowError:
        return True


_LEAST = {Operator.GREATERTHAN: 1, Operator.GREATERTHAN_OR_EQUAL: 0}
_MOST = {Operator.LESSTHAN: -1, Operator.LESSTHAN_OR_EQUAL: 0}


def _apart(first: Clause, second: Clause, kind: Kind) -> bool:
    """Whether one asks for a larger whole number than the other lets pass."""
    for low, high in ((first, second), (second, first)):
        if kind is Kind.INTEGER and low.operator in _LEAST and high.operator in _MOST:
            both = _fixed(low) and _fixed(high) and _may_be(kind, low.value) and _may_be(kind, high.value)
            if both and int(low.value) + _LEAST[low.operator] > int(high.value) + _MOST[high.operator]:
                return True
    return False
