"""`mimas schema`: what types there are, and one step to another attribute."""

from tests.unit.cli.shell import Shell

POLICY = """\
kind: Set
name: Everybody
Filter: /person
---
# who sees whom
kind: ManagementPolicyRule
name: Names
GrantRight: true
ActionType: Read
ActionParameter: displayName   # what
PrincipalSet: Everybody
ResourceCurrentSet: Everybody
---
kind: ManagementPolicyRule
name: Departments
GrantRight: true
ActionType: Read
ActionParameter:
  # many
  - department
  - displayName
PrincipalSet: Everybody
ResourceCurrentSet: Everybody
"""


def test_types_and_their_attributes_are_listed(used: Shell) -> None:
    out = used.done("schema")
    assert any(line.split() == ["person", "7", "documents/people.yaml:3"] for line in out.splitlines())
    assert "Mimas itself" in out
    rows = {row["attribute"]: row for row in used("schema", "person", "--json").json}
    assert rows["employeeID"]["form"] == "string, indexed"
    assert rows["employeeID"]["written by"] == "sync rule 'In from HR'"
    assert any(
        line.split()[:3] == ["ExplicitMember", "reference,", "multivalued"]
        for line in used.done("schema", "Set").splitlines()
    )
    said = used("schema", "persn")
    assert said.code != 0
    assert "There is no type 'persn'; did you mean 'person'?" in said.err


def test_an_attribute_is_added_in_one_step(used: Shell) -> None:
    (used.home / "documents/policy.yaml").write_text(POLICY)
    used.done("config", "apply")
    before = (used.home / "documents/people.yaml").read_text()
    out = used.done(
        "schema", "add", "person", "floor", "integer", "--minimum", "0", "--label", "en=Floor", "--like", "displayName"
    )
    assert "person has floor: {type: integer, minimum: 0, label: Floor}. It is in force." in out
    assert "+ Names" in out
    assert "+ Departments" in out
    after = (used.home / "documents/people.yaml").read_text()
    assert after == f"{before.rstrip()}\n  floor: {{type: integer, minimum: 0, label: Floor}}\n"
    policy = (used.home / "documents/policy.yaml").read_text()
    assert "  - displayName\n  - floor\n" in policy
    assert "# many" in policy
    assert "# who sees whom" in policy
    assert "ActionParameter: [displayName, floor]" in policy
    assert used.done("check").endswith("documents are in order.\n")
    assert used("config", "plan").code == 0
    (row,) = [row for row in used("schema", "person", "--json").json if row["attribute"] == "floor"]
    assert row["granted by"] == ["Departments", "Names"]
    assert (row["limits"], row["written by"]) == ({"minimum": 0}, "requests")


def test_a_type_of_mimas_itself_gets_a_document(used: Shell) -> None:
    out = used.done("schema", "add", "Set", "colour", "string", "--indexed", "--pattern", "^(red|blue)$")
    assert "Written to documents/types/Set.yaml." in out
    assert used("config", "plan").code == 0
    again = used("schema", "add", "Set", "colour", "string")
    assert again.code != 0
    assert "Set has an attribute 'colour' already." in again.err


def test_what_is_otherwise_different_stays_so(used: Shell) -> None:
    path = used.home / "documents/people.yaml"
    path.write_text(path.read_text().replace("  givenName: string\n", "  givenName: string, indexed\n"))
    out = used.done("schema", "add", "person", "floor", "integer")
    assert "The folder differs in other things from what is in force, as before" in out
    rows = {row["attribute"]: row for row in used("schema", "person", "--json").json}
    assert rows["givenName"]["form"] == "string"
    plan = used("config", "plan")
    assert "givenName: string → string, indexed" in plan.out
    assert "floor" not in plan.out


def test_what_cannot_be_added_changes_nothing(used: Shell) -> None:
    before = (used.home / "documents/people.yaml").read_text()
    for arguments, expected in [
        (("person", "floor", "intger"), "unknown attribute type 'intger'; did you mean 'integer'?"),
        (("person", "floor", "string", "--pattern", "(a+)+"), "could take for ever"),
        (("person", "floor", "string", "--label", "Floor"), "'Floor' is no label: write it as en=Floor."),
        (("person", "floor", "string", "--like", "displayNam"), "person has no attribute 'displayNam'"),
        (("perso", "floor", "string"), "There is no type 'perso'"),
    ]:
        said = used("schema", "add", *arguments)
        assert said.code != 0
        assert expected in said.err
    assert (used.home / "documents/people.yaml").read_text() == before
    assert used("config", "plan").code == 0
