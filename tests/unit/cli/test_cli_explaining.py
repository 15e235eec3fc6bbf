"""`preview`, `why` and `why-not`: what a person reads, and what a program is given."""

import pytest

from tests.unit.cli.shell import HEADER, Shell, people
from tests.unit.cli.test_cli_recalling import moment

PLACE = "documents/hr.yaml:"


def change(shell: Shell, before: str, after: str) -> None:
    """Change the file of the source, and read it."""
    shell.edit("data/hr.csv", before, after)
    shell.done("import", "hr")


def test_a_preview_tells_the_whole_path(used: Shell) -> None:
    change(used, "1002,Grace,Hopper", "1002,Grace,Murray")
    said = used.done("preview", "person", "1002")
    for words in (
        "person 2: Grace Murray",
        "Nothing is changed",
        "from hr, worker 1002: linked by “In from HR”",
        "in scope: Status EQUAL active (it is active)",
        "join employeeID = 1002: person 2 Grace Murray",
        "surname: Hopper → Murray",
        "applied: hr 1002 “In from HR”, precedence 100 (documents/hr.yaml:",
        "ghopper, given out once, and kept",
        "manager → Ada Lovelace (1), from “In from HR”",
        "to directory, inetOrgPerson uid=ghopper,ou=People,dc=example,dc=com: to be changed",
        "sn: Hopper → Murray",
    ):
        assert words in said, (words, said)
    assert "1002" in used.done("search", "/person[surname = 'Hopper']"), "nothing is changed"


def test_a_preview_for_programs(used: Shell) -> None:
    change(used, "1002,Grace,Hopper", "1002,Grace,Murray")
    (found,) = used("preview", "person", "1002", "--json").json
    assert (found["before"]["surname"], found["after"]["surname"]) == ("Hopper", "Murray")
    (target,) = found["targets"]
    assert {d["attribute"]: (d["shows"], d["wanted"]) for d in target["after"]["differences"]} == {
        "cn": ("Grace Hopper", "Grace Murray"),
        "sn": ("Hopper", "Murray"),
    }


def test_a_preview_of_an_object_that_is_new(used: Shell) -> None:
    change(used, "1002,", "1004,Alan,Turing,Engineering,active,\n1002,")
    said = used.done("preview", "hr", "1004", "--object")
    assert "a new person: Alan Turing" in said
    assert "given out by this sync, and kept from then on" in said
    assert ": to be created" in said
    assert "uid: aturing" in said


def test_a_preview_of_an_object_that_is_filtered(used: Shell) -> None:
    change(used, "1002,Grace,Hopper,Engineering,active", "1002,Grace,Hopper,Engineering,left")
    said = used.done("preview", "person", "1002")
    assert "person 2: Grace Hopper (would be deleted)" in said
    assert "out of scope: Status EQUAL active does not hold (it is left)" in said
    assert "no rule wants it: “Out to the directory” says delete" in said
    used.done("sync")
    said = used.done("preview", "hr", "1002", "--object")
    assert "hr 1002 would belong to nobody: out of scope" in said


def test_a_preview_says_how_much_else_is_pending(used: Shell) -> None:
    used.write("data/hr.csv", people(1_500))
    used.done("import", "hr")
    (found,) = used("preview", "person", "1001", "--json").json
    assert found["left_out"] > 1_000
    assert "other changes wait for a sync, too" in used.done("preview", "person", "1001")


def test_why_leads_from_the_source_to_the_target(used: Shell) -> None:
    said = used.done("why", "person", "1001", "displayName")
    for words in (
        "person 1, Ada Lovelace: displayName = Ada Lovelace",
        "where it comes from: the only offer",
        PLACE,
        'Trim([First]) & " " & Trim([Last]) = Ada Lovelace',
        "[First] = Ada",
        "hr 1001 keeps the person alive, linked by “In from HR”",
        "directory uid=alovelace,ou=People,dc=example,dc=com, cn: “Out to the directory”",
        "the system shows Ada Lovelace",
    ):
        assert words in said, (words, said)


def test_why_tells_when_and_by_which_run(used: Shell) -> None:
    change(used, "1002,Grace,Hopper", "1002,Grace,Murray")
    used.done("sync")
    used.done("export", "directory")
    said = used.done("why", "person", "1002", "surname")
    for words in (
        "so since run 3 (sync), by ",
        "first shown so: run 2 (import hr), by ",
        "sent, not confirmed",
        "sent: run 4 (export directory), 20",
    ):
        assert words in said, (words, said)
    used.done("import", "directory")
    said = used.done("why", "person", "1002", "surname")
    assert "confirmed: run 5 (import directory), by " in said
    assert "confirmed: run 1 (daily): import directory, by " in used.done("why", "person", "1001", "surname")


def test_why_says_what_is_coming(used: Shell) -> None:
    change(used, "1002,Grace,Hopper", "1002,Grace,Murray")
    said = used.done("why", "person", "1002", "surname")
    assert "surname = Hopper" in said
    assert "The next sync makes it Murray" in said
    used.done("sync")
    assert "the system shows Hopper, and it should be Murray: to be sent" in used.done(
        "why", "person", "1002", "surname"
    )


def test_why_a_reference_is_there_or_not(used: Shell) -> None:
    said = used.done("why", "person", "1002", "manager")
    assert "manager → Ada Lovelace (person 1): yes" in said
    assert "Manager → 1001" in said
    said = used.done("why", "person", "1002", "manager", "1003")
    assert "manager → Käthe Paulus (person 3): no" in said
    assert "it shows 1001" in said
    (found,) = used("why", "person", "1002", "manager", "--json").json
    assert [one["holds"] for one in found["references"]] == [True]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("why", "person", "1001", "displayNme"), ["displayNme", "did you mean 'displayName'?"]),
        (("why", "person", "1001", "surname", "1002"), ["surname is no reference"]),
        (("why", "person", "1001", "manager", "9"), ["There is no person '9'"]),
        (("why", "persn", "1001", "surname"), ["persn"]),
        (("preview", "person", "77"), ["There is no person '77'"]),
        (("preview", "hr", "1001"), ["'hr' is a connector", "mimas preview hr 1001 --object"]),
        (("preview", "hr", "77", "--object"), ["hr shows no object", "mimas import hr"]),
        (("preview", "hrr", "77", "--object"), ["There is no connector 'hrr'"]),
        (("why-not", "person", "1001", "--in", "hrr"), ["There is no connector 'hrr'"]),
        (("why-not", "person", "77", "--in", "hr"), ["There is no person '77'", "No system shows an object"]),
    ],
)
def test_what_there_is_not_is_told(used: Shell, arguments: tuple[str, ...], words: list[str]) -> None:
    said = used(*arguments)
    assert said.code == 2
    assert all(word in said.err for word in words), said.err
    assert said.out == ""


def test_why_not(used: Shell) -> None:
    assert "it is there: directory shows uid=ghopper" in used.done("why-not", "person", "1002", "--in", "directory")
    change(used, "1002,Grace,Hopper,Engineering,active", "1002,Grace,Hopper,Engineering,left")
    said = used.done("why-not", "person", "1002", "--in", "directory")
    assert "it is going to be deleted by the next sync" in said
    assert "Status EQUAL active does not hold (it is left)" in said
    used.write("data/hr.csv", f"{HEADER}\n" + "1005,Kim,Doe,Flight,left,\n1006,Lee,Ho,Flight,active,\n")
    used.done("import", "hr")
    said = used.done("why-not", "person", "1005", "--in", "directory")
    assert "nothing in directory: hr 1005 belongs to no resource: out of scope" in said
    assert "the next sync makes it" in used.done("why-not", "person", "1006", "--in", "directory")
    (found,) = used("why-not", "person", "1006", "--in", "directory", "--json").json
    assert [answer["obstacle"] for answer in found["answers"]] == ["not-synced"]


def test_why_not_out_of_scope_says_where_the_value_comes_from(used: Shell) -> None:
    path = used.home / "documents" / "directory.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "link: provision\n", "link: provision\nscope: [department EQUAL Flight]\n"
    )
    path.write_text(text, encoding="utf-8")
    used.done("config", "apply")
    used.done("sync")
    used.done("export", "directory")
    used.done("import", "directory")
    used.done("sync")
    said = used.done("why-not", "person", "1001", "--in", "directory")
    for words in (
        "it is out of the scope of “Out to the directory”",
        "department EQUAL Flight does not hold (it is Engineering)",
        "where these values come from",
        "department = Engineering: the only offer",
        "applied: hr 1001 “In from HR”",
    ):
        assert words in said, (words, said)


def test_why_at_a_date_under_the_documents_of_then(used: Shell) -> None:
    before = moment()
    used.edit("documents/hr.yaml", 'displayName: =Trim([First]) & " " & Trim([Last])', "displayName: =UCase([Last])")
    used.done("config", "apply")
    change(used, "1002,Grace,Hopper", "1009,Grace,Murray")
    used.done("sync")
    used.done("export", "directory")
    said = used.done("why", "person", "1002", "displayName", "--at", before)
    for words in (
        "As of 20",
        "displayName = Grace Hopper",
        'Trim([First]) & " " & Trim([Last]) = Grace Hopper',
        "first shown so: run 1 (daily): import hr",
        "the system shows Grace Hopper",
        "confirmed: run 1 (daily): import directory",
    ):
        assert words in said, (words, said)
    (now,) = used("why", "person", "1009", "displayName", "--json").json
    (then,) = used("why", "person", "1002", "displayName", "--at", before, "--json").json
    assert (then["value"], now["value"]) == ("Grace Hopper", "MURRAY")
    assert then["at"] == before.replace("+00:00", "Z")


def test_why_at_a_date_of_a_reference(used: Shell) -> None:
    before = moment()
    change(used, "1002,Grace,Hopper,Engineering,active,1001", "1002,Grace,Hopper,Engineering,active,1003")
    used.done("sync")
    assert "manager → Käthe Paulus (person 3)" in used.done("why", "person", "1002", "manager")
    assert "manager → Ada Lovelace (person 1)" in used.done("why", "person", "1002", "manager", "--at", before)
    said = used.done("why", "person", "1002", "manager", "1003", "--at", before)
    assert "manager → Käthe Paulus (person 3): no" in said
    assert "it shows 1001" in said


@pytest.mark.parametrize(
    ("key", "attribute", "at", "words"),
    [
        ("1002", "surname", "2001-01-01", ["the history reaches back to 20"]),
        ("1002", "surname", "2999-01-01", ["2999-01-01 is still to come"]),
        ("1002", "surnme", "", ["surnme", "did you mean 'surname'?"]),
        ("77", "surname", "", ["There is no person '77'", "Nobody had it before"]),
        ("1010", "surname", "", ["There was no person '1010' at 20", "it was made later"]),
    ],
)
def test_why_at_a_date_says_what_it_cannot_tell(
    used: Shell, key: str, attribute: str, at: str, words: list[str]
) -> None:
    before = moment()
    change(used, "1002,", "1010,New,Comer,Engineering,active,\n1002,")
    used.done("sync")
    said = used("why", "person", key, attribute, "--at", at or before)
    assert (said.code, said.out) == (2, "")
    assert all(word in said.err for word in words), said.err
