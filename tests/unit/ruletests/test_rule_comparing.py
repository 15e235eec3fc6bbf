"""Everything that can be expected is compared: it passes when it is so, and is told when it is not."""

from pathlib import Path

import pytest

from mimas.ruletests import world
from mimas.ruletests.report import explained
from tests.unit.ruletests.homes import ADA, home, results, rule_test, told

OBJECT = f"expect: {{objects: {{directory: {{inetOrgPerson: {{'{ADA}': {{%s}}}}}}}}}}"
PERSON = "expect: {resources: {person: {1002: {%s}}}}"
GRACE = "uid=ghopper,ou=People,dc=example,dc=com"


@pytest.mark.parametrize(
    "expected",
    [
        PERSON % "displayName: Grace Hopper, department: null, manager: 1001",
        PERSON % "manager: alovelace",
        "expect: {resources: {person: {ghopper: {employeeID: 1002}}}}",
        "expect: {resources: {person: {9: absent, 1001: {}}}}",
        OBJECT % "cn: Ada Lovelace, manager: null",
        OBJECT.replace(ADA, ADA.upper()) % "cn: Ada Lovelace",
        f"expect: {{objects: {{directory: {{inetOrgPerson: {{'{GRACE}': {{manager: '{ADA}'}}}}}}}}}}",
        f"expect: {{links: {{hr: {{1001: 1001, 1002: ghopper}}, directory: {{'{ADA}': 1001}}}}}}",
        f"expect: {{sent: {{directory: {{'{ADA}': add, '{GRACE}': add}}, hr: {{}}}}}}",
        "expect: {exactly: true, resources: {person: {1001: {}, 1002: {}}}}",
    ],
)
def test_what_is_so_passes(tmp_path: Path, expected: str) -> None:
    (result,) = results(home(tmp_path, rule_test("x", expected)))
    assert told(result) == []
    assert result.passed


@pytest.mark.parametrize(
    ("expected", "difference"),
    [
        (PERSON % "displayName: Grace", ("person 1002", "displayName", "Grace", "Grace Hopper")),
        (PERSON % "department: Sales", ("person 1002", "department", "Sales", "no value")),
        (PERSON % "surname: null", ("person 1002", "surname", "no value", "Hopper")),
        (PERSON % "manager: 1002", ("person 1002", "manager", "1002", "1001")),
        (PERSON % "manager: 77", ("person 1002", "manager", "77", "1001")),
        (PERSON % "manager: null", ("person 1002", "manager", "no value", "1001")),
        ("expect: {resources: {person: {1: {}}}}", ("person 1", "", "there", "absent; there is 1001, 1002")),
        ("expect: {resources: {person: {1001: absent}}}", ("person 1001", "", "absent", "there")),
        (OBJECT % "cn: Ada", (f"directory {ADA}", "cn", "Ada", "Ada Lovelace")),
        (OBJECT % "dn: uid=ada", (f"directory {ADA}", "dn", "uid=ada", ADA)),
        (OBJECT % f"manager: '{GRACE}'", (f"directory {ADA}", "manager", GRACE, "no value")),
        (
            OBJECT.replace("{%s}", "absent"),
            (f"directory {ADA}", "", "absent", "there"),
        ),
        (
            OBJECT.replace("lovelace", "lovelac") % "",
            (f"directory {ADA.replace('lovelace', 'lovelac')}", "", "there", f"absent; there is {ADA}"),
        ),
        ("expect: {links: {hr: {1001: 1002}}}", ("hr 1001", "", "belongs to 1002", "belongs to 1001")),
        ("expect: {links: {hr: {1001: null}}}", ("hr 1001", "", "belongs to nobody", "belongs to 1001")),
        ("expect: {links: {hr: {7: 1001}}}", ("hr 7", "", "belongs to 1001", "absent")),
        (f"expect: {{sent: {{directory: {{'{ADA}': add}}}}}}", (f"directory {GRACE}", "sent", "nothing", "add")),
        (
            f"expect: {{sent: {{directory: {{'{ADA}': update, '{GRACE}': add}}}}}}",
            (f"directory {ADA}", "sent", "update", "add"),
        ),
        (
            f"expect: {{sent: {{directory: {{'{ADA}': add, '{GRACE}': add, uid=x: delete}}}}}}",
            ("directory uid=x", "sent", "delete", "nothing"),
        ),
        (
            "expect: {exactly: true, resources: {person: {1001: {}}}}",
            ("person 1002", "", "absent", "there"),
        ),
        (
            f"expect: {{exactly: true, objects: {{directory: {{inetOrgPerson: {{'{ADA}': {{}}}}}}}}}}",
            (f"directory {GRACE}", "", "absent", "there"),
        ),
        ("expect: {errors: {1001: flow-failure}}", ("1001", "", "flow-failure", "no error")),
    ],
)
def test_what_is_not_so_is_told(tmp_path: Path, expected: str, difference: tuple[str, str, str, str]) -> None:
    (result,) = results(home(tmp_path, rule_test("x", expected)))
    assert told(result) == [difference]
    assert str(result.differences[0].place).startswith("tests/people.yaml:")


def test_a_rule_that_fails_is_told_unless_that_is_expected(tmp_path: Path) -> None:
    new = 'department: =FormatDateTime(CDate([Last]), "yyyy")'
    failing = {"file": "documents/hr.yaml", "old": "department: Department", "new": new}
    tests = rule_test("unexpected", "") + rule_test(
        "expected", "expect: {errors: {1001: flow-failure, 1002: flow-failure}}"
    )
    unexpected, expected = results(home(tmp_path, tests, **failing))
    assert [(what, wanted) for what, _, wanted, _ in told(unexpected)] == [
        ("hr 1001", "no error"),
        ("hr 1002", "no error"),
    ]
    assert "documents/hr.yaml:40" in unexpected.differences[0].got
    assert expected.passed


def test_a_value_is_traced_to_the_line_of_its_rule(tmp_path: Path) -> None:
    expected = f"""
expect:
  resources:
    person:
      1001: {{displayName: x, manager: 1002}}
      1002: {{manager: absent}}
  objects:
    directory:
      inetOrgPerson:
        {ADA}: {{cn: x, departmentNumber: x}}
        {GRACE}: {{manager: null, departmentNumber: x}}
        uid=x,ou=People: {{}}
"""
    (result,) = results(home(tmp_path, rule_test("x", expected)))
    origins = {(one.what.split(",")[0], one.attribute): [str(o) for o in one.origins] for one in result.differences}
    inbound, outbound = (
        "rule “In from HR” (documents/hr.yaml:%d)",
        "rule “Out to the directory” (documents/directory.yaml:%d)",
    )
    assert origins == {
        ("person 1001", "displayName"): ["given by " + inbound % 39],
        ("person 1001", "manager"): ["no value by " + inbound % 41],
        ("person 1002", "manager"): ["given by " + inbound % 41],
        ("directory uid=alovelace", "cn"): ["given by " + outbound % 29],
        ("directory uid=alovelace", "departmentNumber"): ["given by " + outbound % 32],
        ("directory uid=ghopper", "manager"): ["given by " + outbound % 33],
        ("directory uid=ghopper", "departmentNumber"): ["no value by " + outbound % 32],
        ("directory uid=x", ""): ["made and named by " + outbound % 27],
    }


def test_a_configuration_that_never_rests_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "ROUNDS", 1)
    (result,) = results(home(tmp_path, rule_test("x", "")))
    ((what, _, wanted, got),) = told(result)
    assert (what, wanted) == ("the run", "comes to rest")
    assert "still something to send to directory" in got


def test_what_cannot_be_given_is_told_with_its_line(tmp_path: Path) -> None:
    (_, result) = results(
        home(tmp_path, rule_test("x", "") + rule_test("y", "given: {hr: {worker: {7: gone}}}", after="x"))
    )
    assert told(result) == [("hr 7", "", "as it is given", "cannot be: hr has no worker 7")]
    assert result.differences[0].place.line == 16


def test_who_is_kept_out_of_a_scope_is_told_with_the_condition(tmp_path: Path) -> None:
    given = "given: {hr: {worker: {7: {First: A, Last: B, Status: left}}}}\n"
    expect = "expect: {resources: {person: {7: {}}}}"
    (result,) = results(home(tmp_path, rule_test("x", expect, given=given)))
    assert [str(one) for one in result.differences[0].origins] == [
        "hr 7 is kept out by `Status EQUAL active` of rule “In from HR” (documents/hr.yaml:31)"
    ]


def test_who_is_kept_out_of_a_target_is_told_with_the_condition(tmp_path: Path) -> None:
    scoped = {
        "file": "documents/directory.yaml",
        "old": "link: provision\n",
        "new": "link: provision\nscope: [department ISNOTNULL]\n",
    }
    expect = f"expect: {{objects: {{directory: {{inetOrgPerson: {{'{GRACE}': {{}}}}}}}}}}"
    (result,) = results(home(tmp_path, rule_test("x", expect), **scoped))
    assert [str(one) for one in result.differences[0].origins] == [
        "person 1002 is kept out by `department ISNOTNULL` of rule “Out to the directory” (documents/directory.yaml:26)"
    ]


def test_what_is_left_of_a_leaver_is_traced_to_the_flow_that_left_it(tmp_path: Path) -> None:
    kept = {
        "file": "documents/directory.yaml",
        "old": "deprovision: delete",
        "new": "deprovision:\n  what: keep\n  flows:\n    cn: {constant: Gone}",
    }
    gone = f"given: {{hr: {{worker: {{1001: gone}}}}}}\n{OBJECT % 'cn: x, uid: x'}"
    _, result = results(home(tmp_path, rule_test("x", "") + rule_test("y", gone, after="x"), **kept))
    assert [(one.attribute, one.got, [str(o) for o in one.origins]) for one in result.differences] == [
        ("cn", "Gone", ["given by rule “Out to the directory” (documents/directory.yaml:38)"]),
        ("uid", "alovelace", ["given by rule “Out to the directory” (documents/directory.yaml:28)"]),
    ]


def test_blanks_are_seen(tmp_path: Path) -> None:
    untrimmed = {"file": "documents/hr.yaml", "old": "surname: =Trim([Last])", "new": "surname: Last"}
    given = "given: {hr: {worker: {1: {First: A, Last: 'B  C ', Status: active}}}}\n"
    expect = 'expect: {resources: {person: {1: {surname: B C, displayName: "A B C"}}}}'
    (result,) = results(home(tmp_path, rule_test("x", expect, given=given), **untrimmed))
    assert told(result) == [
        ("person 1", "surname", "B C", '"B  C "'),
        ("person 1", "displayName", "A B C", '"A B  C"'),
    ]
    assert list(explained(result))[2].endswith('surname      B C       "B  C "')


def test_several_values_are_a_line_each(tmp_path: Path) -> None:
    several = {"file": "documents/people.yaml", "old": "department: string", "new": "department: string, multivalued"}
    expect = PERSON.replace("1002", "1001") % "department: [Sales, Engineering]"
    (result,) = results(home(tmp_path, rule_test("x", expect), **several))
    assert told(result) == [("person 1001", "department", "Engineering\nSales", "Engineering")]
    assert list(explained(result))[2:4] == [
        "    tests/people.yaml:10  department  Engineering  Engineering",
        "                                      Sales",
    ]
