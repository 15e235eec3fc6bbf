"""Parameters: `%Name%` in an expression or a scope is what the connector of the rule says."""

from pathlib import Path

from sketch import PEOPLE, rule, said

from mimas import Mimas

CONFIGURATION = """
kind: ObjectType
name: person
attributes: {id: "string, indexed", mail: string, origin: string, domain: string}
---
kind: Connector
name: emea
type: memory
parameters: {Domain.FQDN: emea.example.com, Stage: live}
objects: {user: {attributes: {uid: string, stage: string, dom: string}, anchor: [uid]}}
---
kind: SyncRule
name: In
direction: inbound
connector: emea
object: user
resource: person
precedence: 100
link: provision
scope: [stage EQUAL %Stage%]
join: ['=[uid] & "@" & %Domain.FQDN% = id']
flows: {id: '=[uid] & "@" & %Domain.FQDN%', mail: {unique: ['=[uid] & "@" & %Domain.FQDN%']}, origin: '=%Connector.ID%'}
---
kind: SyncRule
name: Out
direction: outbound
connector: emea
object: user
resource: person
precedence: 200
scope: ['mail ENDSWITH =%Domain.FQDN%']
flows: {dom: '=%Domain.FQDN%'}
"""


def test_they_have_their_values_wherever_they_stand() -> None:
    with Mimas(CONFIGURATION) as mimas:
        mimas.show("emea", "user", [{"uid": "ada", "stage": "live"}, {"uid": "bob", "stage": "test"}])
        mimas.sync()
        (person,) = mimas.resources("person")
        address = "ada@emea.example.com"
        assert person["values"] == {"id": address, "mail": address, "origin": "emea"}
        (export,) = mimas.exports("emea")
        assert list(export.changes["dom"].values) == ["emea.example.com"]


def test_one_that_nobody_has_set_is_an_error(tmp_path: Path) -> None:
    (found,) = said(tmp_path, PEOPLE, rule("More", '{text: "=%Domain.FQDN%"}'))
    assert str(found).endswith("the parameter %Domain.FQDN% is not set; set it in connector hr, `parameters`")
    (found,) = said(tmp_path, PEOPLE, rule("More", "{text: {unique: [=%Conector.ID%]}}"))
    assert str(found).endswith("the parameter %Conector.ID% is not set; did you mean %Connector.ID%?")
    (found,) = said(tmp_path, PEOPLE, rule("More", "{text: text}", join="['=%X% & [id] = id']"))
    assert found.message == "the parameter %X% is not set"
    assert said(tmp_path, PEOPLE, rule("More", '{text: "=%Connector.ID%"}', scope="[text EQUAL %Connector.ID%]")) == []


def test_a_membership_has_no_connector_to_set_one(tmp_path: Path) -> None:
    units = "---\nkind: Membership\nname: M\nresource: team\nattribute: members\nof: person\nmatch: id = text\n"
    team = '---\nkind: ObjectType\nname: team\nattributes: {id: string, members: "reference, multivalued"}\n'
    (found,) = said(tmp_path, PEOPLE, team, units + "scope: [text EQUAL %X%]\n")
    assert found.message == "the parameter %X% cannot be used here"
