"""The agent of the portal, and what its rules were made into: portal and metaverse are one store."""

from pathlib import Path

from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import AD, APP, Moved, agent, direct, flow_set, metaverse, ranked, scripted, step

RULE = "{6f1fca42-0000-4000-8000-123456789abc}"
PRIVATE = """<fimma-configuration><connection-info><server>sql1</server><databasename>FIMService</databasename>
<serviceHost>http://localhost:5725</serviceHost><user>fimma</user><password>Hidden-77</password></connection-info>
</fimma-configuration>"""
PERSON = {"accountName": "string", "displayName": "string", "email": "string"}
ADMA = "<adma-configuration><forest-name>corp.example</forest-name></adma-configuration>"


def rule_mapping(*names: str) -> str:
    sources = "".join(f"<src-attribute>{name}</src-attribute>" for name in names)
    return f'<sync-rule-mapping mapping-type="direct" sync-rule-id="{RULE}">{sources}</sync-rule-mapping>'


def portal_agent() -> str:
    flows = "".join(
        f'<export-flow cd-attribute="{name}">{mapping}</export-flow>'
        for name, mapping in [
            ("DisplayName", direct("displayName")),
            ("Email", direct("email")),
            ("MailNickname", direct("accountName")),
            ("Domain", "<constant-mapping><constant-value>CORP</constant-value></constant-mapping>"),
        ]
    )
    rules = f"""<stay-disconnector><filter-set cd-object-type="Person" type="declared"><filter-alternative>
    <condition cd-attribute="Email" operator="equality"><value>x</value></condition></filter-alternative></filter-set>
    </stay-disconnector>
    <join><join-profile cd-object-type="Person"/></join>
    <projection><class-mapping type="declared" cd-object-type="Person"><mv-object-type>person</mv-object-type>
    </class-mapping></projection>
    <export-attribute-flow><export-flow-set cd-object-type="Person" mv-object-type="person">{flows}</export-flow-set>
    </export-attribute-flow>
    <provisioning-cleanup type="declared"><action>delete-object</action></provisioning-cleanup>
    <extension/>"""
    types = {"Person": {"DisplayName": "string", "Email": "string", "AccountName": "string"}}
    steps = step("full-import", "to-cs") + step("export")
    return agent("MIMMA", APP, "FIM", types, private=PRIVATE, rules=rules, steps=steps)


def ad_agent() -> str:
    rules = f"""<join><join-profile cd-object-type="user">
    <join-criterion join-cri-type="sync-rule" sync-rule-id="{RULE}">
    <search mv-object-type="person"><attribute-mapping mv-attribute="accountName">{direct("cn")}</attribute-mapping>
    </search><resolution type="none"/></join-criterion></join-profile></join>
    <projection><class-mapping type="sync-rule" cd-object-type="user" sync-rule-id="{RULE}">
    <mv-object-type>person</mv-object-type></class-mapping></projection>
    <export-attribute-flow><export-flow-set cd-object-type="user" mv-object-type="person">
    <export-flow cd-attribute="cn">{rule_mapping("displayName")}</export-flow></export-flow-set></export-attribute-flow>
    """
    return agent("AD", AD, "AD", {"user": {"cn": "string"}}, private=ADMA, rules=rules, partition="DC=corp,DC=example")


def moved(tmp_path: Path, policy: str = "") -> Moved:
    flows = flow_set(
        "person",
        ranked("accountName", (APP, "Person", direct("AccountName")), (AD, "user", direct("cn"))),
        ranked("displayName", (APP, "Person", scripted("name"))),
        ranked("email", (AD, "user", rule_mapping("cn"))),
    )
    files = {
        "SyncConfig/MA-1.xml": portal_agent(),
        "SyncConfig/MA-2.xml": ad_agent(),
        "SyncConfig/MV.xml": metaverse({"person": PERSON}, flows, provisioning="sync-rule"),
    }
    if policy:
        files["ServiceConfig/policy.xml"] = policy
    found = Moved(tmp_path, files)
    assert found.errors() == []
    assert found.unknown() == []
    return found


def test_the_agent_of_the_portal_is_no_connector(tmp_path: Path) -> None:
    found = moved(tmp_path)
    assert found.names == {AD: "AD"}
    assert [one.name for one in found.migration.drafts if one.kind == "Connector"] == ["AD"]
    assert found.migration.portal_types == {"Person": "person"}
    assert [one for one in found.migration.drafts if one.kind == "RunProfile"] == []
    assert any("MIMMA" in one and "no connector" in one for one in found.report.to_do)


def test_flows_through_the_portal_are_listed(tmp_path: Path) -> None:
    flows = moved(tmp_path).elements("export-flow")
    outcomes = {one.attributes["cd-attribute"]: one.outcome for one in flows}
    assert outcomes == {
        "DisplayName": Outcome.DIFFERENT,
        "Email": Outcome.DIFFERENT,
        "MailNickname": Outcome.PERSON,
        "Domain": Outcome.PERSON,
        "cn": Outcome.PERSON,
    }
    (note,) = [one.note for one in flows if one.attributes["cd-attribute"] == "MailNickname"]
    assert "accountName of the metaverse and MailNickname of the portal" in note


def test_lists_in_which_the_portal_ranks_are_a_difference(tmp_path: Path) -> None:
    found = moved(tmp_path)
    lists = {one.attributes["mv-attribute"]: one.outcome for one in found.elements("import-flows")}
    assert lists["accountName"] is Outcome.DIFFERENT
    assert lists["email"] is Outcome.CARRIED
    assert found.body("SyncRule", "AD - user to person")["flows"] == {"accountName": "cn"}


def test_what_portal_rules_were_made_into_is_carried_with_them_or_needs_their_file(tmp_path: Path) -> None:
    tags = ("join-criterion", "class-mapping", "export-flow", "import-flow")

    def outcomes(found: Moved) -> list[Outcome]:
        some = [one for tag in tags for one in found.elements(tag)]
        return [one.outcome for one in some if any(RULE in inner.attributes.values() for inner in one.walk())]

    alone = moved(tmp_path / "alone")
    assert outcomes(alone) == [Outcome.PERSON] * 4
    assert any("policy.xml" in one for one in alone.report.to_do)
    policy = f"<Results><Rule>urn:uuid:{RULE.strip('{}').upper()}</Rule></Results>"
    both = moved(tmp_path / "both", policy)
    assert outcomes(both) == [Outcome.CARRIED] * 4
    assert not any("policy.xml" in one for one in both.report.to_do)


def test_no_secret_of_the_agent_is_written(tmp_path: Path) -> None:
    found = moved(tmp_path)
    for path in found.home.rglob("*"):
        assert path.is_dir() or "Hidden-77" not in path.read_text()
