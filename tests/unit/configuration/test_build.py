"""Documents become the frozen setup: every construct, with places."""

from pathlib import Path

import pytest
from small_company import DIRECTORY, FILES, HR

from mimas.configuration.build import ConfigurationError, build, setup
from mimas.configuration.reading import read
from mimas.language.scope import Clause, Operator
from mimas.runs.setup import Guard, Setup, Step
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.places import Place
from mimas.schema.system import SYSTEM
from mimas.sync.rules import (
    Computed,
    Constant,
    Deprovision,
    Direct,
    Direction,
    Extension,
    JoinCondition,
    LinkType,
    Merge,
    Origin,
    SyncRule,
    Unique,
)

RULE = "kind: SyncRule\nname: r\ndirection: inbound\nconnector: c\nobject: o\nresource: p\nprecedence: 1\n"


def built(text: str) -> Setup:
    documents, problems = read(text, "documents/a.yaml")
    assert problems == []
    return setup(Path("home"), documents)


def rule(text: str) -> SyncRule:
    return built(RULE + text).rules.rules[0]


def origin(text: str) -> Origin:
    return rule(f"flows:\n  x: {text}\n").flows[0].origin


def test_the_limits_and_labels_of_an_attribute() -> None:
    text = """\
kind: ObjectType
name: person
attributes:
  mail: string, indexed, required
  kind: {type: string, pattern: ^(staff|guest)$, label: Kind}
  floor: {type: integer, minimum: -2, maximum: 40, label: {en: Floor, de: Stockwerk}}
"""
    person = built(text).rules.types["person"].attributes
    assert person["mail"] == Attribute("mail", required=True, indexed=True)
    assert person["kind"] == Attribute("kind", pattern="^(staff|guest)$", labels={"en": "Kind"})
    labels = {"en": "Floor", "de": "Stockwerk"}
    assert person["floor"] == Attribute("floor", Kind.INTEGER, minimum=-2, maximum=40, labels=labels)


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("{pattern: (a+)+}", "could take for ever"),
        ("{pattern: (a}", "the regular expression '(a' is wrong"),
        ("{type: boolean, pattern: a}", "only texts have a pattern, and this is boolean; take `pattern` away"),
        ("{minimum: 1}", "only whole numbers have a minimum and a maximum, and this is string"),
        ("{type: integer, minimum: 2, maximum: 1}", "the minimum 2 is above the maximum 1"),
        ("{label: {English: x}}", "'English' is no language; name it as in `en`, `de` or `pt-BR`"),
        ("string, requird", "unknown word 'requird' after the type; did you mean 'required'?"),
    ],
)
def test_limits_that_cannot_be_are_told(attribute: str, expected: str) -> None:
    documents, _ = read(f"kind: ObjectType\nname: person\nattributes:\n  a: {attribute}\n", "documents/a.yaml")
    _, (problem,) = build(Path(), documents)
    assert expected in str(problem)
    assert problem.place == Place("documents/a.yaml", 4)


def test_the_catalogue_has_the_types_of_mimas_and_those_of_the_documents() -> None:
    text = "kind: ObjectType\nname: {}\nattributes: {{colour: string}}\n"
    catalogue = built(text.format("person") + "---\n" + text.format("Set")).catalogue
    assert catalogue["person"] == {"colour": Attribute("colour")}
    assert catalogue["Set"] == {**SYSTEM["Set"], "colour": Attribute("colour")}
    assert catalogue["Request"] == SYSTEM["Request"]
    text = "kind: ObjectType\nname: Set\nattributes: {DisplayName: {type: string, label: Called}}\n"
    assert built(text).catalogue["Set"]["DisplayName"] == Attribute(
        "DisplayName", labels={"en": "Called"}, indexed=True
    )
    assert "DisplayName" in built(text).rules.types["Set"].indexed


def test_object_type() -> None:
    text = """\
kind: ObjectType
name: person
description: somebody
attributes:
  id: string, indexed
  tags: string, multivalued, indexed
  age: integer
  boss: reference to person
  long: {type: boolean, multivalued: false, indexed: true}
"""
    person = built(text).rules.types["person"]
    assert person.attributes["tags"] == Attribute("tags", Kind.STRING, True, indexed=True)
    assert person.attributes["age"] == Attribute("age", Kind.INTEGER)
    assert person.attributes["boss"] == Attribute("boss", Kind.REFERENCE, False, "person")
    assert person.indexed == {"id", "tags", "long"}
    assert person.place == Place("documents/a.yaml", 2)


def test_connector() -> None:
    text = HR.split("---")[0] + "guards:\n  missing: {count: 3, share: 2.5%}\n  deletes: {share: 0.5}\n"
    hr = built(text).connectors["hr"]
    assert (hr.kind, hr.settings) == ("delimited", {"path": "hr.csv"})
    assert isinstance(hr.schema["worker"], ObjectType)
    assert hr.schema["worker"].anchor == ("Number",)
    assert hr.schema["worker"].attributes["Manager"] == Attribute("Manager", Kind.REFERENCE, False, "worker")
    assert (hr.missing, hr.deletes) == (Guard(3, 0.025), Guard(10, 0.5))


def test_rule_header() -> None:
    out = built(DIRECTORY).rules.rules[0]
    assert (out.direction, out.link, out.deprovision) == (Direction.OUTBOUND, LinkType.PROVISION, Deprovision.DELETE)
    assert (out.connector, out.object_type, out.resource_type, out.precedence) == (
        "directory", "inetOrgPerson", "person", 200
    )  # fmt: skip
    plain = rule("")
    assert (plain.link, plain.scope, plain.join, plain.flows) == (LinkType.JOIN, (), (), ())


def test_scope_of_clauses_is_one_group_with_places() -> None:
    text = "scope:\n  - Status EQUAL on leave\n  - Cost Centre ISNOTNULL\n  - A ISIN 'x; y'\n"
    assert rule(text).scope == (
        (
            Clause("Status", Operator.EQUAL, "on leave", Place("documents/a.yaml", 9)),
            Clause("Cost Centre", Operator.ISNOTNULL, "", Place("documents/a.yaml", 10)),
            Clause("A", Operator.ISIN, "x; y", Place("documents/a.yaml", 11)),
        ),
    )


def test_scope_of_lists_is_several_groups_with_places() -> None:
    scope = rule('scope:\n  - [A EQUAL "", B LESSTHAN 5]\n  - - {attribute: C, operator: ISNULL}\n').scope
    assert [[(c.attribute, c.operator, c.value, c.place.line) for c in group] for group in scope] == [
        [("A", Operator.EQUAL, "", 9), ("B", Operator.LESSTHAN, "5", 9)],
        [("C", Operator.ISNULL, "", 10)],
    ]


def test_operators_are_not_taken_for_longer_ones() -> None:
    (clauses,) = rule("scope: [a NOTEQUAL b, a LESSTHAN_OR_EQUAL 5, a NOTCONTAINS EQUAL x]\n").scope
    assert [(c.operator, c.value) for c in clauses] == [
        (Operator.NOTEQUAL, "b"), (Operator.LESSTHAN_OR_EQUAL, "5"), (Operator.NOTCONTAINS, "EQUAL x")
    ]  # fmt: skip


def test_join_criteria() -> None:
    assert rule("join:\n  - Number = employeeID\n  - First Name = given and Last=family\n").join == (
        (JoinCondition(Direct("Number"), "employeeID"),),
        (JoinCondition(Direct("First Name"), "given"), JoinCondition(Direct("Last"), "family")),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Number", Direct("Number")),
        ("Employee Number", Direct("Employee Number")),
        ('=Trim([First]) & " " & [Last]', Computed('Trim([First]) & " " & [Last]')),
        ("{expression: '= [a] '}", Computed("[a]")),
        ("{constant: Contoso}", Constant("Contoso")),
        ("{constant: 5}", Constant(5)),
        ("{constant: 0}", Constant(0)),
        ("{constant: false}", Constant(False)),
        ("{constant: 0042}", Constant("0042")),
        ("{unique: ['=LCase([a])', b]}", Unique(("LCase([a])", "[b]"))),
        ("{extension: 'people:nickname'}", Extension("people:nickname")),
        ("{attribute: a}", Direct("a")),
    ],
)
def test_flow_origins(text: str, expected: Origin) -> None:
    assert origin(text) == expected
    if isinstance(expected, Constant):
        assert type(origin(text).value) is type(expected.value)  # type: ignore[union-attr]


def test_flow_options_and_places() -> None:
    first, second = rule("flows:\n  x: {attribute: a, once: true}\n  y: {attribute: b, merge: merge}\n").flows
    assert (first.once, first.merge, first.place) == (True, Merge.UPDATE, Place("documents/a.yaml", 9))
    assert (second.once, second.merge, second.place) == (False, Merge.MERGE, Place("documents/a.yaml", 10))


def test_membership() -> None:
    text = (
        "kind: Membership\nname: m\nresource: group\nattribute: member\nof: person\nmatch: a = b\nscope: [x ISNULL]\n"
    )
    (membership,) = built(text).rules.memberships
    assert (membership.resource_type, membership.attribute, membership.of) == ("group", "member", "person")
    assert (membership.group_attribute, membership.member_attribute) == ("a", "b")
    assert membership.scope[0][0].attribute == "x"


def test_run_profile() -> None:
    steps = "[import hr, import contractors delta, sync, sync full, sync hr, sync hr full, export big directory]"
    assert built(f"kind: RunProfile\nname: daily\nsteps: {steps}\n").profiles["daily"].steps == (
        Step("full-import", "hr"),
        Step("delta-import", "contractors"),
        Step("delta-sync"),
        Step("full-sync"),
        Step("delta-sync", "hr"),
        Step("full-sync", "hr"),
        Step("export", "big directory"),
    )


def test_steps_with_more_about_them() -> None:
    steps = """
  - {kind: delta-import, connector: hr, to: drops/hr.jsonl, only: true, limit: 10}
  - {kind: full-import, connector: hr, from: drops/hr.jsonl}
  - {kind: export, connector: app, retry: true}
  - {kind: full-sync}
"""
    assert built(f"kind: RunProfile\nname: daily\nsteps:{steps}").profiles["daily"].steps == (
        Step("delta-import", "hr", limit=10, to=Path("drops/hr.jsonl"), only=True),
        Step("full-import", "hr", source=Path("drops/hr.jsonl")),
        Step("export", "app", retry=True),
        Step("full-sync"),
    )


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{kind: export, connector: app, form: x}", "unknown key 'form'; did you mean 'from'?"),
        ("{kind: export, connector: app, from: x}", "only an import can be read from a file"),
        ("{kind: full-import, connector: hr, from: x, to: y}", "what is read from one file is not written to another"),
        ("{kind: full-import, connector: hr, only: true}", "`only` says that nothing but a file is written, and `to`"),
        ("{kind: full-import, connector: hr, from: x, only: true}", "`only` says that nothing but a file is written"),
        ("{kind: delta-sync, limit: 5}", "a sync has no limit and no file"),
        ("{kind: full-sync, to: x}", "a sync has no limit and no file"),
        ("{kind: export, connector: app, limit: 0}", "`limit` should be greater than or equal to 1"),
        ("{kind: export, connector: app, to: ''}", "`to` must not be empty"),
        ("{kind: export}", "names no connector"),
        ("{kind: import, connector: hr}", "`kind` cannot be 'import'"),
        ("{connector: hr}", "`steps.0.kind` is missing"),
    ],
)
def test_steps_that_make_no_sense(step: str, said: str) -> None:
    documents, _ = read(f"kind: RunProfile\nname: daily\nsteps: [{step}]\n")
    _, problems = build(Path(), documents)
    assert said in "\n".join(map(str, problems))
    assert len(problems) == 1


def test_the_order_of_files_does_not_matter() -> None:
    documents = [document for text in FILES.values() for document in read(text)[0]]
    assert setup(Path(), documents) == setup(Path(), reversed(documents))


def test_a_broken_document_is_left_out_and_told() -> None:
    documents, _ = read(DIRECTORY.replace("direction: outbound", "direction: outwards"), "documents/a.yaml")
    result, problems = build(Path(), documents)
    assert list(result.connectors) == ["directory"]
    assert result.rules.rules == ()
    assert len(problems) == 1
    with pytest.raises(ConfigurationError, match=r"documents/a\.yaml:14: Out to directory: `direction` cannot be"):
        setup(Path(), documents)
