"""Rules of the portal, and the connectors of a server that was exported apart."""

from typing import Any

from mimas.migrate.agents.agent import Place
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.fitting import fit
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report


def migration(*rules: dict[str, Any]) -> Migration:
    """A file in which people and rooms stand in rows, a directory, and a type of resources."""
    found = Migration(Report("MIM"))
    row = {"row": {"anchor": ["id"], "attributes": {"id": "string", "kind": "string"}}}
    found.places["hr"] = {"person": Place("row", "kind", ("person",)), "room": Place("row", "kind", ("room", "hall"))}
    user = {"User": {"attributes": {"sAMAccountName": "string"}}}
    found.drafts = [
        Draft("Connector", "hr", {"type": "delimited", "settings": {"path": "hr.csv"}, "objects": row}),
        Draft("Connector", "ad", {"type": "ldif", "settings": {"path": "ad.ldif"}, "objects": user}),
        Draft("ObjectType", "person", {"attributes": {"accountName": "string, indexed"}}),
    ]
    for number, body in enumerate(rules):
        usual = {"connector": "hr", "resource": "person", "precedence": 10}
        found.drafts.append(Draft("SyncRule", f"rule {number}", {**usual, **body}))
    fit(found)
    return found


def body(found: Migration, kind: str, name: str) -> dict[str, Any]:
    (draft,) = [one for one in found.drafts if (one.kind, one.name) == (kind, name)]
    made: dict[str, Any] = plain(draft.body)
    return made


OUT = {"direction": "outbound"}
INBOUND = {"direction": "inbound", "object": "person", "flows": {"title": "=Trim([JobTitle])"}}


def test_what_shares_a_file_is_told_apart() -> None:
    found = migration(
        {**INBOUND, "scope": ["Status EQUAL active"]},
        {**INBOUND, "object": "room", "scope": [["a EQUAL 1"], ["b EQUAL 2"]]},
        {"direction": "outbound", "object": "person", "flows": {"JobTitle": "title"}},
        INBOUND,
    )
    rules = [body(found, "SyncRule", f"rule {number}") for number in range(4)]
    assert {rule["object"] for rule in rules} == {"row"}
    assert rules[0]["scope"] == ["kind EQUAL person", "Status EQUAL active"]
    assert rules[1]["scope"] == [["kind ISIN room;hall", "a EQUAL 1"], ["kind ISIN room;hall", "b EQUAL 2"]]
    assert rules[2]["flows"] == {"kind": {"constant": "person"}, "JobTitle": "title"}
    assert rules[3]["scope"] == ["kind EQUAL person"]


def test_attributes_and_types_that_only_rules_name_are_there() -> None:
    found = migration(
        {**INBOUND, "connector": "ad", "object": "user", "join": ["mail = accountName"], "scope": ["x ISNULL"]},
        {
            "connector": "ad",
            "direction": "outbound",
            "object": "box",
            "flows": {"dn": '="cn=" & [cn]', "size": "quota"},
        },
    )
    objects = body(found, "Connector", "ad")["objects"]
    assert set(objects["User"]["attributes"]) == {"sAMAccountName", "JobTitle", "mail", "x"}
    assert objects["box"] == {"attributes": {"size": "string"}}
    assert body(found, "SyncRule", "rule 0")["object"] == "User"
    assert set(body(found, "ObjectType", "person")["attributes"]) == {"accountName", "title", "cn", "quota"}
    (draft,) = [one for one in found.drafts if one.name == "ad"]
    assert "# Rules name it" in draft.yaml()


def test_rules_that_stand_aside_and_those_without_a_connector_are_left_alone() -> None:
    found = migration({**INBOUND, "connector": "gone"})
    found.drafts.append(Draft("SyncRule", "aside", {**INBOUND, "connector": "hr", "resource": "x"}, aside=True))
    fit(found)
    assert body(found, "SyncRule", "rule 0")["object"] == "person"
    assert body(found, "SyncRule", "aside")["object"] == "person"
