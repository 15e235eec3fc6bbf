"""Law 11: the explaining evaluator and the generated function agree.

Expressions by themselves are asked in `tests/unit/language/test_expression_law.py`. Here are whole rules: scopes and
flows of several inbound rules over one object, compiled into one function as the engine does, and walked beside it,
clause by clause and flow by flow, with `evaluate` for what is computed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mimas.language.coercion import as_date, as_integer, as_list, as_text
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.expressions import evaluate, parse
from mimas.language.expressions.tree import Attribute as Read
from mimas.language.expressions.tree import Call, Literal, Node, Operation, Parameter, Variable
from mimas.language.operations import COMPARISONS
from mimas.language.results import Outcome, to_value
from mimas.language.scope import Clause, Operator, Scope
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import many, many_caseless
from mimas.sync.coercion import converter
from mimas.sync.context import Context
from mimas.sync.inbound import compile_contributor
from mimas.sync.linking import compile_scopes
from mimas.sync.rules import Computed, Constant, Direct, Direction, Flow, Merge, ResourceType, SyncRule
from tests.laws.days import LAW
from tests.unit.language.test_expression_law import NOW, TEXTS, nodes, outcome

SOURCES = {
    "a": Attribute("a"),
    "b": Attribute("b", Kind.INTEGER),
    "c": Attribute("c", multivalued=True),
}
TARGETS = {
    "text": Attribute("text"),
    "number": Attribute("number", Kind.INTEGER),
    "truth": Attribute("truth", Kind.BOOLEAN),
    "several": Attribute("several", multivalued=True),
}
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([text for text in TEXTS if text]),
        "b": st.integers(-3, 40),
        "c": st.lists(st.sampled_from(["a", "A", "b", "12"]), min_size=1, unique=True).map(many),
    },
)
NEVER: Mapping[Operator, Operator] = {
    Operator.NOTEQUAL: Operator.EQUAL,
    Operator.NOTCONTAINS: Operator.CONTAINS,
    Operator.NOTSTARTSWITH: Operator.STARTSWITH,
    Operator.NOTENDSWITH: Operator.ENDSWITH,
    Operator.ISNOTIN: Operator.ISIN,
    Operator.ISNOTNULL: Operator.ISNULL,
    Operator.ISBITNOTSET: Operator.ISBITSET,
}
"""Operators that hold when another one does not."""
ORDERS = {"LESSTHAN": "<", "LESSTHAN_OR_EQUAL": "<=", "GREATERTHAN": ">", "GREATERTHAN_OR_EQUAL": ">=", "EQUAL": "="}


def written(node: Node) -> str:  # noqa: PLR0911 - one case for each kind of node
    """A tree as somebody would write it."""
    match node:
        case Literal(value=None):
            return "NULL"
        case Literal(value=str(text)):
            return '"' + text.replace('"', '""') + '"'
        case Literal(value=Outcome() as value):
            return value.value
        case Literal(value=value):
            return f"({value})" if not isinstance(value, bool) and value < 0 else str(value)  # type: ignore[operator]
        case Read(name=name):
            return f"[{name}]"
        case Parameter(name=name):
            return f"%{name}%"
        case Variable(name=name):
            return f"${name}"
        case Operation(operator=operator, operands=operands):
            return "(" + f" {operator} ".join(map(written, operands)) + ")"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(written, arguments))})"


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """The text of an expression that the parser takes."""
    text = written(draw(st.one_of(nodes(2), nodes(0))))
    try:
        parse(text)
    except ExpressionError:
        assume(False)
    return text


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    if draw(st.booleans()):
        # By chance alone it would be rare that numbers are compared, and that their order is not that of their texts.
        return Clause("b", Operator(draw(st.sampled_from(sorted(ORDERS)))), draw(st.sampled_from(["2", "9", "12"])))
    operator = draw(st.sampled_from([one for one in Operator if "MEMBEROF" not in one]))
    attribute = draw(st.sampled_from(sorted(SOURCES)))
    if "BIT" in operator:
        return Clause(attribute, operator, draw(st.sampled_from(["1", "2", "0x3"])))
    fixed = st.sampled_from(["a", "A", "12", "9", "Ann", "a;12", "2026-12-01", "n"])
    days = st.integers(-9, 9).map(lambda days: f'=DateAdd("d", {days}, Now())')
    value = draw(st.one_of(fixed, fixed, days, expressions().map("={}".format)))
    return Clause(attribute, operator, "" if "NULL" in operator else value)


ORIGINS = st.one_of(
    st.sampled_from(sorted(SOURCES)).map(Direct),
    st.one_of(
        expressions(),
        st.sampled_from(
            ["IIF(IsPresent([a]), [a], IgnoreThisFlow)", "IIF([b] > 9, [b], AuthoritativeNull)", "[a] & [b]"]
        ),
    ).map(Computed),
    st.sampled_from([Constant("x"), Constant(7), Constant(value=True)]),
)


@st.composite
def rules(draw: st.DrawFn) -> list[SyncRule]:
    """Rules in order of precedence, as they are compiled together."""
    found = []
    for number in range(draw(st.integers(1, 3))):
        scope = draw(st.lists(st.lists(clauses(), min_size=1, max_size=2).map(tuple), max_size=2).map(tuple))
        flows = []
        for target in draw(st.lists(st.sampled_from(sorted(TARGETS)), min_size=1, max_size=3, unique=True)):
            merge = draw(st.sampled_from(list(Merge))) if target == "several" else Merge.UPDATE
            flows.append(Flow(target, draw(ORIGINS), merge=merge))
        found.append(
            SyncRule(f"r{number}", Direction.INBOUND, "hr", "person", "person", number, scope=scope, flows=tuple(flows))
        )
    return found


@dataclass
class Walk:
    """The slow way: what one object contributes, as the documentation has it."""

    values: Mapping[str, Any]
    context: Context
    given: dict[str, Any] = field(default_factory=dict)
    winners: dict[str, list[Flow]] = field(default_factory=dict)

    def computed(self, text: str) -> Any:
        explained = evaluate(parse(text), self.values, self.context)
        if explained.error is not None:
            raise explained.error
        return explained.value

    def in_scope(self, scope: Scope) -> bool:
        return not scope or any(all(self.holds(clause) for clause in group) for group in scope)

    def holds(self, clause: Clause) -> bool:
        opposite = NEVER.get(clause.operator)
        return self._holds(clause, opposite or clause.operator) is (opposite is None)

    def _holds(self, clause: Clause, operator: Operator) -> bool:
        items = as_list(self.values.get(clause.attribute))
        if operator is Operator.ISNULL:
            return not items
        wanted: Any = clause.value
        if wanted.startswith("="):
            wanted = self.computed(wanted[1:])
            if isinstance(wanted, datetime) and operator in ORDERS:
                return any(COMPARISONS[ORDERS[operator]](as_date(item), wanted) for item in items)
        texts = [as_text(text) for text in as_list(wanted)]
        return any(one(operator, item, text) for text in texts for item in items)

    def flow(self, flow: Flow) -> None:
        before = self.given.get(flow.target, Outcome.IGNORE)
        uniting = flow.merge.unites and any(one.merge.unites for one in self.winners.get(flow.target, ()))
        if before is not Outcome.IGNORE and not uniting:
            return
        value = self._value(flow)
        if flow.merge.unites and isinstance(value, Outcome):
            value = None
        if value is None:
            return
        if uniting:
            value = (many_caseless if flow.merge is Merge.CASELESS else many)([*before, *value])
            self.winners[flow.target].append(flow)
        else:
            self.winners[flow.target] = [flow]
        self.given[flow.target] = value

    def _value(self, flow: Flow) -> Any:
        match flow.origin:
            case Direct(attribute):
                value: Any = self.values.get(attribute)
            case Constant(value=constant):
                value = constant
            case Computed(text):
                value = self.computed(text)
        value = to_value(value)
        return value if value is None or isinstance(value, Outcome) else converter(TARGETS[flow.target])(value)


def one(operator: Operator, item: Any, wanted: str) -> bool:  # noqa: PLR0911 - one case for each operator
    """One value against one text."""
    text, other = as_text(item).casefold(), wanted.casefold()
    match operator:
        case Operator.EQUAL:
            return text == other
        case Operator.CONTAINS:
            return other in text
        case Operator.STARTSWITH:
            return text.startswith(other)
        case Operator.ENDSWITH:
            return text.endswith(other)
        case Operator.ISIN:
            return text in {part.strip() for part in other.split(";")}
        case Operator.ISBITSET:
            return as_integer(item) & int(wanted, 0) == int(wanted, 0)
    try:
        return COMPARISONS[ORDERS[operator]](as_integer(text), as_integer(other))
    except FlowError:
        return COMPARISONS[ORDERS[operator]](text, other)


def result(compute: Callable[[], Any]) -> Any:
    """What it gives; that it fails. Which of several mistakes is met first is nobody's business."""
    try:
        return compute()
    except FlowError:
        return FlowError


def contribute(made: list[SyncRule], values: dict[str, Any]) -> None:
    """Both give the same values, by the same flows."""
    contributor = compile_contributor(1, made, SOURCES, ResourceType("person", TARGETS), lambda _: None)

    def generated() -> Any:
        given, mask = contributor.function.call(values, Context(NOW))
        winners = {(w.rule, w.attribute) for w in contributor.winners if mask & w.bit}
        return {name: outcome(value) for name, value in given.items()}, winners

    def walked() -> Any:
        walk, by = Walk(values, Context(NOW)), dict[int, str]()
        for rule in made:
            by |= {id(flow): rule.name for flow in rule.flows}
            if walk.in_scope(rule.scope):
                for flow in rule.flows:
                    walk.flow(flow)
        winners = {(by[id(flow)], target) for target, flows in walk.winners.items() for flow in flows}
        return {name: outcome(value) for name, value in walk.given.items()}, winners

    assert result(generated) == result(walked)


def scope(made: list[SyncRule], values: dict[str, Any]) -> None:
    """Both have the same rules in scope."""
    scopes = compile_scopes(made, lambda _: None)

    def walked() -> int:
        walk = Walk(values, Context(NOW))
        return sum(1 << place for place, rule in enumerate(made) if walk.in_scope(rule.scope))

    if scopes is not None:
        assert result(lambda: scopes.call(values, Context(NOW))) == result(walked)


@pytest.mark.parametrize("law", [contribute, scope])
def test_the_generated_function_and_the_walk_agree(law: Callable[[list[SyncRule], dict[str, Any]], None]) -> None:
    settings(LAW, max_examples=200)(given(rules(), OBJECTS)(law))()
