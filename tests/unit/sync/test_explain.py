"""What the proofs say of rules: clauses with the values they saw, flows with what they read, offers with their fate.

That they agree with the generated functions is a law (`tests/laws/test_proofs.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.proofs import prove
from mimas.schema.attributes import Attribute, ObjectType
from mimas.sync.compiling import compile_rules
from mimas.sync.context import Context
from mimas.sync.explain import AttributeProof, Decision, Explainer, State, Verdict
from mimas.sync.rules import Deprovision, LinkType, Merge, ResourceType, RuleSet, SyncRule
from tests.world import attributes, inbound, outbound, person, scope

TYPE = ObjectType("person", attributes("id name mail title dept tags* boss>person photo:binary"), ("id",))
NULL = ("dept ISNULL", None, True)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def explainer(*rules: SyncRule, type_: ResourceType | None = None, **functions: Any) -> Explainer:
    schemas = {rule.connector: {"person": TYPE, "guest": TYPE} for rule in rules}
    load = {f"m:{name}": function for name, function in functions.items()}.__getitem__
    return Explainer(compile_rules(RuleSet({"person": type_ or person()}, rules), schemas, load), schemas, load)


def context(facts: Mapping[str, Any] | None = None, *, new: bool = False) -> Context:
    made = Context(NOW)
    made.begin(facts, new=new)
    return made


def judged(
    made: Explainer,
    *objects: tuple[str, dict[str, Any]],
    attribute: str,
    before: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    latest: Any = None,
) -> AttributeProof:
    proofs = []
    for number, (connector, values) in enumerate(objects):
        contribution = made.contribution(connector, "person", "person")
        assert contribution is not None
        proofs.append((contribution.explain(f"{connector}{number}", values, {}, context(facts)), number))
    return made.judge("person", proofs, latest, before or {}).attribute(attribute)


def fate(proof: AttributeProof) -> list[tuple[str, str, list[str]]]:
    return [(offer.giver.rule, offer.verdict.value, [giver.rule for giver in offer.by]) for offer in proof.offers]


@pytest.mark.parametrize(
    ("clauses", "values", "asked", "held"),
    [
        ([["dept EQUAL it"]], {"dept": "IT"}, [("dept EQUAL it", "IT", True)], True),
        ([["dept EQUAL it", "name ISNOTNULL"]], {"dept": "hr"}, [("dept EQUAL it", "hr", False)], False),
        (
            [["name ISNOTNULL"], ["dept ISNULL"]],
            {},
            [("name ISNOTNULL", None, False), ("dept ISNULL", None, True)],
            True,
        ),
        ([["dept ISNULL"], ["name ISNOTNULL"]], {}, [NULL], True),
    ],
)
def test_a_scope_says_what_each_clause_saw(
    clauses: list[list[str]], values: dict[str, Any], asked: list[Any], held: bool
) -> None:
    made = tuple(scope(*group)[0] for group in clauses)
    proof = prove(made, values, Context(NOW), {}, lambda _: None)
    assert [(clause.text, clause.saw, clause.held) for clause in proof.clauses] == asked
    assert proof.holds is held
    assert proof.failed == (() if held else tuple(clause for clause in proof.clauses if not clause.held))


def test_a_computed_clause_says_what_it_compared_with_and_when_it_changes() -> None:
    x = Context(NOW)
    proof = prove(
        scope('dept LESSTHAN_OR_EQUAL =DateAdd("d", 7, Now())'), {"dept": "2026-12-01"}, x, {}, lambda _: None
    )
    (clause,) = proof.clauses
    assert (clause.saw, clause.wanted, clause.held) == ("2026-12-01", "2026-11-30T00:00:00Z", False)
    assert x.due == datetime(2026, 11, 24, tzinfo=UTC)
    assert clause.step is not None
    assert clause.step.text == 'DateAdd("d", 7, Now())'


def test_a_clause_that_fails_says_so_and_the_rest_is_not_asked() -> None:
    proof = prove(scope("dept ISBITSET 1", "name ISNULL"), {"dept": "x"}, Context(NOW), {}, lambda _: None)
    assert (proof.holds, proof.error) == (False, "'x' is not a number")
    assert [clause.text for clause in proof.failed] == ["dept ISBITSET 1"]


def test_a_flow_says_what_it_read_and_each_step() -> None:
    made = explainer(inbound("hr", {"name": '=Trim([name]) & " (" & [dept] & ")"'}))
    proof = judged(made, ("hr", {"name": " Ann "}), attribute="name")
    (offer,) = proof.offers
    assert (proof.value, proof.decision, offer.verdict) == (
        "Ann  ()".replace("  ", " "),
        Decision.ALONE,
        Verdict.APPLIED,
    )
    assert offer.flow.reads == {"dept": None, "name": " Ann "}
    assert str(offer.flow.place) == "hr-in.yaml:10"
    (step,) = offer.flow.steps
    assert step.text == 'Trim([name]) & " (" & [dept] & ")"'
    assert [(part.text, part.value) for part in step.steps] == [
        ("Trim([name])", "Ann"),
        ('" ("', " ("),
        ("[dept]", None),
        ('")"', ")"),
    ]


@pytest.mark.parametrize(
    ("origin", "values", "state", "verdict"),
    [
        ("mail", {}, State.NOTHING, Verdict.SKIPPED),
        ("=IgnoreThisFlow", {}, State.IGNORED, Verdict.SKIPPED),
        ("=[mail] - 1", {"mail": "a"}, State.FAILED, Verdict.FAILED),
        ("mail", {"mail": "a@x"}, State.GIVEN, Verdict.APPLIED),
    ],
)
def test_what_becomes_of_a_flow(origin: str, values: dict[str, Any], state: State, verdict: Verdict) -> None:
    made = explainer(inbound("hr", {"mail": origin}), inbound("ext", {"mail": "mail"}, precedence=200))
    proof = judged(made, ("hr", values), ("ext", {"mail": "b@x"}), attribute="mail")
    assert (proof.offers[0].flow.state, proof.offers[0].verdict) == (state, verdict)
    if state is not State.FAILED:
        assert proof.value == ("a@x" if state is State.GIVEN else "b@x")


def test_an_authoritative_null_overrules() -> None:
    made = explainer(inbound("hr", {"mail": "=AuthoritativeNull"}), inbound("ext", {"mail": "mail"}, precedence=200))
    proof = judged(made, ("hr", {}), ("ext", {"mail": "b@x"}), attribute="mail")
    assert (proof.value, proof.decision) == (None, Decision.NULL)
    assert fate(proof) == [("hr in", "applied", []), ("ext in", "overruled", ["hr in"])]


def test_what_is_ignored_by_all_is_kept() -> None:
    made = explainer(inbound("hr", {"mail": "=IgnoreThisFlow"}))
    proof = judged(made, ("hr", {}), attribute="mail", before={"mail": "old"})
    assert (proof.value, proof.decision) == ("old", Decision.KEPT)


def test_precedence_within_one_object_and_over_several() -> None:
    made = explainer(
        inbound("hr", {"name": "name"}, name="b", precedence=20),
        inbound("hr", {"name": "title"}, name="c", precedence=30),
        inbound("hr", {"name": "mail"}, name="a", precedence=5, where=["dept EQUAL it"]),
        inbound("ext", {"name": "name"}, name="x", precedence=10),
    )
    rows = [("hr", {"name": "H", "title": "T", "mail": "M"}), ("ext", {"name": "X"})]
    proof = judged(made, *rows, attribute="name")
    assert (proof.value, proof.decision) == ("X", Decision.PRECEDENCE)
    assert fate(proof) == [
        ("a", "skipped", []),
        ("x", "applied", []),
        ("b", "overruled", ["x"]),
        ("c", "overruled", ["x"]),
    ]
    assert proof.offers[0].flow.state is State.OUT
    assert proof.offers[3].flow.state is State.LATER


def test_merging_flows_are_all_applied() -> None:
    rules = [
        replace(rule, flows=tuple(replace(flow, merge=Merge.MERGE) for flow in rule.flows))
        for rule in (inbound("hr", {"tags": "tags"}), inbound("ext", {"tags": "tags"}, precedence=200))
    ]
    proof = judged(explainer(*rules), ("hr", {"tags": ["a"]}), ("ext", {"tags": ["b"]}), attribute="tags")
    assert (proof.value, proof.decision) == (["a", "b"], Decision.MERGE)
    assert fate(proof) == [("hr in", "applied", []), ("ext in", "applied", [])]


@pytest.mark.parametrize(
    ("latest", "value", "decision"),
    [(None, "E", Decision.FIRST), (lambda _, offers: len(offers) - 1, "H", Decision.LATEST)],
)
def test_equal_precedence(latest: Any, value: str, decision: Decision) -> None:
    made = explainer(inbound("hr", {"name": "name"}), inbound("ext", {"name": "name"}))
    proof = judged(made, ("hr", {"name": "H"}), ("ext", {"name": "E"}), attribute="name", latest=latest)
    assert (proof.value, proof.decision) == (value, decision)


def test_a_function_that_chooses() -> None:
    def choose(offers: Sequence[tuple[str, Any]]) -> Any:
        return offers[-1][1]

    type_ = replace(person(), chosen={"name": "m:choose"})
    made = explainer(
        inbound("hr", {"name": "name"}), inbound("ext", {"name": "name"}, precedence=9), type_=type_, choose=choose
    )
    proof = judged(made, ("hr", {"name": "H"}), ("ext", {"name": "E"}), attribute="name")
    assert (proof.value, proof.decision, proof.chooser) == ("H", Decision.CHOSEN, "m:choose")
    assert fate(proof) == [("ext in", "overruled", ["hr in"]), ("hr in", "applied", [])]


def test_what_was_given_out_once_rests_on_the_fact_and_reads_nothing() -> None:
    made = explainer(inbound("hr", {"mail": ("=[name]",)}))
    needed = judged(made, ("hr", {"name": "ann"}), attribute="mail").offers[0].flow
    assert (needed.state, needed.reads, needed.steps[0].value) == (State.NEEDED, {"name": "ann"}, "ann")
    given = judged(made, ("hr", {"name": "ann"}), attribute="mail", facts={"unique:mail": "ann2"}).offers[0].flow
    assert (given.state, given.value, given.reads, given.fact) == (State.GIVEN, "ann2", {}, "unique:mail")


def test_a_target_says_which_rule_wants_it_and_which_gave_each_value() -> None:
    made = explainer(
        outbound("app", {"id": "employeeId", "name": "name"}, name="a", where=["dept EQUAL it"], precedence=1),
        outbound("app", {"name": "=IgnoreThisFlow", "mail": "mail"}, name="b", once=["mail"], link=LinkType.JOIN),
        outbound("app", {"name": "title", "boss": "manager"}, name="c", link=LinkType.JOIN, precedence=200),
    )
    (target,) = made.targets("person")
    proof = target.explain({"employeeId": "1", "name": "Ann", "title": "Dr", "dept": "hr"}, context())
    assert (proof.wanted, proof.governed, proof.values) == (False, True, {"name": "Dr"})
    assert proof.givers == {"name": "c"}
    assert [flow.state for rule in proof.rules for flow in rule.flows] == [
        State.OUT,
        State.OUT,
        State.IGNORED,
        State.ONCE,
        State.GIVEN,
    ]
    assert [(one.source, one.target, one.in_scope) for one in proof.references] == [("manager", "boss", True)]
    assert proof.provisioning == ("a",)
    wanted = target.explain({"employeeId": "1", "dept": "it"}, context(new=True))
    assert (wanted.wanted, wanted.values) == (True, {"id": "1", "name": None, "mail": None})


def test_secrets_are_not_worked_out() -> None:
    rule = outbound("app", {"id": "employeeId", "name": "=Error([employeeId])"})
    schema = {"app": {"person": replace(TYPE, attributes={**TYPE.attributes, "name": Attribute("name", secret=True)})}}
    made = compile_rules(RuleSet({"person": person()}, (rule,)), schema, lambda _: None)
    (target,) = Explainer(made, schema, lambda _: None).targets("person")
    proof = target.explain({"employeeId": "1"}, context(new=True))
    assert proof.rules[0].flows[1].state is State.SECRET
    assert "name" not in proof.values


@pytest.mark.parametrize("what", list(Deprovision))
def test_what_becomes_of_an_object_that_nobody_wants(what: Deprovision) -> None:
    (target,) = explainer(outbound("app", {"id": "employeeId"}, deprovision=what, leaving={"dept": "#gone"})).targets(
        "person"
    )
    ending = target.ending({}, context())
    assert ending is not None
    assert (ending.what, ending.rule, [flow.value for flow in ending.flows]) == (what, "app out", ["gone"])


def test_a_function_that_decides_over_an_end_may_fail() -> None:
    def decide(values: Mapping[str, Any]) -> str:
        return str(values["nothing"])

    rule = replace(outbound("app", {"id": "employeeId"}), deprovision_by="m:decide")
    (target,) = explainer(rule, decide=decide).targets("person")
    ending = target.ending({}, context())
    assert ending is not None
    assert (ending.what, ending.error) == ("", "'nothing'")


def test_a_link_says_what_each_criterion_looks_for() -> None:
    made = explainer(
        inbound("hr", {}, name="a", join=["id=employeeId", "=LCase([name])=name mail=mail"], precedence=1),
        inbound("hr", {}, name="b", join=["id=employeeId"], where=["dept EQUAL it"], link=LinkType.JOIN),
    )
    link = made.link("hr", "person")
    assert link is not None
    first, second = link.explain({"id": " 7 ", "name": "ANN", "dept": "hr"}, context())
    told = [[(c.flow.origin, c.attribute, c.keys) for c in one.conditions] for one in first.criteria]
    assert told == [
        [("id", "employeeId", ("7",))],
        [("=LCase([name])", "name", ("ann",)), ("mail", "mail", ())],
    ]
    assert [one.seeks for one in first.criteria] == [True, False]
    assert (second.scope.holds, second.criteria) == (False, ())
