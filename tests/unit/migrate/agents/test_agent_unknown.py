"""Agents of systems that Mimas has no connector for: their parameters are listed, their secrets never written."""

from pathlib import Path

import pytest

from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import HR, Moved, agent, direct, metaverse, step

USER = {"user": {"id": "string", "name": "string"}}
VALUES = {
    "Server": ("crm.example", "", Outcome.KEPT),
    "Script": ("line one\nline two", "", Outcome.KEPT),
    "Password": ("in-clear-1", "", Outcome.PERSON),
    "Domain user": ("cipher-2", ' encrypted="1"', Outcome.PERSON),
    "Connection": ("Server=x;User=y;Pwd=in-clear-3;", "", Outcome.PERSON),
    "Address": ("https://me:in-clear-4@crm.example/", "", Outcome.PERSON),
    "Empty": ("", "", Outcome.KEPT),
}


def private() -> str:
    some = "".join(f'<parameter name="{name}"{more}>{text}</parameter>' for name, (text, more, _) in VALUES.items())
    return f"""<MAConfig><parameter-values>{some}</parameter-values>
    <extension-config><filename>Crm.dll</filename></extension-config><brand-new>1</brand-new></MAConfig>"""


@pytest.mark.parametrize("subtype", ["PowerShell (Microsoft)", "Lotus Domino (Microsoft)", "Graph (Microsoft)", ""])
def test_parameters_are_listed_and_secrets_are_not(subtype: str, tmp_path: Path) -> None:
    file = agent("CRM", HR, "Extensible2", USER, private=private(), subtype=subtype)
    found = Moved(tmp_path, {"MA-1.XML": file})
    assert found.errors() == []
    assert found.unknown() == []
    note = found.draft("Connector", "CRM").note
    assert "Server: crm.example" in note
    assert "Script: line one line two" in note
    assert note.count("(a secret, not written here)") == 4
    outcomes = {one.attributes["name"]: one.outcome for one in found.elements("parameter")}
    assert outcomes == {name: outcome for name, (_, _, outcome) in VALUES.items()}
    for path in found.home.rglob("*"):
        text = "" if path.is_dir() else path.read_text()
        assert not any(secret in text for secret in ("in-clear", "cipher-2"))


def test_what_flowed_to_it_flows_to_a_file(tmp_path: Path) -> None:
    rules = (
        '<export-attribute-flow><export-flow-set cd-object-type="user" mv-object-type="person">'
        f'<export-flow cd-attribute="name">{direct("sn")}</export-flow></export-flow-set></export-attribute-flow>'
    )
    steps = step("delta-import", "to-cs") + step("export")
    file = agent("CRM", HR, "Notes", USER, private="<lnma-configuration/>", rules=rules, steps=steps)
    found = Moved(tmp_path, {"MA-1.XML": file, "MV.XML": metaverse({"person": {"sn": "string"}})})
    assert found.errors() == []
    assert found.body("Connector", "CRM")["settings"] == {"path": "data/crm.ldif", "export": "listing"}
    assert found.body("RunProfile", "CRM - all")["steps"] == ["import CRM", "export CRM"]
    assert any("there is no connector for Notes" in one for one in found.report.to_do)


def test_a_password_goes_to_no_file_that_lists_everybody(tmp_path: Path) -> None:
    rules = (
        '<export-attribute-flow><export-flow-set cd-object-type="user" mv-object-type="person">'
        f'<export-flow cd-attribute="export_password">{direct("sn")}</export-flow></export-flow-set>'
        "</export-attribute-flow>"
    )
    file = agent("CRM", HR, "Extensible2", {"user": {**USER["user"], "pin": "string secret"}}, rules=rules)
    found = Moved(tmp_path, {"MA-1.XML": file, "MV.XML": metaverse({"person": {"sn": "string"}})})
    assert found.errors() == []
    assert list(found.body("Connector", "CRM")["objects"]["user"]["attributes"]) == ["id", "name"]
    (flow,) = found.elements("export-flow")
    assert flow.outcome is Outcome.PERSON
    assert "a secret is not written" in flow.note


def test_entra_id_in_a_synchronisation_server(tmp_path: Path) -> None:
    rules = (
        '<export-attribute-flow><export-flow-set cd-object-type="user" mv-object-type="person">'
        f'<export-flow cd-attribute="name">{direct("sn")}</export-flow></export-flow-set></export-attribute-flow>'
    )
    subtype = "Windows Azure Active Directory (Microsoft)"
    file = agent(
        "Cloud", HR, "Extensible2", USER, private=private(), subtype=subtype, rules=rules, steps=step("export")
    )
    found = Moved(tmp_path, {"MA-1.XML": file, "MV.XML": metaverse({"person": {"sn": "string"}})})
    assert found.errors() == []
    assert found.body("SyncRule", "Cloud - person to user")["flows"] == {"name": "sn"}


def test_a_step_that_the_connector_cannot_do_needs_a_person(tmp_path: Path) -> None:
    file = agent("CRM", HR, "Delimited", USER, steps=step("full-import", "to-cs") + step("bake-bread"))
    found = Moved(tmp_path, {"MA-1.XML": file})
    assert found.body("RunProfile", "CRM - all")["steps"] == ["import CRM"]
    assert [one.outcome for one in found.elements("step")] == [Outcome.CARRIED, Outcome.PERSON]


def test_a_provisioning_hierarchy_and_password_synchronisation_need_a_person(tmp_path: Path) -> None:
    rules = """<component_mappings><mapping><dn_component>ou</dn_component>
    <object_class>organizationalUnit</object_class>
    </mapping></component_mappings><password-sync-allowed>1</password-sync-allowed>
    <password-sync><maximum-retry-count>10</maximum-retry-count></password-sync>"""
    found = Moved(tmp_path, {"MA-1.XML": agent("CRM", HR, "AVP", USER, rules=rules)})
    some = [*found.elements("component_mappings"), *found.elements("password-sync")]
    assert [one.outcome for one in some] == [Outcome.PERSON, Outcome.PERSON]
