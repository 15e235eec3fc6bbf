"""`check`, `config apply`, and the `connector` commands."""

import sys

import pytest
from ruamel.yaml import YAML

from tests.unit.cli.shell import Shell

HR = "documents/hr.yaml"
PEOPLE = "documents/people.yaml"
PROFILES = "documents/profiles.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "meant"),
    [
        pytest.param(HR, "kind: SyncRule", "kind: SyncRul", "SyncRule", id="kind"),
        pytest.param(HR, "direction: inbound", "directon: inbound", "direction", id="key"),
        pytest.param(HR, "direction: inbound", "direction: inbond", "inbound", id="word"),
        pytest.param(HR, "type: delimited", "type: delimted", "delimited", id="type of connector"),
        pytest.param(HR, "  path: data/hr.csv", "  pth: data/hr.csv", "path", id="setting"),
        pytest.param(HR, "connector: hr", "connector: rh", "hr", id="connector"),
        pytest.param(HR, "object: worker", "object: wroker", "worker", id="object type"),
        pytest.param(HR, "resource: person", "resource: persn", "person", id="resource type"),
        pytest.param(HR, "Status EQUAL active", "Status EQUALS active", "EQUAL", id="operator"),
        pytest.param(HR, "Status EQUAL active", "Statsu EQUAL active", "Status", id="attribute of a scope"),
        pytest.param(HR, "Number = employeeID", "Nummer = employeeID", "Number", id="attribute of a join"),
        pytest.param(HR, "surname: =Trim", "surnme: =Trim", "surname", id="target of a flow"),
        pytest.param(HR, "department: Department", "department: Departmnt", "Department", id="source of a flow"),
        pytest.param(HR, "surname: =Trim", "surname: =Trm", "Trim", id="function"),
        pytest.param(HR, "surname: =Trim([Last])", "surname: =Trim([Last]", ")", id="parenthesis"),
        pytest.param(HR, "share: 5%", "share: fife%", "5%", id="share"),
        pytest.param(PEOPLE, "surname: string", "surname: strng", "string", id="attribute type"),
        pytest.param(PEOPLE, "  surname: string", "  surname string", "key: value", id="no YAML"),
        pytest.param(PEOPLE, "name: person", "\tname: person", "spaces", id="tab"),
        pytest.param(PROFILES, "import hr", "import rh", "hr", id="connector of a step"),
        pytest.param(PROFILES, "import hr", "improt hr", "import", id="verb of a step"),
        pytest.param(PROFILES, "import hr", "import hr delta", "in full", id="a delta that cannot be read"),
    ],
)
def test_each_typo_names_file_and_line_and_what_was_meant(
    used: Shell, file: str, old: str, new: str, meant: str
) -> None:
    used.edit(file, old, new)
    said = used("check")
    assert said.code == 1
    line = used.line(file, new)
    told = [text for text in said.err.splitlines() if text.startswith(f"{file}:{line}: ")]
    assert any(meant in text for text in told), said.err
    assert "Traceback" not in said.err


def test_every_mistake_is_told_and_nothing_is_applied(used: Shell) -> None:
    used.edit(HR, "surname: =Trim", "surname: =Trm")
    used.edit(PROFILES, "import hr", "import rh")
    used.edit(PEOPLE, "department: string", "department: string\n  room: string")
    said = used("config", "apply")
    assert said.code == 1
    assert f"{HR}:{used.line(HR, 'Trm')}" in said.err
    assert f"{PROFILES}:4" in said.err
    assert "Nothing was applied" in said.err
    assert used("status", "--json").json["drift"], "what is in force is what was in force"
    assert used("run", "daily").code == 0, "and still runs"


def test_problems_as_json_have_parts(used: Shell) -> None:
    used.edit(HR, "surname: =Trim", "surname: =Trm")
    said = used("check", "--json")
    assert said.code == 1
    (problem,) = said.json["problems"]
    assert set(problem) == {"severity", "file", "line", "document", "message", "hint"}
    assert (problem["severity"], problem["file"], problem["line"]) == ("error", HR, used.line(HR, "Trm"))
    assert problem["document"] == "In from HR"


def test_documents_in_order_end_with_0_and_drift_with_5(new: Shell) -> None:
    assert new("check").code == 0, "nothing is in force yet: nothing has drifted"
    new.done("config", "apply")
    said = new("check")
    assert said.code == 0
    assert "6 documents are in order." in said.out
    new.edit(PEOPLE, "department: string", "department: string\n  room: string")
    new.write("documents/more.yaml", "kind: RunProfile\nname: read\nsteps: [import hr]\n")
    for command in ("check", "status"):
        assert new(command).code == 5
    said = new("check")
    assert "~ ObjectType person" in said.out
    assert "+ RunProfile read" in said.out
    drift = new("check", "--json").json["drift"]
    assert {"action": "added", "kind": "RunProfile", "name": "read"} in drift
    assert new("status", "--json").json["drift"] == ["changed ObjectType person", "added RunProfile read"]


def test_warnings_are_told_and_hold_nothing_up(new: Shell) -> None:
    new.edit(HR, "  manager: Manager", "  manager: Manager\n  room: Department")
    new.edit(PEOPLE, "  department: string", "  department: string\n  room: string\n  floor: string")
    new.edit("documents/directory.yaml", "  cn: displayName", "  cn: =[displayName] & [floor]")
    said = new("check")
    assert said.code == 0
    assert "6 documents are in order." in said.out
    warning = f"documents/directory.yaml:{new.line('documents/directory.yaml', 'floor')}: warning: Out to the directory"
    assert warning in said.err
    hint = f"{PEOPLE}:{new.line(PEOPLE, 'room')}: hint: person: 'room' is written by rules and read by none"
    assert hint in said.err
    assert [problem["severity"] for problem in new("check", "--json").json["problems"]] == ["warning", "hint"]
    said = new("config", "apply")
    assert said.code == 0
    assert "6 documents are in force." in said.out
    assert warning in said.err
    assert hint not in said.err


def test_status_says_when_documents_cannot_be_read(used: Shell) -> None:
    used.write(PROFILES, "kind: [")
    said = used("status")
    assert said.code == 5
    assert "cannot be read" in said.out
    assert "mimas check" in said.out


def test_apply_says_what_has_changed_and_when_nothing_has(new: Shell) -> None:
    said = new.done("config", "apply")
    assert "+ SyncRule In from HR" in said
    assert "6 documents are in force. The next sync looks at everything anew." in said
    assert "nothing has changed" in new.done("config", "apply")
    new.edit(PEOPLE, "# What is kept", "# Nothing but a comment. What is kept")
    assert "nothing has changed" in new.done("config", "apply")
    new.edit(PROFILES, "[import hr, sync,", "[import hr, sync, sync,")
    said = new.done("config", "apply")
    assert "~ RunProfile daily" in said
    assert "anew" not in said, "a profile changes no result"
    (new.home / PROFILES).unlink()
    assert "- RunProfile daily" in new.done("config", "apply")
    assert new("run", "daily").code == 2


def test_types_lists_every_type_with_its_settings(used: Shell) -> None:
    found = used("connector", "types", "--json").json
    assert {"delimited", "ldif", "ldap", "scim", "sql"} <= set(found)
    assert "path" in found["delimited"]["settings"]
    assert all(set(about) == {"summary", "settings"} for about in found.values())
    assert "The file that lists every object" in used.done("connector", "types")


def test_list_names_the_connectors_in_force(used: Shell) -> None:
    assert used("connector", "list", "--json").json == [
        {"name": "directory", "type": "ldif", "objects": ["inetOrgPerson"]},
        {"name": "hr", "type": "delimited", "objects": ["worker"]},
    ]
    assert "delimited" in used.done("connector", "list")


def test_test_reaches_a_system_or_says_what_is_wrong(used: Shell) -> None:
    assert "hr: reached" in used.done("connector", "test", "hr")
    assert used("connector", "test", "hr", "--json").json["connector"] == "hr"
    (used.home / "data" / "hr.csv").unlink()
    said = used("connector", "test", "hr")
    assert said.code == 1
    assert "hr.csv" in said.err
    assert "delivered" in said.err
    said = used("connector", "test", "hrr")
    assert said.code == 2
    assert "did you mean 'hr'?" in said.err


STAFF = """\
kind: Connector
name: staff
type: delimited
settings: {path: data/staff.csv}
"""


def test_discover_before_anything_is_applied_gives_a_document_that_passes(new: Shell) -> None:
    new.write("data/staff.csv", "Nr,Given: name,yes,Größe,#\n1,a,b,c,d\n")
    new.write("documents/staff.yaml", STAFF + "objects: {}\n")
    assert not (new.home / "mimas.db").exists()
    found = new.done("connector", "discover", "staff")
    assert list(YAML(typ="safe").load(found)["objects"]["row"]["attributes"]) == [
        "Nr",
        "Given: name",
        "yes",
        "Größe",
        "#",
    ]
    new.write("documents/staff.yaml", STAFF + found)
    assert new("check").code == 0, new("check").err
    new.done("config", "apply")
    new.done("import", "staff")


@pytest.mark.parametrize("name", ["hr", "directory"])
def test_discovered_objects_can_stand_in_for_the_configured_ones(used: Shell, name: str) -> None:
    found = used.done("connector", "discover", name)
    text = (used.home / f"documents/{name}.yaml").read_text()
    head, rest = text.split("objects:\n", 1)
    tail = rest[rest.index("guards:") if "guards:" in rest else rest.index("---") :]
    used.write(f"documents/{name}.yaml", head + found + tail)
    said = used("check")
    assert said.code in (0, 5) or "manager" in said.err.lower(), said.err
    assert not any("objects" in line for line in said.err.splitlines()), said.err


def test_discover_as_json(used: Shell) -> None:
    found = used("connector", "discover", "hr", "--json").json
    assert found["worker"]["anchor"] == ["Number"]
    assert found["worker"]["attributes"]["First"] == "string"


def test_containers_are_shown_of_systems_that_have_some(used: Shell) -> None:
    said = used("connector", "containers", "hr")
    assert said.code != 0
    assert "Connector hr has no containers to choose from" in said.err


def test_a_connector_in_a_broken_document_is_told_with_its_line(used: Shell) -> None:
    used.edit(HR, "type: delimited", "typ: delimited")
    said = used("connector", "test", "hr")
    assert said.code == 1
    assert f"{HR}:4" in said.err


LDAP = 'type: ldap\nsettings: {uri: "ldap://127.0.0.1:1", base: "dc=x", bind_dn: "cn=a", password: {env: SECRET}}'
SCIM = 'type: scim\nsettings: {url: "http://127.0.0.1:1/scim", token: {env: SECRET}}'
SQL = 'type: sql\nsettings: {url: "postgresql+psycopg://me@127.0.0.1:1/x", password: {env: SECRET}}'
FAR = """\
kind: Connector
name: far
{}
objects: {{thing: {{anchor: [id], attributes: {{id: string}}}}}}
---
kind: RunProfile
name: far
steps: [import far, import hr, sync]
"""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        pytest.param(LDAP.replace("SECRET", "NO_SUCH_SECRET"), ["NO_SUCH_SECRET"], id="no secret"),
        pytest.param(LDAP, ["ldap://127.0.0.1:1", "Check that the server runs"], id="ldap"),
        pytest.param(SCIM, ["http://127.0.0.1:1/scim", "Check that the service runs"], id="scim"),
        pytest.param(SQL, ["127.0.0.1", "Check that the database runs"], id="sql"),
    ],
)
def test_a_system_that_cannot_be_reached(used: Shell, settings: str, words: list[str]) -> None:
    if "ldap" in settings:
        pytest.importorskip("ldap")
    used.set("SECRET", "hunter2")
    used.write("documents/far.yaml", FAR.format(settings))
    said = used("connector", "test", "far")
    assert said.code == 1
    assert all(word in said.err for word in words), said.err
    used.done("config", "apply")
    said = used("run", "far")
    assert said.code == 1
    assert all(word in said.out for word in words), said.out
    assert "✗ import far" in said.out
    assert "✓ import hr" in said.out, "the others go on"
    assert "hunter2" not in said.out + said.err
    assert "hunter2" not in used("runs", "2").out


def test_an_extension_that_is_not_there_is_told_by_check(used: Shell) -> None:
    used.edit(HR, "surname: =Trim([Last])", 'surname: {extension: "family_names:first"}')
    said = used("check")
    assert said.code == 1
    assert f"{HR}:{used.line(HR, 'family_names:first')}" in said.err
    assert "family_names" in said.err
    assert sys.modules.get("family_names") is None
