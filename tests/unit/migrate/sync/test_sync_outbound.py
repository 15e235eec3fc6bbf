"""What flows out, and what code made: rules in force, and rules that are put aside until a person has looked."""

from pathlib import Path

import pytest

from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import AD, HR, Moved, agent, direct, metaverse, row_file, scripted

USER = {
    "cn": "string",
    "title": "string",
    "manager": "reference",
    "proxyAddresses": "string many",
    "unicodePwd": "binary secret",
}
PERSON = {"name": "string", "title": "string", "manager": "reference", "mails": "string many", "number": "integer"}
ADMA = "<adma-configuration><forest-name>corp.example</forest-name></adma-configuration>"


def flow(target: str, mapping: str, more: str = "") -> str:
    return f'<export-flow cd-attribute="{target}"{more}>{mapping}</export-flow>'


def exports(*flows: str, class_: str = "user") -> str:
    inner = "".join(flows)
    set_ = f'<export-flow-set cd-object-type="{class_}" mv-object-type="person">{inner}</export-flow-set>'
    return f"<export-attribute-flow>{set_}</export-attribute-flow>"


def cleanup(action: str, kind: str = "declared") -> str:
    return f'<provisioning-cleanup type="{kind}"><action>{action}</action></provisioning-cleanup>'


def moved(tmp_path: Path, rules: str, provisioning: str = "none") -> Moved:
    extension = "<extension><assembly-name>AdRules.dll</assembly-name></extension>"
    agent_ = agent(
        "AD", AD, "AD", {"user": USER}, private=ADMA, rules=rules + extension, partition="DC=corp,DC=example"
    )
    files = {"MA-ad.XML": agent_, "MV.XML": metaverse({"person": PERSON}, provisioning=provisioning)}
    found = Moved(tmp_path, files)
    assert found.errors() == []
    assert found.unknown() == []
    return found


KEEPS = ' suppress-deletions="true"'


def test_flows_of_every_kind(tmp_path: Path) -> None:
    rules = exports(
        flow("cn", direct("name")),
        flow("title", direct("Title"), KEEPS),
        flow("manager", direct("manager"), KEEPS),
        flow("proxyAddresses", scripted("mails", "mails", "name"), KEEPS),
        flow("description", "<constant-mapping><constant-value>made</constant-value></constant-mapping>"),
        flow("displayName", direct("object-id", intrinsic=True)),
    )
    found = moved(tmp_path, rules)
    rule = found.body("SyncRule", "AD - person to user")
    assert "link" not in rule
    assert rule["flows"] == {
        "cn": "name",
        "title": "=IIF(IsPresent([title]), [title], IgnoreThisFlow)",
        "manager": "manager",
        "proxyAddresses": {"extension": "adrules:mails"},
        "description": {"constant": "made"},
    }
    outcomes = [one.outcome for one in found.elements("export-flow")]
    assert outcomes == [
        Outcome.CARRIED,
        Outcome.CARRIED,
        Outcome.DIFFERENT,
        Outcome.PERSON,
        Outcome.CARRIED,
        Outcome.PERSON,
    ]
    assert "displayName: there is nothing like object-id" in found.draft("SyncRule", "AD - person to user").note


def test_a_password_is_a_secret_and_an_initial_flow_happens_once(tmp_path: Path) -> None:
    mapping = direct("name").replace("<direct-mapping", '<direct-mapping initial-flow-only="true"')
    rules = exports(flow("export_password", scripted("password"), KEEPS), flow("cn", mapping))
    found = moved(tmp_path, rules)
    assert found.body("SyncRule", "AD - person to user")["flows"] == {
        "unicodePwd": {"extension": "adrules:password"},
        "cn": {"attribute": "name", "once": True},
    }
    assert found.body("Connector", "AD")["objects"]["user"]["attributes"]["unicodePwd"] == "string, secret"


def test_an_attribute_that_is_written_twice_is_written_once(tmp_path: Path) -> None:
    found = moved(tmp_path, exports(flow("cn", direct("name")), flow("CN", direct("title"))))
    assert found.body("SyncRule", "AD - person to user")["flows"] == {"cn": "name"}
    assert [one.outcome for one in found.elements("export-flow")] == [Outcome.CARRIED, Outcome.PERSON]


def test_what_code_made_is_put_aside(tmp_path: Path) -> None:
    rules = exports(flow("title", direct("title"))) + cleanup("delete-object")
    found = moved(tmp_path, rules, provisioning="scripted")
    assert "link" not in found.body("SyncRule", "AD - person to user")
    rule = found.body("SyncRule", "AD - make user for person", aside=True)
    assert (rule["link"], rule["deprovision"]) == ("provision", "delete")
    assert rule["scope"] == [{"extension": "mvextension:provision_ad_user_for_person"}]
    assert rule["flows"] == {"dn": {"extension": "mvextension:dn_of_ad_user_for_person"}, "title": "title"}
    assert (found.home / "aside" / "rules" / "ad-make-user-for-person.yaml").exists()
    assert any("aside/rules/ad-make-user-for-person.yaml" in one for one in found.report.to_do)
    assert [one.outcome for one in found.elements("provisioning")] == [Outcome.PERSON]


def test_what_was_put_aside_is_right_once_it_is_in_force(tmp_path: Path) -> None:
    rules = exports(flow("title", direct("title"))) + cleanup("x", kind="scripted")
    found = moved(tmp_path, rules, provisioning="both")
    name = "ad-make-user-for-person.yaml"
    (found.home / "aside" / "rules" / name).rename(found.home / "documents" / "rules" / name)
    assert found.errors() == []
    rule = found.body("SyncRule", "AD - make user for person", aside=True)
    assert rule["deprovision"] == {"extension": "adrules:deprovision_ad"}


@pytest.mark.parametrize(
    ("action", "word", "outcome"),
    [
        ("make-normal-disconnector", None, Outcome.CARRIED),
        ("make-explicit-disconnector", "explicit-disconnect", Outcome.PERSON),
        ("delete-object", "delete", Outcome.PERSON),
        ("send-flowers", None, Outcome.PERSON),
    ],
)
def test_where_no_rule_makes_objects_an_end_is_for_a_person(
    action: str, word: str | None, outcome: Outcome, tmp_path: Path
) -> None:
    found = moved(tmp_path, exports(flow("title", direct("title"))) + cleanup(action))
    assert found.migration.endings.get("AD") == word
    assert [one.outcome for one in found.elements("provisioning-cleanup")] == [outcome]


def test_an_end_is_kept_for_the_rules_of_the_portal(tmp_path: Path) -> None:
    found = moved(tmp_path, cleanup("delete-object"), provisioning="sync-rule")
    assert found.migration.endings == {"AD": "delete"}
    assert [one.outcome for one in found.elements("provisioning-cleanup")] == [Outcome.CARRIED]


def test_rows_of_several_types_get_their_type(tmp_path: Path) -> None:
    types = {"clerk": {"id": "string", "title": "string"}, "boss": {"id": "string", "title": "string"}}
    rules = exports(flow("title", direct("title")), class_="clerk")
    file = agent("App", HR, "Delimited", types, private=row_file(types, "Kind", "id"), rules=rules)
    found = Moved(tmp_path, {"MA-app.xml": file, "MV.XML": metaverse({"person": PERSON}, provisioning="scripted")})
    assert found.errors() == []
    made = found.body("SyncRule", "App - make clerk for person", aside=True)
    assert made["object"] == "row"
    assert made["flows"] == {
        "id": {"extension": "mvextension:id_of_app_clerk_for_person"},
        "Kind": {"constant": "clerk"},
        "title": "title",
    }
    assert found.migration.places["App"]["clerk"].values == ("clerk",)
    connector = found.body("Connector", "App")
    assert connector["settings"]["export"] == "changes"
    assert list(connector["objects"]) == ["row"]
    assert connector["objects"]["row"]["anchor"] == ["id"]


@pytest.mark.parametrize("target", ["unicodePwd", "export_password", "initialPassword"])
def test_a_password_in_clear_is_written_nowhere(target: str, tmp_path: Path) -> None:
    mapping = "<constant-mapping><constant-value>Welcome-2019</constant-value></constant-mapping>"
    found = moved(tmp_path, exports(flow(target, mapping), flow("cn", direct("name"))))
    assert found.body("SyncRule", "AD - person to user")["flows"] == {"cn": "name"}
    assert found.elements("export-flow")[0].outcome is Outcome.PERSON
    for path in found.home.rglob("*"):
        assert path.is_dir() or "Welcome-2019" not in path.read_text()
