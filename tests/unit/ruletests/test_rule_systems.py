"""The systems of a rule test: they take what they are given, and call functions of the home as the engine does."""

from pathlib import Path

import pytest

from tests.unit.ruletests.homes import ADA, results, told
from tests.unit.ruletests.homes import home as starter

DOCUMENTS = """
kind: ObjectType
name: person
attributes: {id: "string, indexed", name: string, member: "reference, multivalued"}
---
kind: Connector
name: hr
type: delimited
settings: {path: nowhere.csv}
objects:
  worker: {anchor: [company, number], attributes: {company: string, number: integer, name: string}}
---
kind: Connector
name: service
type: scim
settings: {url: "http://127.0.0.1:1", token: {env: NOT_SET}}
objects:
  User: {attributes: {userName: string, displayName: string, title: string}}
---
kind: Connector
name: app
type: sql
settings:
  url: sqlite:///nowhere.db
  tables: {user: users, team: teams}
  links: {members: {table: m, owner: o, member: n}}
after_export: "tell:everybody"
objects:
  user: {anchor: [id], attributes: {id: string, name: string}}
  team: {anchor: [id], attributes: {id: string, members: "reference to user, multivalued"}}
---
kind: SyncRule
name: People
direction: inbound
connector: hr
object: worker
resource: person
precedence: 1
link: provision
scope: [{extension: "people:counts"}]
join: ['=[company] & "-" & CStr([number]) = id']
flows: {id: '=[company] & "-" & CStr([number])', name: {extension: "people:loud"}}
---
kind: SyncRule
name: Teams
direction: inbound
connector: app
object: team
resource: person
precedence: 1
link: provision
join: [id = id]
flows: {id: id, member: members}
---
kind: SyncRule
name: Accounts
direction: outbound
connector: service
object: User
resource: person
precedence: 1
link: provision
join: [userName = id]
flows: {userName: id, displayName: name}
---
kind: SyncRule
name: Users
direction: outbound
connector: app
object: user
resource: person
precedence: 1
link: provision
scope: [name ISNOTNULL]
deprovision: delete
flows: {id: id, name: name}
"""
PEOPLE = (
    "def counts(values):\n    return values['number'] > 0\n\n\ndef loud(values):\n    return values['name'].upper()\n"
)
TELL = "def everybody(export):\n    raise SystemExit('this would have told somebody')\n"
GIVEN = (
    "given: {hr: {worker: {A+1: {name: ada}, A+0: {name: nobody}}}, service: {User: {A-1: {userName: A-1, title: Dr}}}}"
)


def home(folder: Path, tests: str) -> Path:
    """A home with functions, anchors of two parts, and a system that gives anchors by itself."""
    for name, text in {
        "mimas.toml": "[mimas]\n",
        "documents/all.yaml": DOCUMENTS,
        "extensions/people.py": PEOPLE,
        "extensions/tell.py": TELL,
        "tests/x.yaml": tests,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    "expected",
    [
        # Functions of the home are called, those around exports are not; anchors of several parts.
        "{resources: {person: {A-1: {name: ADA}, A-0: absent}}, links: {hr: {A+1: A-1, A+0: null}}}",
        # Where the system gives anchors by itself, a value names the object.
        "{objects: {service: {User: {A-1: {displayName: ADA, title: Dr}}}}, sent: {service: {ADA: update}}}",
        "{objects: {service: {User: {ADA: {userName: A-1}}}}, links: {service: {Dr: A-1}}, exactly: true}",
        # Types of one system with anchors of the same kind.
        "{objects: {app: {user: {A-1: {name: ADA}}, team: {A-1: absent}}}, sent: {app: {A-1: add}}}",
    ],
)
def test_what_systems_hold(tmp_path: Path, expected: str) -> None:
    (result,) = results(home(tmp_path, f"kind: RuleTest\nname: x\n{GIVEN}\nexpect: {expected}\n"))
    assert told(result) == []


def test_references_are_keys_of_their_targets(tmp_path: Path) -> None:
    tests = f"""
kind: RuleTest
name: x
{GIVEN}
---
kind: RuleTest
name: y
after: x
given: {{app: {{team: {{T: {{members: [A-1]}}}}}}}}
expect:
  resources: {{person: {{T: {{member: A-1}}}}}}
  objects: {{app: {{team: {{T: {{members: A-1}}}}}}}}
---
kind: RuleTest
name: z
after: y
given: {{hr: {{worker: {{A+1: gone}}}}}}
expect:
  resources: {{person: {{A-1: absent, T: {{}}}}}}
  objects: {{app: {{user: {{A-1: absent}}}}}}
"""
    assert [told(result) for result in results(home(tmp_path, tests))] == [[], [], []]


def test_a_reference_may_be_given_before_its_target(tmp_path: Path) -> None:
    given = "{app: {team: {T: {members: [U]}}, user: {U: {name: x}}}}"
    expect = "{objects: {app: {team: {T: {members: U}}}}}"
    (result,) = results(home(tmp_path, f"kind: RuleTest\nname: x\ngiven: {given}\nexpect: {expect}\n"))
    assert told(result) == []


def test_what_was_renamed_is_found_by_its_new_name_only(tmp_path: Path) -> None:
    tests = f"""
kind: RuleTest
name: x
given: {{directory: {{inetOrgPerson: {{uid=x: {{cn: X}}}}}}}}
---
kind: RuleTest
name: y
after: x
given: {{directory: {{inetOrgPerson: {{uid=x: {{dn: uid=y, manager: '{ADA}'}}}}}}}}
expect: {{objects: {{directory: {{inetOrgPerson: {{uid=x: absent, uid=y: {{cn: X, manager: '{ADA}'}}}}}}}}}}
"""
    assert [told(result) for result in results(starter(tmp_path, tests))] == [[], []]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("{hr: {worker: {A: {}}}}", "cannot be: the key of a worker is company+number"),
        ("{service: {User: {a: {title: Dr}, b: {title: Dr}, Dr: gone}}}", "cannot be: 2 objects have the value Dr"),
        ("{app: {user: {A: gone}}}", "cannot be: app has no user A"),
    ],
)
def test_what_cannot_be_given(tmp_path: Path, given: str, why: str) -> None:
    (result,) = results(home(tmp_path, f"kind: RuleTest\nname: x\ngiven: {given}\n"))
    assert result.differences[0].got.startswith(why)
