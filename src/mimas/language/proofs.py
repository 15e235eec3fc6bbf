"""Proofs: how an expression or a scope came to its result, step by step. Plain values, ready for JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from mimas.language.coercion import absent, as_text
from mimas.language.context import Context
from mimas.language.errors import told
from mimas.language.expressions import attributes, evaluate, parse, written
from mimas.language.expressions.evaluate import Explained
from mimas.language.functions.logic import Failure
from mimas.language.results import Outcome
from mimas.language.scope import MEMBERS, Clause, Operator, Scope, holds, substituted
from mimas.schema.places import Place
from mimas.schema.values import Scalar, Value

Reads: TypeAlias = Mapping[str, Value | None]
"""What was read: attribute → value; none where the attribute has none."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an expression, what it came to, and the parts below it that were worked out for that."""

    text: str
    value: Any
    steps: tuple["Step", ...] = ()
    error: str = ""


def step(explained: Explained) -> Step:
    """What the explaining evaluator says, as a proof."""
    error = str(explained.error) if explained.error is not None else ""
    return Step(written(explained.node), plain(explained.value), tuple(map(step, explained.steps)), error)


def plain(value: Any) -> Any:
    """A value within an expression as one that can be shown and be written as JSON; instants to the second."""
    if isinstance(value, datetime):
        return as_text(value.replace(microsecond=0))
    if isinstance(value, bytes):
        return as_text(value)
    if isinstance(value, Outcome):
        return value.value
    if isinstance(value, Failure):
        return f"Error({plain(value.message)})"
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value


@dataclass(frozen=True, slots=True)
class ClauseProof:
    """A clause of a scope: the values it saw, and whether it held; none: nobody asked, for it decided nothing."""

    text: str
    held: bool | None
    saw: Any = None
    """The value of its attribute; of a group whether the object is in it."""
    wanted: Any = None
    """What the value was compared with, where that was computed or is a parameter."""
    reads: Reads = field(default_factory=dict)
    group: tuple[str, str] | None = None
    """(reference attribute, name) of the group that it asks for."""
    step: Step | None = None
    error: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class ScopeProof:
    """A scope: one group of clauses must hold, and within it every clause. It holds not where a clause failed."""

    holds: bool = True
    groups: tuple[tuple[ClauseProof, ...], ...] = ()
    error: str = ""

    @property
    def clauses(self) -> tuple[ClauseProof, ...]:
        """Those that were asked."""
        return tuple(clause for group in self.groups for clause in group if clause.held is not None or clause.error)

    @property
    def reads(self) -> Reads:
        """What was read."""
        return {name: value for clause in self.clauses for name, value in clause.reads.items()}

    @property
    def failed(self) -> tuple[ClauseProof, ...]:
        """The clauses for which it does not hold: of each group the first."""
        return () if self.holds else tuple(c for c in self.clauses if c.error or c.held is False)


ALWAYS = ScopeProof()
"""The proof of a scope without clauses."""


def prove(
    scope: Scope,
    values: Mapping[str, Value | None],
    context: Context,
    parameters: Mapping[str, Scalar],
    load: Callable[[str], object],
) -> ScopeProof:
    """Whether an object is in scope, as `mimas.language.scope.scope_source` has it. A failure is not raised but told.

    What decides nothing is not asked: the clauses behind one that does not hold, the groups behind one that does.
    """
    if not scope or not all(scope):
        return ALWAYS
    groups: list[tuple[ClauseProof, ...]] = []
    over, error = False, ""
    for group in scope:
        proofs = []
        holding = not over
        for clause in group:
            proof = _prove(clause, values, context, parameters, load, ask=holding)
            proofs.append(proof)
            holding = holding and proof.held is True
            if proof.error:
                over, error = True, proof.error
        over = over or holding
        groups.append(tuple(proofs))
    return ScopeProof(over and not error, tuple(groups), error)


def _prove(
    clause: Clause,
    values: Mapping[str, Value | None],
    context: Context,
    parameters: Mapping[str, Scalar],
    load: Callable[[str], object],
    *,
    ask: bool,
) -> ClauseProof:
    text = clause.function or f"{clause.attribute} {clause.operator} {clause.value}".rstrip()
    saw = values.get(clause.attribute)
    wanted, proof = None, None
    group = (clause.attribute, substituted(clause, parameters)) if clause.operator in MEMBERS else None
    reads: Reads = {clause.attribute: saw}
    if clause.function:
        reads = values
    elif group:
        saw, reads = group in context.groups, {}
    elif clause.value.startswith("="):
        node = parse(clause.value[1:])
        # In a context of its own: when the clause changes by itself is a matter of the comparison.
        proof = step(evaluate(node, values, Context(context.now), parameters))
        wanted = proof.value
        reads = {**reads, **{name: values.get(name) for name in attributes(node)}}
    elif clause.operator not in (Operator.ISNULL, Operator.ISNOTNULL):
        wanted = substituted(clause, parameters)
        wanted = None if wanted == clause.value else wanted
    held, error = None, ""
    if ask:
        try:
            held = holds(clause, values, context, parameters, load)
        except Exception as raised:  # noqa: BLE001 - a function may raise anything; only its object fails
            error = told(raised)
    saw = None if not group and absent(saw) else saw
    return ClauseProof(text, held, saw, wanted, reads, group, proof, error, clause.place)
