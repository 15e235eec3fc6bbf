"""Mistakes in rule tests are told by file and line, with what was meant; and in which order tests stand."""

from pathlib import Path

import pytest

from mimas.configuration.build import ConfigurationError
from mimas.configuration.reading import read_folder
from mimas.ruletests.suite import Suite
from tests.unit.ruletests.homes import home, results, rule_test, told


def problems(folder: Path) -> list[str]:
    """What is said of the tests of a home."""
    with pytest.raises(ConfigurationError) as caught:
        Suite(folder).read()
    return [str(problem).removeprefix("tests/people.yaml:") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("givn: {}", "3: x: unknown key 'givn'; did you mean 'given'?"),
        ("now: tomorrow", "3: x: 'tomorrow' is no instant; write 2026-11-23, or 2026-11-23T08:00:00Z"),
        ("given: {hrr: {}}", "3: x: unknown connector 'hrr'; did you mean 'hr'?"),
        ("given: {hr: {workr: {}}}", "3: x: unknown object type of hr 'workr'; did you mean 'worker'?"),
        ("given: {hr: {worker: {1: {Frist: A}}}}", "3: x: unknown attribute 'Frist'; did you mean 'First'?"),
        ("given: {hr: {worker: {1: {dn: A}}}}", "3: x: unknown attribute 'dn'; there is: Department"),
        ("given: {hr: {worker: {1: {First: [a, b]}}}}", "3: x: 'First' holds one value; write one"),
        ("given: {hr: {worker: {1: {First: {a: b}}}}}", "3: x: is no value; write a single value"),
        ("given: {hr: {worker: {1: absent}}}", "3: x: should have attributes and values"),
        ("given: {directory: {inetOrgPerson: {x: {manager: uid=a,ou=b}}}}", "3: x: a name stands within { } without"),
        ("expect: {resource: {}}", "3: x: unknown key 'resource'; did you mean 'resources'?"),
        ("expect: {resources: {persn: {}}}", "3: x: unknown resource type 'persn'; did you mean 'person'?"),
        ("expect: {resources: {person: {1: {nme: x}}}}", "3: x: unknown attribute 'nme'"),
        ("expect: {resources: {person: {1: gone}}}", "3: x: should have attributes and values"),
        ("expect: {objects: {directry: {}}}", "3: x: unknown connector 'directry'; did you mean 'directory'?"),
        ("expect: {links: {directry: {}}}", "3: x: unknown connector 'directry'; did you mean 'directory'?"),
        ("expect: {sent: {directory: {x: create}}}", "3: x: `x` cannot be 'create'"),
        ("expect: {errors: {1: flow-failur}}", "3: x: there is no error 'flow-failur'; did you mean 'flow-failure'?"),
        ("after: y", "3: x: there is no test 'y'"),
        ("after: x", "3: x: goes on from itself; x"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, expected: str) -> None:
    (problem,) = problems(home(tmp_path, f"kind: RuleTest\nname: x\n{text}\n"))
    assert problem.startswith(expected)


def test_values_are_read_as_the_type_of_their_attribute(tmp_path: Path) -> None:
    typed = {"file": "documents/hr.yaml", "old": "Department: string", "new": "Department: datetime"}
    text = "given: {hr: {worker: {1: {Department: yesterday}}}}"
    (problem,) = problems(home(tmp_path, f"kind: RuleTest\nname: x\n{text}\n", **typed))
    assert problem.startswith("3: x: 'yesterday' in 'Department' is not a date or time")


def test_an_attribute_that_is_secret_can_neither_be_given_nor_expected(tmp_path: Path) -> None:
    secret = {
        "file": "documents/directory.yaml",
        "old": "  export: listing",
        "new": "  export: changes\n  changes: changes.ldif",
    }
    text = "kind: RuleTest\nname: x\nexpect: {objects: {directory: {inetOrgPerson: {x: {uid: a}}}}}\n"
    folder = home(tmp_path, text, **secret)
    document = folder / "documents" / "directory.yaml"
    document.write_text(document.read_text().replace("uid: string", "uid: string, secret"))
    (problem,) = problems(folder)
    assert "'uid' is secret" in problem


def test_documents_that_are_no_tests(tmp_path: Path) -> None:
    wrong, twice = problems(home(tmp_path, "kind: SyncRule\nname: x\n---\n" + 2 * "kind: RuleTest\nname: y\n---\n"))
    assert wrong.startswith("1: x: 'SyncRule' is no kind of test; a rule test begins with `kind: RuleTest`")
    assert twice == "8: y: there are two tests of this name; see tests/people.yaml:5"


def test_a_test_among_the_documents_is_sent_to_its_folder(tmp_path: Path) -> None:
    folder = home(tmp_path, "")
    (folder / "documents" / "test.yaml").write_text("kind: RuleTest\nname: x\n")
    with pytest.raises(ConfigurationError, match="unknown kind 'RuleTest'; rule tests stand in the folder tests"):
        Suite(folder)


def test_time_goes_on(tmp_path: Path) -> None:
    (problem,) = problems(home(tmp_path, rule_test("x", "") + rule_test("y", "now: 2025-12-31", after="x")))
    assert "`now` is earlier than in 'x', which it goes on from (2026-01-01 00:00)" in problem


def test_what_goes_on_from_a_mistake_is_not_left_out_without_a_word(tmp_path: Path) -> None:
    said = problems(home(tmp_path, rule_test("x", "expect: {exactly: perhaps}") + rule_test("y", "", after="x")))
    assert [one.partition("'")[0] for one in said][1:] == ["14: y: goes on from "]


def test_tests_are_no_documents(tmp_path: Path) -> None:
    folder = home(tmp_path, rule_test("x", ""))
    documents, found = read_folder(folder)
    assert (found, {document.kind for document in documents} & {"RuleTest"}) == ([], set())


def test_a_test_goes_on_where_another_has_ended_in_whatever_order_they_stand(tmp_path: Path) -> None:
    leaves = "given: {hr: {worker: {1001: gone}}}\nexpect: {resources: {person: {1001: absent, 1002: {}}}}"
    stays = "expect: {sent: {directory: {}}, resources: {person: {1001: {}}}}"
    returns = (
        "given: {hr: {worker: {1001: {First: Ada, Last: King, Status: active}}}}\n"
        "expect: {resources: {person: {1001: {accountName: alovelace, displayName: Ada King}}}}"
    )
    tests = [
        rule_test("returns", returns, after="leaves"),
        rule_test("leaves", leaves, after="joins"),
        rule_test("stays", stays, after="joins"),
        rule_test("joins", ""),
    ]
    folder = home(tmp_path, "".join(tests))
    assert [told(result) for result in results(folder)] == [[], [], [], []]


def test_some_files(tmp_path: Path) -> None:
    folder = home(tmp_path, rule_test("x", ""))
    (folder / "tests" / "sub").mkdir()
    other = folder / "tests" / "sub" / "other.yaml"
    other.write_text(rule_test("y", "", after="x"))
    (folder / "tests" / "broken.yaml").write_text("kind: RuleTest\nname: z\nx: y\n")
    suite = Suite(folder)
    assert [case.name for case in suite.read([other])] == ["y"]
    assert suite.run(suite.read([other])[0]).passed
    with pytest.raises(ConfigurationError):
        suite.read()
