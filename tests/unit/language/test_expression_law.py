"""Law 11: the explaining evaluator and the generated code agree."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.evaluate import evaluate
from mimas.language.expressions.parser import DEEPEST
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, Variable
from mimas.language.functions import REGISTRY
from mimas.language.results import Outcome

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TEXTS = ["", " a ", "Ann", "ann", "a,b", "12", "-1", "2026-12-01", "True", "cn=a,ou=b", "d", "m", "AAEC", ","]
SCALARS = st.one_of(st.sampled_from(TEXTS), st.integers(-3, 40), st.booleans())
LITERALS = st.one_of(SCALARS, SCALARS, st.sampled_from([1.5, 2.0, None, None, Outcome.IGNORE]))
VALUES = st.one_of(st.none(), SCALARS, st.lists(st.sampled_from(TEXTS), max_size=3))
SPECIAL = {"Error", "Select", "Where", "With", "IIF", "Switch", "ImportedValue", "ValueCount"}
FITTING: dict[Any, Any] = {
    int: st.integers(-1, 9),
    float: st.integers(-1, 9),
    datetime: st.sampled_from(["2026-12-01", "2025-02-28T12:00:00Z"]),
    bytes: st.just("AAEC"),
}
MOSTLY = st.sampled_from([True, True, True, False])
PLAIN = sorted(name for name, function in REGISTRY.items() if function.pure and name not in SPECIAL)
OPERATORS = ["=", "<>", "<", "<=", ">", ">=", "&", "&", "&", "+", "+", "-", "*", "&&", "||"]


@st.composite
def nodes(  # noqa: C901, PLR0911 - one case for each kind of node
    draw: st.DrawFn, depth: int = 3, bound: tuple[str, ...] = ()
) -> Node:
    """A tree such as the parser makes."""

    def below(*more: str) -> Node:
        return draw(nodes(depth - 1, (*bound, *more)))

    kinds = ["literal", "attribute"] + ["variable"] * bool(bound)
    if depth:
        kinds += ["call", "call", "operation", "operation", "iif", "switch", "binding", "moment"]
    match draw(st.sampled_from(kinds)):
        case "literal":
            return Literal(draw(LITERALS))
        case "attribute":
            return Attribute(draw(st.sampled_from("abc")))
        case "variable":
            return Variable(draw(st.sampled_from(bound)))
        case "call":
            function = REGISTRY[draw(st.sampled_from(PLAIN))]
            most = min(function.most if function.most is not None else 4, 4)
            count = draw(st.integers(function.fewest, max(most, function.fewest)))
            kinds_wanted = [argument.kind for argument in function.arguments]
            fitting = [FITTING.get(kinds_wanted[min(index, len(kinds_wanted) - 1)]) for index in range(count)]
            return Call(
                function.name,
                tuple(Literal(draw(fit)) if fit is not None and draw(MOSTLY) else below() for fit in fitting),
            )
        case "operation":
            return Operation(draw(st.sampled_from(OPERATORS)), (below(), below()))
        case "iif":
            condition = Call("IsPresent", (below(),)) if draw(MOSTLY) else below()
            return Call("IIF", (condition, below(), below()))
        case "switch":
            failing = Call("Error", (below(),))
            return Call("Switch", (below(), draw(st.sampled_from([below(), failing])), below(), below()))
        case "binding":
            name = draw(st.sampled_from(["v", "w"]))
            return Call(draw(st.sampled_from(["Select", "Where", "With"])), (Variable(name), below(), below(name)))
    moment = Call("DateAdd", (Literal("d"), Literal(draw(st.integers(-9, 9))), Call("Now")))
    date = Literal(draw(FITTING[datetime])) if draw(MOSTLY) else below()
    return Operation(draw(st.sampled_from(OPERATORS[:6])), (date, moment))


def outcome(value: Any) -> Any:
    """Comparable with types, so that 1 and True differ."""
    return [outcome(part) for part in value] if isinstance(value, list) else (type(value), value)


@settings(max_examples=300)
@given(nodes(), st.dictionaries(st.sampled_from("abc"), VALUES))
def test_the_evaluator_and_the_generated_code_agree(node: Node, values: dict[str, Any]) -> None:
    x, y = Context(NOW), Context(NOW)
    explained = evaluate(node, values, x)
    try:
        generated = compiled(node)(values, y)
    except FlowError as error:
        assert str(explained.error) == str(error)  # noqa: PT017 - either may fail, but both alike
    else:
        assert explained.error is None
        assert outcome(explained.value) == outcome(generated)
    assert x.due == y.due


def test_the_deepest_tree_compiles() -> None:
    node: Node = Attribute("a")
    for _ in range(DEEPEST - 1):
        node = Call("Trim", (node,))
    assert compiled(node)({"a": " x "}, Context(NOW)) == "x"
    node = Attribute("a")
    for _ in range(DEEPEST - 1):
        node = Call("IIF", (Operation("=", (Attribute("a"), Literal("y"))), Literal(1), node))
    assert compiled(node)({"a": "x"}, Context(NOW)) == "x"
    node = Attribute("a")
    for _ in range(DEEPEST - 1):
        node = Call("IIF", (node, Literal(value=True), Literal("False")))
    assert compiled(node)({"a": "True"}, Context(NOW)) is True
    node = Attribute("a")
    for _ in range(DEEPEST - 1):
        node = Operation("<>", (node, Literal("True")))
    assert compiled(node)({"a": "True"}, Context(NOW)) is False
    node = Attribute("a")
    for _ in range(DEEPEST - 1):
        node = Call("Select", (Variable("v"), Attribute("b"), node))
    assert compiled(node)({"a": "x", "b": "y"}, Context(NOW))


def test_the_steps_of_an_explanation() -> None:
    node = Call("IIF", (Call("IsPresent", (Attribute("a"),)), Call("Trim", (Attribute("a"),)), Attribute("b")))
    explained = evaluate(node, {"a": " x "}, Context(NOW))
    assert explained.value == "x"
    assert [step.value for step in explained.steps] == [True, "x"]
    assert explained.steps[1].steps[0].value == " x "
    failed = evaluate(Operation("-", (Attribute("a"), Literal(1))), {"a": "x"}, Context(NOW))
    assert str(failed.error) == "'x' is not a number"
    assert [step.error for step in failed.steps] == [None, None]
