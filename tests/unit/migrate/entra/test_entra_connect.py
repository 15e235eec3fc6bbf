"""The sample configuration of Entra Connect, and others made of it: as documents, and as a report that adds up."""

import shutil
from collections import Counter
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from mimas.configuration.check import check
from mimas.configuration.problem import errors
from mimas.configuration.reading import read_folder
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import MigrationError, Outcome
from mimas.migrate.entra import carry
from mimas.migrate.migration import Migration

SAMPLE = Path(__file__).parents[3] / "data" / "entra-connect" / "export"


@pytest.fixture(scope="module")
def sample() -> Migration:
    return carry(SAMPLE)


def draft(migration: Migration, kind: str, name: str) -> Draft:
    (found,) = [one for one in migration.drafts if (one.kind, one.name) == (kind, name)]
    return found


def test_every_element_of_every_file_is_accounted_for(sample: Migration) -> None:
    for name, root in sample.report.files.items():
        counts = sample.report.counts(name)
        assert counts.total() == sum(1 for _ in root.walk())
        assert counts[Outcome.UNKNOWN] == 0, sample.report.remarks(name)
    assert len(sample.report.files) == 65
    assert f"{sample.report.total.total():,}" in sample.report.text()
    assert "<script" not in sample.report.html()


def test_there_is_a_document_for_all_there_is(sample: Migration) -> None:
    assert Counter(one.kind for one in sample.drafts) == {
        "ObjectType": 3, "Connector": 2, "SyncRule": 63, "RunProfile": 12, "Schedule": 1,
    }  # fmt: skip
    assert sum(len(plain(one.body).get("flows", {})) for one in sample.drafts if one.kind == "SyncRule") == 1_199


def test_the_documents_pass_the_check(sample: Migration, tmp_path: Path) -> None:
    home = tmp_path / "home"
    sample.write(home)
    documents, unreadable = read_folder(home)
    assert (errors(unreadable), len(documents)) == ([], 81)
    assert errors(check(home, documents)) == []


def test_rules_are_written_as_a_person_would(sample: Migration) -> None:
    join = draft(sample, "SyncRule", "In from AD - Group Join")
    assert plain(join.body) == {
        "direction": "inbound",
        "connector": "contoso.com",
        "object": "group",
        "resource": "group",
        "precedence": 112,
        "link": "provision",
        "scope": ["isCriticalSystemObject NOTEQUAL True", "adminDescription NOTSTARTSWITH Group_"],
        "join": ["objectGUID = sourceAnchorBinary"],
        "flows": join.body["flows"],
    }
    assert join.note == "Stock rule Microsoft.InfromADGroupJoin.003, {794ef0a3-0556-410e-96ff-b2ec8495ef39}."
    assert '"\\0ACNF:"' in join.body["flows"]["cloudFiltered"]
    contact = plain(draft(sample, "SyncRule", "In from AD - Contact Join").body)
    assert (contact["scope"], contact["join"]) == (["mail ISNOTNULL"], ["mail = mail"])
    computer = plain(draft(sample, "SyncRule", "In from AD - Computer Join").body)["flows"]
    assert computer["cloudCreated"] == {"constant": False, "once": True}
    assert (computer["deviceTrustType"], computer["deviceId"]) == ({"constant": "ServerAd"}, "objectGUID")
    out = plain(draft(sample, "SyncRule", "Out to AAD - Group Join").body)
    assert (len(out["scope"]), out["deprovision"], out["link"]) == (4, "delete", "provision")
    hybrid = plain(draft(sample, "SyncRule", "Out to AD - User Exchange Hybrid").body)["flows"]["proxyAddresses"]
    assert hybrid["enforce"] == "add"
    foreign = [one.name for one in sample.drafts if one.name.startswith("In from AD - ForeignSecurityPrincipal")]
    assert foreign == [f"In from AD - ForeignSecurityPrincipal Join User ({of})" for of in ("person", "group")]


def test_connectors_have_their_containers_guards_and_parameters(sample: Migration) -> None:
    ad = plain(draft(sample, "Connector", "contoso.com").body)
    assert ad["settings"]["domains"] == [{"name": "contoso.com", "containers": ["OU=CORP,DC=contoso,DC=com"]}]
    assert ad["settings"]["password"] == {"env": "MIMAS_CONTOSO_COM_PASSWORD"}
    assert ad["guards"] == {"deletes": {"count": 500, "share": "0%"}}
    assert ad["parameters"]["Domain.FQDN"] == "contoso.com"
    user = ad["objects"]["user"]["attributes"]
    assert (user["objectSid"], user["pwdLastSet"]) == ("binary", "integer")
    assert user["proxyAddresses"] == "string, multivalued"
    # The schema calls it a name, and it holds a security identifier.
    assert ad["objects"]["computer"]["attributes"]["mS-DS-CreatorSID"] == "binary"
    assert "registeredOwnerReference" in draft(sample, "SyncRule", "In from AD - Computer Join").note
    cloud = draft(sample, "Connector", "contoso.onmicrosoft.com - AAD")
    assert cloud.body["type"] == "ldif"
    assert "no connector for Entra ID" in cloud.note
    assert plain(draft(sample, "Schedule", "cycle").body) == {"profile": "cycle", "every": "30 minutes"}


RULE = """\
<synchronizationRule><id>{{1}}</id><name>{name}</name><immutable-tag/><direction>Inbound</direction>
<disabled>{disabled}</disabled><connector>{connector}</connector><sourceObjectType>user</sourceObjectType>
<targetObjectType>person</targetObjectType><linkType>{link}</linkType><precedence>50</precedence>
<attribute-mappings>{mappings}</attribute-mappings><relationshipCriteria/>
<synchronizationCriteria><conditions>{scopes}</conditions></synchronizationCriteria>{more}</synchronizationRule>
"""
AD = "{ae4db4cc-b16b-4eb2-acf5-837ca84e4d7d}"


def mapping(dest: str, expression: str) -> str:
    return f"<mapping><dest>{dest}</dest><src/><expression>{escape(expression)}</expression></mapping>"


def with_rule(folder: Path, **given: str) -> Migration:
    """One rule of ours, with the sample's directory and its metaverse."""
    export = folder / "export"
    shutil.copytree(SAMPLE, export, ignore=shutil.ignore_patterns("SynchronizationRule_*", "Connector_{b*"))
    filled = {"name": "Ours", "disabled": "False", "connector": AD, "link": "Join"}
    filled |= dict.fromkeys(("mappings", "scopes", "more"), "")
    (export / "SynchronizationRules" / "ours.xml").write_text(RULE.format(**filled | given))
    return carry(export)


def ours(migration: Migration) -> list[tuple[Outcome, str, str]]:
    return [(one.outcome, one.tag, one.note) for one in migration.report.remarks("SynchronizationRules/ours.xml")]


def test_what_nobody_knows_is_listed_and_stops_nothing(tmp_path: Path) -> None:
    migration = with_rule(tmp_path, more="<newThing><inner>1</inner></newThing>", link="JoinNoFlow")
    assert (Outcome.UNKNOWN, "newThing", "") in ours(migration)
    assert migration.report.total[Outcome.UNKNOWN] == 2
    (link,) = [note for outcome, tag, note in ours(migration) if tag == "linkType"]
    assert "JoinNoFlow is not known" in link


def test_what_cannot_be_said_is_left_out_and_named_beside_the_rule(tmp_path: Path) -> None:
    mappings = mapping("title", "Foo([a])") + mapping("sn", "[b") + mapping("mail", 'IIF(True,\n  "a  b",[mail])')
    scopes = "<scope><csAttribute>a</csAttribute><csOperator>SOUNDSLIKE</csOperator><csValue>x</csValue></scope>"
    migration = with_rule(tmp_path, mappings=mappings, scopes=scopes)
    rule = draft(migration, "SyncRule", "Ours")
    assert plain(rule.body)["flows"] == {"mail": '=IIF(True, "a  b",[mail])'}
    assert "scope" not in rule.body
    for text in ("title was written too (There is no function Foo", "sn was written too", "a SOUNDSLIKE x"):
        assert text in rule.note
    assert len([1 for outcome, _, _ in ours(migration) if outcome is Outcome.PERSON]) == 3
    home = tmp_path / "home"
    migration.write(home)
    assert errors(check(home, read_folder(home)[0])) == []


def test_a_rule_that_is_off_and_one_without_its_connector_stand_aside(tmp_path: Path) -> None:
    assert draft(with_rule(tmp_path / "a", disabled="True"), "SyncRule", "Ours").aside
    lost = with_rule(tmp_path / "b", connector="{00000000-0000-0000-0000-00000000000a}")
    assert draft(lost, "SyncRule", "Ours").aside
    home = tmp_path / "home"
    lost.write(home)
    assert (home / "aside" / "rules" / "without-a-connector" / "50-ours.yaml").exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\nb: c", "'\"{[&*!|>%@`#", "x" * 800, "Ünïcode – ☃", "CON", "true"]
)
def test_names_are_harmless(tmp_path: Path, name: str) -> None:
    migration = with_rule(tmp_path, name=escape(name), mappings=mapping("mail", "[mail]"))
    home = tmp_path / "home"
    written = migration.write(home)
    assert all((home / path).resolve().is_relative_to(home.resolve()) for path in written)
    documents, unreadable = read_folder(home)
    assert errors(unreadable) == []
    assert " ".join(name.split()) in {document.name for document in documents}


def test_a_broken_file_is_told_and_the_others_are_carried(tmp_path: Path) -> None:
    export = tmp_path / "export"
    shutil.copytree(SAMPLE, export)
    (export / "SynchronizationRules" / "broken.xml").write_text("<synchronizationRule><id>")
    (export / "SynchronizationRules" / "bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    migration = carry(export)
    assert set(migration.report.broken) == {"SynchronizationRules/broken.xml", "SynchronizationRules/bomb.xml"}
    assert len(migration.report.files) == 65
    assert "bomb.xml has a document type" in migration.report.text()


def test_a_folder_of_something_else_and_a_home_that_is_there_are_refused(tmp_path: Path, sample: Migration) -> None:
    (tmp_path / "other.xml").write_text("<a/>")
    with pytest.raises(MigrationError, match="no configuration of Entra Connect"):
        carry(tmp_path)
    with pytest.raises(MigrationError, match="is not empty"):
        sample.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["other.xml"]


@pytest.mark.parametrize("precedence", ["", "f", "²", "-1", "9" * 5_000])
def test_a_precedence_that_is_no_number_stops_nothing(precedence: str, tmp_path: Path) -> None:
    rule = f"<synchronizationRule><name>r</name><precedence>{precedence}</precedence></synchronizationRule>"
    (tmp_path / "rule.xml").write_text(rule, "utf-8")
    drafts = carry(tmp_path).drafts
    assert all(one.name for one in drafts)
    (found,) = [one for one in drafts if one.kind == "SyncRule"]
    assert found.body["precedence"] == 1


def test_the_report_says_what_a_file_is_about_and_each_line_once(tmp_path: Path) -> None:
    (tmp_path / "{1}.xml").write_text(
        "<synchronizationRule><name>In &lt;b&gt;</name><new/><new/></synchronizationRule>"
    )
    report = carry(tmp_path).report
    assert "{1}.xml · In <b>\n" in report.text()
    assert "<b>{1}.xml · In &lt;b&gt;</b>" in report.html()
    assert "unknown: 2 × new (line 1)" in report.text()
