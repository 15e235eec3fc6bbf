"""Law 11: the proofs of `mimas.sync.explain` and the generated functions agree.

On values, on the flows that won, on what is in scope, wanted, looked for and needed, on when it changes by itself, and
on whether it fails; over rules of every kind.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.language.expressions import parse, written
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import many
from mimas.sync.compiling import Compiled, compile_rules
from mimas.sync.context import ONCE, UNIQUE, Context
from mimas.sync.explain import Explainer
from mimas.sync.inbound import Contribution, combine, settled
from mimas.sync.rules import (
    Clause,
    Computed,
    Deprovision,
    Direct,
    Direction,
    Extension,
    Flow,
    JoinCondition,
    LinkType,
    Merge,
    Operator,
    Origin,
    ResourceType,
    RuleSet,
    SyncRule,
    Unique,
)
from tests.laws.days import LAW
from tests.laws.test_explaining import ORIGINS, clauses, expressions
from tests.unit.language.test_expression_law import NOW, TEXTS, nodes, outcome

SOURCES = {
    "a": Attribute("a"),
    "b": Attribute("b", Kind.INTEGER),
    "c": Attribute("c", multivalued=True),
    "d": Attribute("d", Kind.BINARY),
}
TARGETS = {
    "text": Attribute("text"),
    "number": Attribute("number", Kind.INTEGER),
    "truth": Attribute("truth", Kind.BOOLEAN),
    "several": Attribute("several", multivalued=True),
    "boss": Attribute("boss", Kind.REFERENCE, to="person"),
}
CHOSEN = ["text", "number", "truth", "several", "several"]
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([text for text in TEXTS if text]),
        "b": st.integers(-3, 40),
        "c": st.lists(st.sampled_from(["a", "A", "b", "12"]), min_size=1, unique=True).map(many),
        "d": st.sampled_from(["AAEC", "/w=="]),
    },
)
Object = dict[str, Any]


def double(values: Mapping[str, Any]) -> Any:
    """An extension that reads anything, and fails for some."""
    return [str(values["a"]), *values.get("c", ())] if values.get("b", 0) < 30 else 1 / (values["b"] - 30)


def is_some(values: Mapping[str, Any]) -> bool:
    return len(values) > 1


LOAD: Mapping[str, Any] = {"m:double": double, "m:is_some": is_some}

FUNCTIONS = st.just(Clause("", Operator.EQUAL, function="m:is_some"))
MEMBERS = st.sampled_from([Operator.ISMEMBEROF, Operator.ISNOTMEMBEROF]).map(
    lambda operator: Clause("member", operator, "pilots")
)
SCOPES = st.lists(
    st.lists(st.one_of(clauses(), clauses(), clauses(), FUNCTIONS, MEMBERS), min_size=1, max_size=2).map(tuple),
    max_size=2,
).map(tuple)
SINGLE = st.one_of(
    ORIGINS,
    ORIGINS,
    st.just(Direct("d")),
    st.just(Computed("[d] & [d]")),
    st.just(Extension("m:double")),
    st.sampled_from([Unique(("[a]", "[a] & 2")), Unique(("IIF(IsPresent([c]), [b], NULL)",))]),
)


@st.composite
def flows(draw: st.DrawFn, attributes: list[str] = CHOSEN) -> tuple[Flow, ...]:
    found = []
    for target in draw(st.lists(st.sampled_from(attributes), min_size=1, max_size=3, unique=True)):
        merge = draw(st.sampled_from(list(Merge))) if target == "several" else Merge.UPDATE
        found.append(Flow(target, draw(SINGLE), merge=merge, once=draw(st.integers(0, 3)) == 0))
    return tuple(found)


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[SyncRule, ...]:
    """Inbound rules of two systems, joins, and outbound rules of one."""
    made = []
    links = st.sampled_from(list(LinkType))
    for number in range(draw(st.integers(1, 4))):
        join = draw(st.lists(st.lists(conditions, min_size=1, max_size=2).map(tuple), max_size=2).map(tuple))
        made.append(
            SyncRule(
                f"in {number}",
                Direction.INBOUND,
                draw(st.sampled_from(["hr", "ext"])),
                "person",
                "person",
                draw(st.integers(0, 2)),
                draw(links),
                draw(SCOPES),
                join,
                (*draw(flows()), *draw(st.sampled_from([(), (Flow("boss", Direct("boss")),)]))),
            )
        )
    made += [
        SyncRule(
            f"out {number}",
            Direction.OUTBOUND,
            "app",
            "account",
            "person",
            number,
            draw(links),
            draw(SCOPES),
            flows=(*draw(flows([*CHOSEN, "boss", "dn", "secret"])), Flow("boss", draw(refusals))),
            deprovision=draw(st.sampled_from(list(Deprovision))),
            deprovision_flows=draw(flows()),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    return tuple(replace(rule, flows=tuple(map(_straight, rule.flows))) for rule in made)


def _straight(flow: Flow) -> Flow:
    """What can be: only an attribute flows to a reference; outbound flows and secrets have no unique values."""
    return replace(flow, origin=Direct("boss")) if flow.target == "boss" and not _refuses(flow) else flow


def _refuses(flow: Flow) -> bool:
    return isinstance(flow.origin, Computed) and "Error" in flow.origin.text


conditions = st.builds(
    JoinCondition,
    st.one_of(st.sampled_from("abcd").map(Direct), expressions().map(Computed), st.just(Extension("m:double"))),
    st.sampled_from(["text", "number"]),
)
refusals: st.SearchStrategy[Origin] = st.sampled_from(
    [Direct("boss"), Computed('IIF([a] = "Ann", Error([a]), IgnoreThisFlow)')]
)
GIVEN: Mapping[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(["given", "7"]),
    "number": st.just(7),
    "truth": st.booleans(),
    "several": st.just(["given", "x"]),
}
"""What can have been given once and for all, by attribute."""
FACTS = st.fixed_dictionaries(
    {},
    optional={UNIQUE + "text": GIVEN["text"]}
    | {f"{ONCE}in {number}/{name}": values for number in range(4) for name, values in GIVEN.items()},
)
SCHEMAS = {
    "hr": {"person": ObjectType("person", SOURCES | {"boss": Attribute("boss", Kind.REFERENCE, to="person")})},
    "ext": {"person": ObjectType("person", SOURCES | {"boss": Attribute("boss", Kind.REFERENCE, to="person")})},
    "app": {"account": ObjectType("account", TARGETS | {"secret": Attribute("secret", secret=True)}, ("text",))},
}
TYPE = ResourceType("person", SOURCES | TARGETS, frozenset(["text", "number"]))


def compiled(rules: tuple[SyncRule, ...]) -> tuple[Compiled, Explainer]:
    made = compile_rules(RuleSet({"person": TYPE}, rules), SCHEMAS, LOAD.__getitem__)
    return made, Explainer(made, SCHEMAS, LOAD.__getitem__)


def context(facts: Mapping[str, Any], *, new: bool = False) -> Context:
    made = Context(NOW)
    made.begin(facts, new=new)
    made.groups = frozenset([("member", "pilots")]) if new else frozenset()
    return made


def result(compute: Callable[[], Any]) -> Any:
    """What it gives, or that it fails."""
    try:
        return compute()
    except Exception:  # noqa: BLE001 - whatever a rule raises
        return "failed"


def typed(values: Mapping[str, Any]) -> Any:
    return {name: outcome(value) for name, value in values.items()}


def contribute(rules: tuple[SyncRule, ...], values: Object, shown: Object, facts: Object) -> None:
    """The same values, by the same flows; the same needs, and the same to be remembered."""
    made, explainer = compiled(rules)
    for place, contributor in made.contributors.items():
        x, y = context(facts, new=bool(shown)), context(facts, new=bool(shown))
        x.shown = y.shown = shown
        explain = explainer.contribution(*place)
        assert explain is not None
        proof = explain.explain("1", values, shown, y)
        generated = result(lambda: contributor.function.call(values, x))  # noqa: B023 - called at once
        if generated == "failed":
            assert proof.error
            continue
        given_, mask = generated
        assert (typed(given_), mask, x.needs, x.done, x.due) == (
            typed(proof.values),
            proof.mask,
            y.needs,
            y.done,
            y.due,
        )
        assert not proof.error
        assert msgspec.json.encode(proof)


def judge(rules: tuple[SyncRule, ...], values: Object, others: Object, facts: Object) -> None:
    """Over several objects: each value has an offer that was applied, and the lineage names the same flows."""
    made, explainer = compiled(rules)
    parts, proofs = [], []
    for place, contributor in made.contributors.items():
        explain = explainer.contribution(*place)
        assert explain is not None
        for number, object_ in enumerate([values, others]):
            generated = result(lambda: contributor.function.call(object_, context(facts)))  # noqa: B023 - at once
            if generated == "failed":
                return
            given_, mask = generated
            parts.append(Contribution(contributor, str(number), given_, mask, number))
            proofs.append((explain.explain(str(number), object_, {}, context(facts)), number))
    if not parts:
        return
    before = {"text": "before", "several": ["x"]}
    combined, lineage = combine(parts)
    judged = explainer.judge("person", proofs, None, before)
    after = settled(combined, lambda: before)
    assert typed(after) == typed(judged.values)
    by_number = {part.contributor.number: part.contributor for part in parts}
    won = sorted((attribute, rule) for n, mask in lineage for attribute, rule, _ in by_number[n].lineage(mask))
    told = [judged.attribute(name) for name in TARGETS]
    assert won == sorted((proof.attribute, offer.giver.rule) for proof in told for offer in proof.applied)
    for proof in told:
        assert outcome(proof.value) == outcome(after.get(proof.attribute))
        assert (proof.attribute in combined) == bool(proof.applied)


def provision(rules: tuple[SyncRule, ...], values: Object, new: Object, facts: Object) -> None:
    """The same is wanted, governed and to be held, and the same becomes of what is not wanted."""
    made, explainer = compiled(rules)
    resource = {**values, "text": str(next(iter(facts.values())))} if facts else values
    for target, explain in zip(made.targets["person"], explainer.targets("person"), strict=True):
        x, y = context({}, new=bool(new)), context({}, new=bool(new))
        generated = result(lambda: target.function.call(resource, x))  # noqa: B023 - called at once
        proof = explain.explain(resource, y)
        if generated == "failed":
            assert proof.error
        else:
            wanted, scope, held = generated
            assert (wanted, scope, typed(held)) == (proof.wanted, proof.governed, typed(proof.values))
            assert x.due == y.due
            assert held.keys() == proof.givers.keys()
            assert msgspec.json.encode(proof)
        ending = explain.ending(resource, y)
        assert (ending is None) == (target.provisioning is None)
        if ending is not None:
            assert ending.what == target.deprovision(resource)
            leaving = result(lambda: target.leaving.call(resource, x) if target.leaving else {})  # noqa: B023
            told = {flow.target: flow for flow in ending.flows}
            if leaving == "failed":
                assert any(flow.error for flow in ending.flows)
            else:
                held = {name: flow.value for name, flow in told.items() if name in leaving}
                assert typed(leaving) == typed(held)


def link(rules: tuple[SyncRule, ...], values: Object, new: Object, _: Object) -> None:
    """The same rules are in scope, and the same is looked for."""
    made, explainer = compiled(rules)
    for place, linker in made.linkers.items():
        x, y = context({}, new=bool(new)), context({}, new=bool(new))
        explain = explainer.link(*place)
        assert explain is not None
        proofs = explain.explain(values, y)
        mask = result(lambda: linker.scope(values, x))  # noqa: B023 - called at once
        if mask == "failed":
            assert any(proof.scope.error for proof in proofs)
            continue
        assert [bool(mask & 1 << i) for i in range(len(proofs))] == [proof.scope.holds for proof in proofs]
        assert x.due == y.due or any(proof.criteria for proof in proofs)
        told = iter([criterion for proof in proofs for criterion in proof.criteria])
        for criterion in linker.criteria:
            if mask & 1 << criterion.rule:
                keys = result(lambda: criterion.keys(values, x))  # noqa: B023 - called at once
                proof = next(told)
                if keys == "failed":
                    assert any(condition.flow.error for condition in proof.conditions)
                else:
                    found = [list(condition.keys) for condition in proof.conditions] if proof.seeks else None
                    assert keys == found


LAWS = (contribute, judge, provision, link)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: str(law.__name__))
def test_proofs_and_generated_functions_agree(law: Callable[..., None]) -> None:
    settings(LAW, max_examples=150)(given(rule_sets(), OBJECTS, OBJECTS, FACTS)(law))()


@given(nodes())
def test_what_is_written_is_what_was_parsed(node: Any) -> None:
    """Trees that the parser makes, come back; a tree that it does not make is written so that it means the same."""
    try:
        tree = parse(written(node))
    except ValueError:
        return  # such a tree nobody can write
    assert parse(written(tree)) == tree
