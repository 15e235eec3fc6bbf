"""What `check` finds: each mistake with its file, its line and what was meant; and nothing where all is well."""

# ruff: noqa: E501 - the tables of mistakes read best with one mistake in a line

from pathlib import Path

import pytest
from small_company import FILES

from mimas.configuration.check import check
from mimas.configuration.problem import Problem, Severity, errors
from mimas.configuration.reading import read


def findings(home: Path, files: dict[str, str]) -> list[Problem]:
    documents = []
    for name, text in files.items():
        found, problems = read(text, f"documents/{name}")
        assert problems == []
        documents += found
    return [problem for problem in check(home, documents) if problem.severity is not Severity.HINT]


def broken(home: Path, file: str, old: str, new: str) -> list[str]:
    assert old in FILES[file], old
    return [str(problem) for problem in findings(home, {**FILES, file: FILES[file].replace(old, new, 1)})]


def test_nothing_is_said_of_what_is_right(tmp_path: Path) -> None:
    assert findings(tmp_path, FILES) == []


FORM = [
    ("hr.yaml", "kind: SyncRule", "kind: SyncRul", "hr.yaml:16: In from HR: unknown kind 'SyncRul'; did you mean 'SyncRule'?"),
    ("hr.yaml", "\nflows:", "\nflow:", "hr.yaml:28: In from HR: unknown key 'flow'; did you mean 'flows'?"),
    ("hr.yaml", "direction: inbound", "direction: inbund", "hr.yaml:18: In from HR: `direction` cannot be 'inbund'; did you mean 'inbound'?"),
    ("hr.yaml", "link: provision", "link: provison", "hr.yaml:23: In from HR: `link` cannot be 'provison'; did you mean 'provision'?"),
    ("hr.yaml", "connector: hr\n", "", "hr.yaml:17: In from HR: `connector` is missing; write `connector: …`"),
    ("hr.yaml", "precedence: 100", "precedence: 0", "hr.yaml:22: In from HR: `precedence` should be greater than or equal to 1"),
    ("hr.yaml", "precedence: 100", "precedence: high", "hr.yaml:22: In from HR: `precedence` should be a whole number"),
    ("hr.yaml", "EQUAL active", "EQUALS active", "hr.yaml:25: In from HR: 'Status EQUALS active' has no operator; did you mean 'EQUAL'?"),
    ("hr.yaml", "EQUAL active", "ISNULL active", "hr.yaml:25: In from HR: ISNULL takes no value; leave out 'active'"),
    ("hr.yaml", "EQUAL active", "EQUAL", "hr.yaml:25: In from HR: EQUAL needs a value"),
    ("hr.yaml", "- Status EQUAL active", "- [Status ISNULL]\n  - Status ISNULL", "hr.yaml:24: In from HR: mixes clauses and lists"),
    ("hr.yaml", "Number = employeeID", "Number == employeeID", "hr.yaml:27: In from HR: 'Number == employeeID' is no comparison"),
    ("hr.yaml", "Number = employeeID", "Number", "hr.yaml:27: In from HR: 'Number' is no comparison of two attributes"),
    ("hr.yaml", "{constant: Contoso}", "{konstant: Contoso}", "hr.yaml:31: In from HR: unknown key 'konstant'; did you mean 'constant'?"),
    ("hr.yaml", "{constant: Contoso}", "{constant: x, attribute: First}", "hr.yaml:31: In from HR: a flow has one origin, not attribute and constant"),
    ("hr.yaml", "{constant: Contoso}", "5", "hr.yaml:31: In from HR: '5' is no origin"),
    ("hr.yaml", "{constant: Contoso}", "", "hr.yaml:31: In from HR: nothing is no origin"),
    ("hr.yaml", "{constant: Contoso}", "{constant: [a]}", "hr.yaml:31: In from HR: a constant is a single value"),
    ("hr.yaml", "[Number]", "[Nummer]", "hr.yaml:6: hr: unknown attribute 'Nummer' in the anchor; did you mean 'Number'?"),
    ("hr.yaml", "First: string", "First: sting", "hr.yaml:10: hr: unknown attribute type 'sting'; did you mean 'string'?"),
    ("hr.yaml", "First: string", "First:", "hr.yaml:10: hr: an attribute has no type; write it behind the name"),
    ("hr.yaml", "objects:\n", "objects: 5\ndescription: |\n", "hr.yaml:5: hr: `objects` should have keys and values"),
    ("hr.yaml", "connector: hr\n", "connector: ''\n", "hr.yaml:19: In from HR: `connector` must not be empty"),
    ("hr.yaml", "string, multivalued", "string, multi", "hr.yaml:13: hr: unknown word 'multi' after the type; did you mean 'multivalued'?"),
    ("hr.yaml", "objects:", "guards: {missing: {share: 500%}}\nobjects:", "hr.yaml:5: hr: `share` should be less than or equal to 1"),
    ("hr.yaml", "objects:", "guards: {missing: {count: -1}}\nobjects:", "hr.yaml:5: hr: `count` should be greater than or equal to 0"),
    ("hr.yaml", "objects:", "guards: {missing: {share: much%}}\nobjects:", "hr.yaml:5: hr: 'much%' is no share; write 5% or 0.05"),
    ("hr.yaml", "objects:", "guards: {deleted: {count: 1}}\nobjects:", "hr.yaml:5: hr: unknown key 'deleted'; did you mean 'deletes'?"),
    ("rest.yaml", "import hr,", "imprt hr,", "rest.yaml:11: daily: unknown step 'imprt hr'; did you mean 'import'?"),
    ("rest.yaml", "import hr,", "import,", "rest.yaml:11: daily: 'import' names no connector"),
]  # fmt: skip

MEANING = [
    ("hr.yaml", "connector: hr", "connector: hrr", "hr.yaml:19: In from HR: unknown connector 'hrr'; did you mean 'hr'?"),
    ("hr.yaml", "object: worker", "object: wörker", "hr.yaml:20: In from HR: connector hr has no object 'wörker'; did you mean 'worker'?"),
    ("hr.yaml", "resource: person", "resource: persn", "hr.yaml:21: In from HR: unknown object type 'persn'; did you mean 'person'?"),
    ("hr.yaml", "Status EQUAL", "Statsu EQUAL", "hr.yaml:25: In from HR: unknown attribute 'Statsu'; did you mean 'Status'?"),
    ("hr.yaml", "Status EQUAL", "Manager EQUAL", "hr.yaml:25: In from HR: 'Manager' is a reference, which has no value"),
    ("hr.yaml", "Number = employeeID", "Numbr = employeeID", "hr.yaml:27: In from HR: unknown attribute 'Numbr'; did you mean 'Number'?"),
    ("hr.yaml", "Number = employeeID", "Number = employeID", "hr.yaml:27: In from HR: unknown attribute 'employeID'; did you mean 'employeeID'?"),
    ("hr.yaml", "Number = employeeID", "Number = mail", "hr.yaml:27: In from HR: joins by 'mail', which is not indexed; declare it in the object type person"),
    ("hr.yaml", "employeeID: Number", "employeeId: Number", "hr.yaml:29: In from HR: unknown attribute 'employeeId'; did you mean 'employeeID'?"),
    ("hr.yaml", "employeeID: Number", "employeeID: number", "hr.yaml:29: In from HR: unknown attribute 'number'; did you mean 'Number'?"),
    ("hr.yaml", "Trim([First])", "Trim([Frist])", "hr.yaml:30: In from HR: unknown attribute 'Frist'; did you mean 'First'?"),
    ("hr.yaml", "Trim([First])", "Trm([First])", "hr.yaml:30: In from HR: There is no function Trm (at character 1 of `Trm([First])"),
    ("hr.yaml", "Trim([First])", "Trim([First]", "hr.yaml:30: In from HR: The expression ends too early"),
    ("hr.yaml", "LCase([First])", "LCase([Frist])", "hr.yaml:32: In from HR: unknown attribute 'Frist'; did you mean 'First'?"),
    ("hr.yaml", "Trim([First])", "[Manager]", "hr.yaml:30: In from HR: 'Manager' is a reference, which has no value"),
    ("hr.yaml", "manager: Manager", "manager: Number", "hr.yaml:33: In from HR: flows 'Number' (string) to 'manager' (reference)"),
    ("hr.yaml", "manager: Manager", "mail: Manager", "hr.yaml:33: In from HR: flows 'Manager' (reference) to 'mail' (string)"),
    ("hr.yaml", "manager: Manager", "manager: =[Number]", "hr.yaml:33: In from HR: 'manager' is a reference, which only a reference"),
    ("hr.yaml", "manager: Manager", "level: {constant: high}", "hr.yaml:33: In from HR: 'high' is not of the type of 'level', which is integer"),
    ("hr.yaml", "manager: Manager", "mail: {attribute: First, merge: merge}", "hr.yaml:33: In from HR: 'mail' holds one value and cannot be merged"),
    ("hr.yaml", "manager: Manager", "mail: Phones\n  manager: Manager", "hr.yaml:33: warning: In from HR: flows 'Phones', which holds several values, to 'mail'"),
    ("hr.yaml", "manager: Manager", "mail: =Guid()", "hr.yaml:33: In from HR: `Guid()` gives another value each time"),
    ("hr.yaml", "reference to worker", "reference to workers", "hr.yaml:14: hr: unknown object 'workers'; did you mean 'worker'?"),
    ("hr.yaml", "type: delimited", "type: delimted", "hr.yaml:3: hr: unknown connector type 'delimted'; did you mean 'delimited'?"),
    ("hr.yaml", "path: hr.csv", "path: hr.csv, delimeter: ;", "hr.yaml:4: hr: unknown key 'delimeter'; did you mean 'delimiter'?"),
    ("people.yaml", "reference to person", "reference to persn", "people.yaml:11: person: unknown object type 'persn'; did you mean 'person'?"),
    ("directory.yaml", "uid: accountName", "uidd: accountName", "directory.yaml:22: Out to directory: unknown attribute 'uidd'; did you mean 'uid'?"),
    ("directory.yaml", "uid: accountName", "uid: acountName", "directory.yaml:22: Out to directory: unknown attribute 'acountName'; did you mean 'accountName'?"),
    ("directory.yaml", "uid: accountName", "uid: {unique: [accountName]}", "directory.yaml:22: Out to directory: only resources have unique values"),
    ("directory.yaml", '  dn: ="uid=" & [accountName] & ",dc=example,dc=com"\n', "", "directory.yaml:13: Out to directory: provisions objects of directory without a name"),
    ("rest.yaml", "resource: group", "resource: grup", "rest.yaml:3: Colleagues: unknown object type 'grup'; did you mean 'group'?"),
    ("rest.yaml", "of: person", "of: people", "rest.yaml:5: Colleagues: unknown object type 'people'"),
    ("rest.yaml", "attribute: member", "attribute: members", "rest.yaml:4: Colleagues: unknown attribute 'members'; did you mean 'member'?"),
    ("rest.yaml", "attribute: member", "attribute: owner", "rest.yaml:4: Colleagues: 'owner' of group cannot hold members"),
    ("rest.yaml", "company = company", "company = compny", "rest.yaml:6: Colleagues: unknown attribute 'compny'; did you mean 'company'?"),
    ("rest.yaml", "[displayName ISNOTNULL]", "[mial ISNOTNULL]", "rest.yaml:7: Colleagues: unknown attribute 'mial'; did you mean 'mail'?"),
    ("rest.yaml", "export directory", "export directroy", "rest.yaml:11: daily: unknown connector 'directroy'; did you mean 'directory'?"),
    ("rest.yaml", "export directory", "export hr", "rest.yaml:11: daily: connector hr is not written to"),
    ("rest.yaml", "import hr", "import hr delta", "rest.yaml:11: daily: connector hr cannot tell what has changed"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "expected"), [*FORM, *MEANING])
def test_one_mistake_is_found_where_it_is_and_alone(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    found = broken(tmp_path, file, old, new)
    assert [line for line in found if line.startswith("documents/" + expected)], found
    assert len(found) == 1, "a mistake has no echo elsewhere"


def test_every_mistake_is_found_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    hr = FILES["hr.yaml"].replace("[First]", "[Frist]").replace("Status EQUAL", "Statsu EQUAL")
    people = FILES["people.yaml"].replace("employeeID: string, indexed", "employeeID: string")
    files = {**FILES, "hr.yaml": hr, "people.yaml": people, "a.yaml": "kind: Wrong\nname: x\n"}
    found = [str(problem.place) for problem in findings(tmp_path, files)]
    assert found == ["documents/a.yaml:1", *(f"documents/hr.yaml:{line}" for line in (25, 27, 30, 32))]


def test_a_system_that_is_not_written_gets_no_outbound_rule_and_no_export(tmp_path: Path) -> None:
    rule, step = broken(tmp_path, "directory.yaml", ", export: listing", "")
    assert rule.startswith("documents/directory.yaml:15: Out to directory: connector directory is not written to")
    assert step.startswith("documents/rest.yaml:11: daily: connector directory is not written to")


def test_a_function_that_does_not_exist_is_told_with_what_was_meant(tmp_path: Path) -> None:
    (found,) = broken(tmp_path, "hr.yaml", "Trim([First])", "Trimm([First])")
    assert "Trimm" in found
    assert "did you mean 'Trim'" in found


def test_a_type_of_mimas_itself_is_given_attributes_and_keeps_its_own(tmp_path: Path) -> None:
    text = "kind: ObjectType\nname: Set\nattributes:\n  colour: string\n  Temporal: {type: boolean, label: Timed}\n"
    assert findings(tmp_path, {**FILES, "sets.yaml": text}) == []
    (problem,) = findings(tmp_path, {**FILES, "sets.yaml": f"{text}  Filter: integer, multivalued\n"})
    assert str(problem).startswith(
        "documents/sets.yaml:6: Set: 'Filter' of Set is string, and cannot be integer, multivalued; a type of Mimas"
    )


def test_random_values_may_flow_once(tmp_path: Path) -> None:
    once = "cn: {expression: =Guid(), once: true}"
    assert broken(tmp_path, "directory.yaml", "cn: displayName", once) == []
    kept = 'accountName: {unique: ["=Guid()"]}'
    assert broken(tmp_path, "hr.yaml", 'accountName: {unique: ["=LCase([First])"]}', kept) == []


def test_what_is_another_value_each_time_is_given_once(tmp_path: Path) -> None:
    flow = 'mail: "=Guid()"\n  manager: Manager'
    (found,) = broken(tmp_path, "hr.yaml", "manager: Manager", flow)
    assert "`Guid()` gives another value each time" in found
    once = flow.replace('"=Guid()"', '{expression: "=Guid()", once: true}')
    assert broken(tmp_path, "hr.yaml", "manager: Manager", once) == []


def test_rules_without_flows_are_suspicious(tmp_path: Path) -> None:
    text = FILES["hr.yaml"][: FILES["hr.yaml"].index("flows:")]
    problems = findings(tmp_path, {**FILES, "hr.yaml": text})
    (found,) = [problem for problem in problems if "which no rule writes" not in problem.message]
    assert (found.severity, found.message, found.place.line) == (Severity.WARNING, "has no flows", 17)
    assert errors([found]) == []


def test_a_rule_in_a_broken_connector_is_not_blamed(tmp_path: Path) -> None:
    assert len(broken(tmp_path, "hr.yaml", "type: delimited", "tpye: delimited")) == 2  # unknown `tpye`, missing `type`


def test_ties_name_both_rules(tmp_path: Path) -> None:
    second = FILES["hr.yaml"].split("---\n")[1].replace("In from HR", "In again").split("flows:")[0]
    second = second.replace("Status EQUAL active", "Last NOTEQUAL Smith")
    tie = second + "flows:\n  company: {constant: Fabrikam}\n  aliases: {attribute: First, merge: merge}\n"
    (found,) = findings(tmp_path, {**FILES, "tie.yaml": tie})
    assert found.severity is Severity.WARNING
    assert found.about == "In from HR"
    assert found.message == "writes 'company' with precedence 100, as 'In again' does"
    assert "documents/tie.yaml:14" in found.hint
    assert findings(tmp_path, {**FILES, "tie.yaml": tie.replace("precedence: 100", "precedence: 101")}) == []
    merged = tie.replace("  company: {constant: Fabrikam}\n", "")
    assert findings(tmp_path, {**FILES, "tie.yaml": merged}) == []


def test_two_documents_of_one_name_are_told_with_both_places(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, {**FILES, "zz.yaml": FILES["rest.yaml"].split("---\n")[1]})
    assert str(found.place) == "documents/zz.yaml:2"
    assert found.hint == "the first is at documents/rest.yaml:10"


@pytest.mark.parametrize(
    "settings",
    ["password: hunter2", "bind: {api_key: hunter2}", "url: postgresql://me:hunter2@db/x", "client_secret: hunter2"],
)
def test_secrets_in_clear_are_refused_and_not_repeated(tmp_path: Path, settings: str) -> None:
    found = broken(tmp_path, "hr.yaml", "{path: hr.csv}", f"\n  path: hr.csv\n  {settings}")
    assert found
    assert all("documents/hr.yaml:6" in line for line in found)
    assert all("hunter2" not in line for line in found)


def test_a_secret_elsewhere_is_fine(tmp_path: Path) -> None:
    ldap = """\
kind: Connector
name: ad
type: ldap
settings: {uri: "ldaps://ad", base: "dc=example", bind_dn: "cn=mimas", password: {env: AD_PASSWORD}}
objects: {user: {attributes: {cn: string}}}
"""
    assert errors(findings(tmp_path, {"ad.yaml": ldap})) == []
    clear = ldap.replace("{env: AD_PASSWORD}", "hunter2")
    found = [str(problem) for problem in errors(findings(tmp_path, {"ad.yaml": clear}))]
    assert len(found) == 1
    assert "hunter2" not in found[0]
    assert "{env: NAME}" in found[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("people:nickname", ""),
        ("people:nickname2", "has no function 'nickname2'; did you mean 'nickname'?"),
        ("peple:nickname", "there is no file extensions/peple.py; did you mean 'people'?"),
        ("people.nickname", "'people.nickname' is no extension; write `module:function`"),
        ("../people:nickname", "is no extension"),
        ("json:loads", "'json' is a module of Python itself"),
        ("broken:f", "extensions/broken.py, line 2 is not Python"),
    ],
)
def test_extensions_are_looked_for_and_not_run(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / "extensions").mkdir()
    (tmp_path / "extensions" / "people.py").write_text("raise SystemExit('run')\ndef nickname(source): ...\n")
    (tmp_path / "extensions" / "broken.py").write_text("x = 1\ndef f(:\n")
    found = broken(tmp_path, "hr.yaml", "manager: Manager", f'mail: {{extension: "{name}"}}\n  manager: Manager')
    assert len(found) == (1 if expected else 0)
    assert all("documents/hr.yaml:33" in line and expected in line for line in found)


def test_a_secret_of_a_type_that_is_not_installed_is_found_by_its_name(tmp_path: Path) -> None:
    found = broken(
        tmp_path, "hr.yaml", "type: delimited\nsettings: {", "type: other\nsettings:\n  {bind_password: hunter2, "
    )
    assert [line.partition(": ")[0] for line in found] == ["documents/hr.yaml:3", "documents/hr.yaml:5"]
    assert "`bind_password` holds a secret in clear" in found[1]
    assert "hunter2" not in found[1]


def test_a_membership_cannot_depend_on_the_time(tmp_path: Path) -> None:
    said = broken(
        tmp_path, "rest.yaml", "scope: [displayName ISNOTNULL]", "scope: ['mail GREATERTHAN =DateAdd(\"d\", 7, Now())']"
    )
    wanted = "let a sync rule flow the answer to an attribute of the member, and name that attribute here"
    assert said == [f"documents/rest.yaml:7: Colleagues: the scope of a membership cannot use Now(); {wanted}"]


def test_a_membership_reads_what_somebody_writes(tmp_path: Path) -> None:
    (said,) = broken(tmp_path, "rest.yaml", "displayName ISNOTNULL", "level ISNOTNULL")
    assert said.startswith("documents/rest.yaml:7: warning: Colleagues: reads 'level', which no rule writes")
