"""Rules become Python: what wins, where a failure came from, and that no text becomes code."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.sync.coercion import converter
from mimas.sync.compiling import Compiled, compile_rules
from mimas.sync.context import Context
from mimas.sync.inbound import Contribution, combine
from mimas.sync.rules import Clause, LinkType, Operator, ResourceType, RuleSet, SyncRule
from tests.world import attributes, inbound, outbound, person

TYPE = ObjectType("person", attributes("id name mail title tags* level:integer"), ("id",))
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def compiled(*rules: SyncRule, functions: dict[str, Any] | None = None, type_: ResourceType | None = None) -> Compiled:
    connectors = {rule.connector: {"person": TYPE} for rule in rules}
    return compile_rules(RuleSet({"person": type_ or person()}, rules), connectors, (functions or {}).__getitem__)


def contribute(made: Compiled, values: dict[str, Any], connector: str = "hr") -> tuple[dict[str, Any], list[list[str]]]:
    contributor = made.contributors[connector, "person", "person"]
    found, mask = contributor.function.call(values, Context(NOW))
    return found, contributor.lineage(mask)


def test_the_first_rule_in_order_that_gives_a_value_wins_and_the_lineage_says_so() -> None:
    made = compiled(
        inbound("hr", {"name": "name", "title": "title"}, name="late", precedence=20),
        inbound("hr", {"name": "mail"}, name="early", precedence=10),
    )
    assert contribute(made, {"name": "n", "mail": "m", "title": "t"}) == (
        {"name": "m", "title": "t"},
        [["name", "early", "hr"], ["title", "late", "hr"]],
    )
    assert contribute(made, {"name": "n"}) == ({"name": "n"}, [["name", "late", "hr"]])
    assert contribute(made, {}) == ({}, [])


def test_a_scope_shuts_off_its_rule_only() -> None:
    made = compiled(
        inbound("hr", {"name": "name"}, name="boss", precedence=1, where=["title EQUAL boss"]),
        inbound("hr", {"name": "mail"}, name="all", precedence=2),
    )
    assert contribute(made, {"name": "n", "mail": "m", "title": "BOSS"})[0] == {"name": "n"}
    assert contribute(made, {"name": "n", "mail": "m"})[0] == {"name": "m"}


def test_merging_rules_are_united_only_while_a_merging_rule_won() -> None:
    def rules(first: list[str], second: list[str]) -> Compiled:
        return compiled(
            inbound("hr", {"tags": "tags"}, name="one", precedence=1, merge=first),
            inbound("hr", {"tags": "title"}, name="two", precedence=2, merge=second),
        )

    values = {"tags": ["b", "c"], "title": "a"}
    assert contribute(rules(["tags"], ["tags"]), values) == (
        {"tags": ["a", "b", "c"]},
        [["tags", "one", "hr"], ["tags", "two", "hr"]],
    )
    assert contribute(rules([], ["tags"]), values)[0] == {"tags": ["b", "c"]}
    assert contribute(rules(["tags"], []), values)[0] == {"tags": ["b", "c"]}
    assert contribute(rules(["tags"], ["tags"]), {"title": "a"})[0] == {"tags": ["a"]}


def test_precedence_over_several_objects_does_not_depend_on_their_order() -> None:
    made = compiled(
        inbound("a", {"name": "name", "tags": "tags"}, precedence=20, merge=["tags"]),
        inbound("b", {"name": "name", "tags": "tags", "title": "title"}, precedence=10, merge=["tags"]),
    )
    parts = []
    for connector, values in (("a", {"name": "A", "tags": ["x"]}), ("b", {"tags": ["y"], "title": "t"})):
        contributor = made.contributors[connector, "person", "person"]
        parts.append(Contribution(contributor, "1", *contributor.function.call(values, Context(NOW))))
    assert combine(parts) == combine(parts[::-1])
    assert combine(parts)[0] == {"name": "A", "tags": ["x", "y"], "title": "t"}


@pytest.mark.parametrize(("attribute", "line"), [("name", 10), ("mail", 11), ("title", 12)])
def test_a_failing_line_is_traced_to_its_flow(attribute: str, line: int) -> None:
    def fail(values: Any) -> str:
        raise ValueError(f"no {values['id']}")

    flows = {name: "x:fail" if name == attribute else "id" for name in ("name", "mail", "title")}
    contributor = compiled(inbound("hr", flows), functions={"x:fail": fail}).contributors["hr", "person", "person"]
    with pytest.raises(ValueError, match="no 7") as caught:
        contributor.function.call({"id": "7"}, Context(NOW))
    failure = contributor.function.failure(caught.value)
    assert str(failure) == f"rule “hr in”, flow to {attribute} (hr-in.yaml:{line}): no 7"


def test_a_failing_scope_is_traced_to_its_rule() -> None:
    contributor = compiled(inbound("hr", {"name": "name"}, where=["level ISBITSET 1"])).contributors[
        "hr", "person", "person"
    ]
    with pytest.raises(Exception, match="many") as caught:
        contributor.function.call({"level": "many"}, Context(NOW))
    assert "rule “hr in”, flow to scope (hr-in.yaml:1)" in str(contributor.function.failure(caught.value))


EVIL = [
    "x'); raise SystemExit #",
    'x"\nraise SystemExit\n#',
    "x]\n    raise SystemExit",
    "{__import__('os').abort()}",
    "\\'); raise SystemExit #",
    "x\u2028raise SystemExit",
]


@pytest.mark.parametrize("evil", EVIL)
def test_names_values_and_constants_never_become_code(evil: str) -> None:
    type_ = ResourceType("person", {evil: Attribute(evil)}, frozenset([evil]))
    object_type = ObjectType("person", {evil: Attribute(evil), "id": Attribute("id")}, ("id",))
    rules = (
        inbound("hr", {evil: evil}, name=evil),
        inbound("hr", {evil: f"#{evil}"}, name=evil + "2", precedence=200, join=["id=id"]),
        outbound("hr", {evil: evil}, name=evil + "3", once=[evil]),
    )
    scoped = [
        SyncRule(**{name: getattr(rule, name) for name in SyncRule.__slots__} | {"scope": _scope(evil)})
        for rule in rules
    ]
    made = compile_rules(RuleSet({"person": type_}, tuple(scoped)), {"hr": {"person": object_type}}, str)
    contributor = made.contributors["hr", "person", "person"]
    assert contributor.function.call({evil: evil}, Context(NOW))[0] == {evil: evil}
    assert contributor.function.call({evil: "other"}, Context(NOW))[0] == {}
    (target,) = made.targets["person"]
    context = Context(NOW)
    context.begin(new=True)
    assert target.function.call({evil: evil}, context) == (True, True, {evil: evil})


def _scope(evil: str) -> Any:
    return ((Clause(evil, Operator.EQUAL, evil),),)


def test_outbound_rules_clear_what_they_govern_and_leave_alone_what_they_do_not() -> None:
    made = compiled(
        outbound("app", {"id": "employeeId", "name": "name"}, name="make", precedence=1),
        outbound(
            "app",
            {"name": "mail", "title": "title"},
            name="more",
            precedence=2,
            link=LinkType.JOIN,
            where=["dept EQUAL it"],
        ),
    )
    (target,) = made.targets["person"]
    assert target.function.call({"employeeId": "1", "mail": "m", "dept": "it"}, Context(NOW)) == (
        True,
        True,
        {"id": "1", "name": "m", "title": None},
    )
    assert target.function.call({"employeeId": "1"}, Context(NOW)) == (True, True, {"id": "1", "name": None})


def test_once_only_flows_are_for_new_objects() -> None:
    made = compiled(outbound("app", {"id": "employeeId", "title": "#first"}, once=["title"]))
    (target,) = made.targets["person"]
    context = Context(NOW)
    context.begin(new=True)
    assert target.function.call({"employeeId": "1"}, context)[2] == {"id": "1", "title": "first"}
    context.begin(new=False)
    assert target.function.call({"employeeId": "1"}, context)[2] == {"id": "1"}


@pytest.mark.parametrize(
    ("kind", "several", "value", "wanted"),
    [
        (Kind.STRING, False, "", None),
        (Kind.STRING, False, 5, "5"),
        (Kind.STRING, False, ["a"], "a"),
        (Kind.STRING, True, "a", ["a"]),
        (Kind.STRING, True, ["b", "", "a", "b"], ["a", "b"]),
        (Kind.STRING, True, [], None),
        (Kind.INTEGER, False, "12", 12),
        (Kind.STRING, False, [], None),
        (Kind.INTEGER, False, "", None),
        (Kind.INTEGER, False, ["7"], 7),
        (Kind.INTEGER, False, True, 1),
        (Kind.INTEGER, False, None, None),
        (Kind.INTEGER, True, ["2", 1, ""], [1, 2]),
        (Kind.BOOLEAN, False, "False", False),
        (Kind.BOOLEAN, False, "1", True),
        (Kind.BOOLEAN, False, True, True),
        (Kind.BOOLEAN, False, ["no"], False),
        (Kind.BOOLEAN, False, "", None),
        (Kind.BOOLEAN, False, None, None),
    ],
)
def test_values_take_the_type_of_their_attribute(kind: Kind, several: bool, value: Any, wanted: Any) -> None:
    assert converter(Attribute("x", kind, several))(value) == wanted


@pytest.mark.parametrize(
    ("kind", "value"), [(Kind.INTEGER, "twelve"), (Kind.BOOLEAN, "maybe"), (Kind.STRING, ["a", "b"])]
)
def test_values_that_do_not_fit_are_refused(kind: Kind, value: Any) -> None:
    with pytest.raises(Exception, match=r"twelve|maybe|2 values"):
        converter(Attribute("x", kind))(value)
