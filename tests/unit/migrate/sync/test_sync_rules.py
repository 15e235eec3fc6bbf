"""Flows, filters, joins, projection and deletion of a made-up server, as rules that check finds right."""

from pathlib import Path

import pytest

from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import (
    AD,
    HR,
    Moved,
    agent,
    direct,
    flow_set,
    metaverse,
    ranked,
    row_file,
    scripted,
)

WORKER = {
    "id": "string immutable",
    "first": "string",
    "last": "string",
    "title": "string",
    "number": "integer",
    "active": "boolean",
    "photo": "binary",
    "boss": "reference",
    "mails": "string many",
}
PERSON = {
    "employeeID": "string indexed",
    "givenName": "string",
    "sn": "string",
    "title": "string",
    "number": "integer",
    "active": "boolean",
    "photo": "binary",
    "manager": "reference",
    "mails": "string many",
    "dn": "string",
}
USER = {"cn": "string", "title": "string", "mail": "string", "manager": "reference", "employeeID": "string"}
ADMA = "<adma-configuration><forest-name>corp.example</forest-name></adma-configuration>"
PROJECT = (
    '<projection><class-mapping type="declared" cd-object-type="worker"><mv-object-type>person</mv-object-type>'
    "</class-mapping></projection>"
)


def hr(rules: str = PROJECT, id_: str = HR, name: str = "HR") -> str:
    return agent(name, id_, "Delimited", {"worker": WORKER}, private=row_file({"worker": WORKER}), rules=rules)


def ad(rules: str = "") -> str:
    partition = "DC=corp,DC=example"
    return agent("AD", AD, "AD", {"user": USER}, private=ADMA, rules=rules, partition=partition)


def moved(tmp_path: Path, flows: str = "", rules: str = PROJECT, **more: str) -> Moved:
    """HR alone, with some flows and rules."""
    files = {"MA-{1}.XML": hr(rules), "mv.xml": metaverse({"person": PERSON}, flows, **more)}
    found = Moved(tmp_path, files)
    assert found.errors() == []
    assert found.unknown() == []
    return found


def test_flows_of_every_kind(tmp_path: Path) -> None:
    flows = flow_set(
        "person",
        ranked("employeeID", (HR, "worker", direct("ID"))),
        ranked("sn", (HR, "worker", "<constant-mapping><constant-value>=x</constant-value></constant-mapping>")),
        ranked("number", (HR, "worker", "<constant-mapping><constant-value>7</constant-value></constant-mapping>")),
        ranked("active", (HR, "worker", "<constant-mapping><constant-value>true</constant-value></constant-mapping>")),
        ranked("manager", (HR, "worker", direct("boss"))),
        ranked("title", (HR, "worker", direct("dn", intrinsic=True))),
        ranked("givenName", (HR, "worker", direct("object-type", intrinsic=True))),
        ranked("mails", (HR, "worker", "<dn-part-mapping><dn-part>1</dn-part></dn-part-mapping>")),
        ranked("photo", (HR, "worker", scripted("photo of worker", "photo", "id"))),
    )
    found = moved(tmp_path, flows)
    rule = found.body("SyncRule", "HR - worker to person")
    assert rule["flows"] == {
        "employeeID": "id",
        "sn": {"constant": "=x"},
        "number": {"constant": 7},
        "active": {"constant": True},
        "manager": "boss",
        "title": "id",
        "givenName": {"constant": "worker"},
        "mails": "id",
        "photo": {"extension": "hr_extension:photo_of_worker"},
    }
    (stub,) = [one for one in found.migration.stubs if one.function == "photo_of_worker"]
    assert (stub.parameters, stub.inputs) == (("values",), ["photo", "id"])
    outcomes = [one.outcome for one in found.elements("import-flow")]
    assert outcomes == [Outcome.CARRIED] * 8 + [Outcome.PERSON]
    assert found.counts()[Outcome.CARRIED] > len(outcomes)


@pytest.mark.parametrize(
    ("attribute", "mapping", "why"),
    [
        ("manager", direct("first"), "references flow to references only"),
        ("title", direct("boss"), "references flow to references only"),
        ("active", direct("photo"), "cannot hold"),
        ("manager", scripted("boss of worker", "first"), "a function cannot give references"),
        ("number", "<constant-mapping><constant-value>seven</constant-value></constant-mapping>", "cannot hold"),
        ("title", direct("object-id", intrinsic=True), "nothing like object-id"),
        ("title", "<dn-part-mapping><dn-part>3</dn-part></dn-part-mapping>", "no part 3"),
        ("title", "<brand-new-mapping/>", "not known"),
        ("title", "", "not known"),
    ],
)
def test_what_cannot_flow_is_left_out_and_said(attribute: str, mapping: str, why: str, tmp_path: Path) -> None:
    flows = flow_set("person", ranked("sn", (HR, "worker", direct("last"))), ranked(attribute, (HR, "worker", mapping)))
    found = Moved(tmp_path, {"MA-1.xml": hr(), "MV.XML": metaverse({"person": PERSON}, flows)})
    assert found.errors() == []
    assert found.body("SyncRule", "HR - worker to person")["flows"] == {"sn": "last"}
    assert why in found.draft("SyncRule", "HR - worker to person").note
    flow = found.elements("import-flow")[1]
    assert flow.outcome is Outcome.PERSON
    assert why in flow.note


def test_attributes_that_the_schema_does_not_have_are_made(tmp_path: Path) -> None:
    found = moved(tmp_path, flow_set("person", ranked("nick", (HR, "worker", direct("alias")))))
    assert found.body("ObjectType", "person")["attributes"]["nick"] == "string"
    assert found.body("Connector", "HR")["objects"]["worker"]["attributes"]["alias"] == "string"
    assert "does not have it" in found.draft("ObjectType", "person").yaml()


def test_precedence_that_contradicts_itself_makes_a_further_rule(tmp_path: Path) -> None:
    def order(name: str, *ids: str) -> str:
        from_ = {HR: direct("title"), AD: direct("title")}
        return ranked(name, *((id_, "worker" if id_ == HR else "user", from_[id_]) for id_ in ids))

    flows = flow_set("person", order("title", HR, AD), order("sn", HR, AD), order("givenName", AD, HR))
    files = {"MA-1.xml": hr(), "MA-2.xml": ad(), "MV.xml": metaverse({"person": PERSON}, flows)}
    found = Moved(tmp_path, files)
    assert found.errors() == []
    rules = {one.name: one.body for one in found.migration.drafts if one.kind == "SyncRule"}
    first, other = rules["HR - worker to person"], rules["AD - user to person"]
    (split,) = [one for name, one in rules.items() if name.endswith("(2)")]
    assert set(first["flows"]) | set(other["flows"]) == {"title", "sn", "givenName"}
    assert first["precedence"] < other["precedence"]
    assert list(split["flows"]) == ["givenName"]
    assert {"join", "link"} & set(split) == set()
    by_name: dict[str, list[int]] = {"HR": [], "AD": []}
    for one in rules.values():
        if "givenName" in one["flows"]:
            by_name[one["connector"]].append(one["precedence"])
    assert by_name["AD"] < by_name["HR"]


def test_equal_and_manual_precedence(tmp_path: Path) -> None:
    flows = flow_set(
        "person",
        ranked("title", (HR, "worker", direct("title")), (AD, "user", direct("title")), kind="equal"),
        ranked("sn", (HR, "worker", scripted("one")), (AD, "user", scripted("two")), kind="manual"),
    )
    found = Moved(tmp_path, {"MA-1.xml": hr(), "MA-2.xml": ad(), "MV.xml": metaverse({"person": PERSON}, flows)})
    assert found.errors() == []
    one, other = (found.body("SyncRule", name) for name in ("HR - worker to person", "AD - user to person"))
    assert one["precedence"] == other["precedence"]
    chosen = found.body("ObjectType", "person")["attributes"]["sn"]
    assert chosen == {"type": "string", "choose": "mvextension:choose_sn_of_person"}
    (stub,) = [one for one in found.migration.stubs if one.reference == chosen["choose"]]
    assert stub.parameters == ("offers",)


def condition(name: str, operator: str, value: str = "", more: str = "") -> str:
    intrinsic = ' intrinsic-attribute="true"' if name == "dn" else ""
    return f'<condition cd-attribute="{name}" operator="{operator}"{intrinsic}><value{more}>{value}</value></condition>'


def filters(*alternatives: list[str], kind: str = "declared", more: str = "") -> str:
    inner = "".join(f"<filter-alternative>{''.join(one)}</filter-alternative>" for one in alternatives)
    set_ = f'<filter-set cd-object-type="worker" type="{kind}"{more}>{inner}</filter-set>'
    return f"<stay-disconnector>{set_}</stay-disconnector>"


@pytest.mark.parametrize(
    ("filter_", "scope"),
    [
        ([[condition("first", "equality", "x")]], ["first NOTEQUAL x"]),
        ([[condition("first", "inequality", "x y")]], ["first EQUAL x y"]),
        ([[condition("first", "present")]], ["first ISNULL"]),
        ([[condition("first", "not-present")]], ["first ISNOTNULL"]),
        ([[condition("first", "substring-start", "adm")]], ["first NOTSTARTSWITH adm"]),
        ([[condition("first", "not-substring-end", " x")]], ["first ENDSWITH x"]),
        ([[condition("first", "equality", "=1+1")]], ['first NOTEQUAL ="=1+1"']),
        ([[condition("first", "equality", "%me%")]], ['first NOTEQUAL ="%me%"']),
        ([[condition("number", "equality", "0x1F", ' ui-radix="10"')]], ["number NOTEQUAL 31"]),
        ([[condition("number", "equality", "0xFFFFFFFFFFFFFFFF")]], ["number NOTEQUAL -1"]),
        ([[condition("number", "bit-on", "0x2")]], ["number ISBITNOTSET 2"]),
        ([[condition("active", "equality", "true")]], ["active NOTEQUAL true"]),
        ([[condition("photo", "equality", "QUJD", ' encoding="base64"')]], ["photo NOTEQUAL QUJD"]),
        ([[condition("dn", "equality", "4711")]], ["id NOTEQUAL 4711"]),
        (
            [[condition("first", "equality", "a")], [condition("last", "equality", "b")]],
            ["first NOTEQUAL a", "last NOTEQUAL b"],
        ),
        (
            [[condition("first", "equality", "a"), condition("last", "present")]],
            [["first NOTEQUAL a"], ["last ISNULL"]],
        ),
        # What would ask for two things at once is nobody's, and left out.
        (
            [[condition("first", "present"), condition("last", "present")], [condition("first", "not-present")]],
            ["last ISNULL", "first ISNOTNULL"],
        ),
    ],
)
def test_a_filter_is_a_scope_turned_round(filter_: list[list[str]], scope: list[object], tmp_path: Path) -> None:
    flows = flow_set("person", ranked("sn", (HR, "worker", direct("last"))))
    found = moved(tmp_path, flows, filters(*filter_) + PROJECT)
    assert found.body("SyncRule", "HR - worker to person")["scope"] == scope
    assert found.elements("filter-alternative")[0].outcome is Outcome.CARRIED


@pytest.mark.parametrize(
    "alternative",
    [
        [condition("first", "sounds-like", "x")],
        [condition("boss", "present")],
        [condition("number", "equality", "many")],
        [condition("first", "equality", "")],
        [condition("first", "bit-on", "1")],
        [condition("first", "equality", "x"), condition("last", "sounds-like", "x")],
    ],
)
def test_a_condition_that_cannot_be_said_is_a_function(alternative: list[str], tmp_path: Path) -> None:
    flows = flow_set("person", ranked("sn", (HR, "worker", direct("last"))))
    found = moved(tmp_path, flows, filters([condition("title", "present")], alternative) + PROJECT)
    scope = found.body("SyncRule", "HR - worker to person")["scope"]
    assert scope == ["title ISNULL", {"extension": "hr_extension:filter_worker_2"}]
    assert [one.outcome for one in found.elements("filter-alternative")] == [Outcome.CARRIED, Outcome.PERSON]


def test_a_filter_that_would_fill_pages_is_a_function(tmp_path: Path) -> None:
    wide = [[condition("first", "equality", f"{n}{at}") for at in range(5)] for n in range(9)]
    flows = flow_set("person", ranked("sn", (HR, "worker", direct("last"))))
    found = moved(tmp_path, flows, filters(*wide) + PROJECT)
    scope = found.body("SyncRule", "HR - worker to person")["scope"]
    assert len(scope) <= 64
    assert {"extension": "hr_extension:filter_worker_9"} in scope[0]


def test_a_filter_by_code_and_one_at_import(tmp_path: Path) -> None:
    flows = flow_set("person", ranked("sn", (HR, "worker", direct("last"))))
    found = moved(tmp_path, flows, filters(kind="scripted", more=' import-filter="1"') + PROJECT)
    scope = found.body("SyncRule", "HR - worker to person")["scope"]
    assert scope == [{"extension": "hr_extension:filter_worker"}]
    assert found.elements("filter-set")[0].outcome is Outcome.PERSON


def test_a_filter_that_stops_everybody_puts_the_rule_aside(tmp_path: Path) -> None:
    flows = flow_set("person", ranked("sn", (HR, "worker", direct("last"))))
    found = moved(
        tmp_path, flows, filters([condition("first", "present")], [condition("first", "not-present")]) + PROJECT
    )
    assert any("stops every worker" in one for one in found.report.to_do)
    assert "stops every one" in found.draft("SyncRule", "HR - worker to person", aside=True).note


def criterion(type_: str, *mappings: tuple[str, str], resolve: str = "") -> str:
    inner = "".join(
        f'<attribute-mapping mv-attribute="{name}">{mapping}</attribute-mapping>' for name, mapping in mappings
    )
    search = f' mv-object-type="{type_}"' if type_ else ""
    kind = "scripted" if resolve else "none"
    return (
        f"<join-criterion><search{search}>{inner}</search>"
        f'<resolution type="{kind}"><script-context>{resolve}</script-context></resolution></join-criterion>'
    )


def profile(*criteria: str) -> str:
    return f'<join><join-profile cd-object-type="worker">{"".join(criteria)}</join-profile></join>'


def test_join_criteria_in_their_order(tmp_path: Path) -> None:
    rules = profile(
        criterion("person", ("employeeID", direct("id"))),
        criterion("person", ("sn", direct("last")), ("givenName", direct("first"))),
        criterion("person", ("title", scripted("old numbers", "mails"))),
    )
    found = moved(tmp_path, rules=rules + PROJECT)
    rule = found.body("SyncRule", "HR - worker to person")
    assert rule["link"] == "provision"
    assert rule["join"] == [
        "id = employeeID",
        "last = sn and first = givenName",
        {"extension": "hr_extension:old_numbers", "right": "title"},
    ]
    attributes = found.body("ObjectType", "person")["attributes"]
    assert {name for name, said in attributes.items() if "indexed" in said} == {
        "employeeID",
        "sn",
        "givenName",
        "title",
    }


def test_criteria_that_interleave_or_choose_are_rules_of_their_own(tmp_path: Path) -> None:
    rules = profile(
        criterion("person", ("employeeID", direct("id"))),
        criterion("group", ("cn", direct("id"))),
        criterion("person", ("sn", direct("last")), resolve="which one"),
    )
    types = {"person": PERSON, "group": {"cn": "string"}}
    found = Moved(tmp_path, {"MA.xml": "<x/>", "HR.XML": hr(rules), "MV.xml": metaverse(types)})
    assert found.errors() == []
    first, group, second = (
        found.body("SyncRule", f"HR - worker to {name}") for name in ("person", "group", "person (2)")
    )
    assert first["precedence"] < group["precedence"] < second["precedence"]
    assert second["choose"] == "hr_extension:which_one"
    assert {one["link"] for one in (first, group, second)} == {"sticky"}


def test_a_criterion_for_all_types_looks_at_those_that_have_to_do_with_it(tmp_path: Path) -> None:
    types = {"person": PERSON, "robot": {"employeeID": "string"}, "group": {"cn": "string"}}
    files = {"HR.xml": hr(profile(criterion("", ("employeeID", direct("id")))) + PROJECT), "MV.xml": metaverse(types)}
    found = Moved(tmp_path, files)
    assert found.errors() == []
    rules = [one.name for one in found.migration.drafts if one.kind == "SyncRule"]
    assert rules == ["HR - worker to person"]
    (search,) = found.elements("search")
    assert search.outcome is Outcome.DIFFERENT
    assert "person" in search.note


@pytest.mark.parametrize(
    ("attribute", "mapping"),
    [("manager", direct("boss")), ("employeeID", direct("boss")), ("sn", direct("object-id", intrinsic=True))],
)
def test_a_criterion_that_cannot_be_said_is_left_out(attribute: str, mapping: str, tmp_path: Path) -> None:
    rules = profile(criterion("person", (attribute, mapping)), criterion("person", ("sn", direct("last"))))
    found = moved(tmp_path, rules=rules)
    assert found.body("SyncRule", "HR - worker to person")["join"] == ["last = sn"]
    assert found.elements("join-criterion")[0].outcome is Outcome.PERSON


def test_projection_by_code_decides_over_nothing_else(tmp_path: Path) -> None:
    rules = profile(criterion("person", ("employeeID", direct("id")))) + (
        '<projection><class-mapping type="scripted" cd-object-type="worker"/></projection>'
    )
    found = moved(tmp_path, rules=rules)
    assert "scope" not in found.body("SyncRule", "HR - worker to person")
    second = found.body("SyncRule", "HR - worker to person (2)")
    assert second["link"] == "provision"
    assert second["scope"] == [{"extension": "hr_extension:project_worker_as_person"}]
    assert "links only" in found.draft("SyncRule", "HR - worker to person (2)").note


@pytest.mark.parametrize(
    ("kind", "agents", "said", "link"),
    [
        ("", [], None, "sticky"),
        ("declared-last", [HR], None, None),
        ("declared-last", [], None, "sticky"),
        ("declared-any", [HR.lower(), AD], {"any": ["HR"]}, None),
        ("declared-any", [AD], None, "sticky"),
        ("scripted", [], {"extension": "mvextension:delete_person"}, None),
        ("by-moonlight", [], None, "sticky"),
    ],
)
def test_deletion_rules(kind: str, agents: list[str], said: object, link: str | None, tmp_path: Path) -> None:
    sources = "".join(f"<src-ma>{one}</src-ma>" for one in agents)
    rule = f'<mv-deletion-rule mv-object-type="Person" type="{kind}">{sources}</mv-deletion-rule>' if kind else ""
    found = moved(tmp_path, rules=profile(criterion("person", ("employeeID", direct("id")))), deletion=rule)
    assert found.body("ObjectType", "person").get("deletion") == said
    assert found.body("SyncRule", "HR - worker to person").get("link") == link


def test_the_same_call_of_an_extension_is_one_function(tmp_path: Path) -> None:
    flows = flow_set(
        "person",
        ranked("sn", (HR, "worker", scripted("name it", "last"))),
        ranked("title", (HR, "worker", scripted("name it", "title"))),
        ranked("givenName", (HR, "worker", scripted("Name-It", "first"))),
    )
    found = moved(tmp_path, flows)
    assert found.body("SyncRule", "HR - worker to person")["flows"] == {
        "sn": {"extension": "hr_extension:name_it"},
        "title": {"extension": "hr_extension:name_it"},
        "givenName": {"extension": "hr_extension:name_it_2"},
    }
    assert [one.inputs for one in found.migration.stubs] == [["last", "title"], ["first"]]


def test_flows_from_nobody_are_said(tmp_path: Path) -> None:
    found = moved(tmp_path, flow_set("person", ranked("sn", (AD, "user", direct("sn")))))
    (flow,) = found.elements("import-flow")
    assert flow.outcome is Outcome.PERSON
    assert "not among the files" in flow.note


def test_recall_that_was_off_is_a_difference(tmp_path: Path) -> None:
    options = (
        f'<per-ma-options><ma-options ma-id="{HR}"><enable-recall>false</enable-recall></ma-options></per-ma-options>'
    )
    found = moved(tmp_path, options)
    assert [one.outcome for one in found.elements("enable-recall")] == [Outcome.DIFFERENT]


@pytest.mark.parametrize(("dn", "form"), [("0", "id"), ("1", "=DNComponentRev([id], 1)")])
def test_a_part_of_a_name_that_is_a_column(dn: str, form: str, tmp_path: Path) -> None:
    flows = flow_set("person", ranked("sn", (HR, "worker", "<dn-part-mapping><dn-part>1</dn-part></dn-part-mapping>")))
    file = hr().replace("<exporting/>", f"<exporting/><ldap-dn>{dn}</ldap-dn>")
    found = Moved(tmp_path, {"MA-1.xml": file, "MV.xml": metaverse({"person": PERSON}, flows)})
    assert found.errors() == []
    assert found.body("SyncRule", "HR - worker to person")["flows"] == {"sn": form}


def test_an_extension_that_no_rule_asks_for_needs_nobody(tmp_path: Path) -> None:
    extension = "<extension><assembly-name>Hr.dll</assembly-name></extension>"
    one = moved(tmp_path / "one", flow_set("person", ranked("sn", (HR, "worker", direct("last")))), PROJECT + extension)
    assert [said.outcome for said in one.elements("extension")] == [Outcome.NOT_APPLICABLE] * 2
    flows = flow_set("person", ranked("sn", (HR, "worker", scripted("f"))))
    other = moved(tmp_path / "other", flows, PROJECT + extension)
    assert [said.outcome for said in other.elements("extension")] == [Outcome.PERSON, Outcome.NOT_APPLICABLE]
    assert "extensions/hr.py" in other.elements("extension")[0].note


def test_criteria_keep_their_order_over_types(tmp_path: Path) -> None:
    types = {"person": PERSON, "group": {"cn": "string", "title": "string"}}
    rules = profile(
        criterion("person", ("employeeID", direct("id"))),
        criterion("group", ("cn", direct("id"))),
        criterion("person", ("sn", direct("last"))),
    )
    flows = flow_set("group", ranked("title", (HR, "worker", direct("title"))))
    found = Moved(tmp_path, {"HR.XML": hr(rules), "MV.xml": metaverse(types, flows)})
    names = ("person", "group", "person (2)")
    numbers = [found.body("SyncRule", f"HR - worker to {name}")["precedence"] for name in names]
    assert numbers == sorted(set(numbers))


def test_types_by_which_rules_of_the_portal_travelled_are_left_out_unless_a_rule_is_for_them(tmp_path: Path) -> None:
    types = {"person": PERSON, "synchronizationRule": {"priority": "integer"}, "function": {"code": "string"}}
    flows = flow_set("function", ranked("code", (HR, "worker", direct("last"))))
    found = Moved(tmp_path, {"MA-1.xml": hr(), "MV.XML": metaverse(types, flows)})
    assert found.errors() == []
    assert {one.name for one in found.migration.drafts if one.kind == "ObjectType"} == {"person", "function"}
    left = [one for one in found.elements("class") if one.attributes["id"] == "synchronizationRule"]
    assert [one.outcome for one in left] == [Outcome.NOT_APPLICABLE]
