"""`mimas test`: what it prints, and how it ends."""

from tests.unit.cli.shell import Shell


def break_rule(shell: Shell) -> None:
    """The department goes where the name should."""
    rules = shell.home / "documents" / "directory.yaml"
    rules.write_text(rules.read_text().replace("cn: displayName", "cn: department"))


def test_the_starter_passes(new: Shell) -> None:
    said = new("test", "--coverage", "--fail-under", "100")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "✓ Who joins gets an entry"
    assert lines[4].startswith("4 tests, all passed, in ")
    assert lines[-1].split() == ["all", "17/17", "100", "%"]
    assert not (new.home / "mimas.db").exists()


def test_what_differs_is_told_beside_what_is_expected(new: Shell) -> None:
    break_rule(new)
    said = new("test")
    assert said.code == 1
    assert said.out.splitlines()[:5] == [
        "✗ Who joins gets an entry",
        "                              expected      got",
        "  directory uid=alovelace,ou=People,dc=example,dc=com",
        "    tests/people.yaml:18  cn  Ada Lovelace  Engineering",
        "      → given by rule “Out to the directory” (documents/directory.yaml:29)",
    ]
    assert "4 tests, 2 failed, in " in said.out


def test_json(new: Shell) -> None:
    break_rule(new)
    said = new("test", "--json", "--coverage")
    assert said.code == 1
    first = said.json["tests"][0]
    assert (first["name"], first["file"], first["passed"]) == ("Who joins gets an entry", "tests/people.yaml", False)
    assert first["differences"][0] == {
        "what": "directory uid=alovelace,ou=People,dc=example,dc=com",
        "attribute": "cn",
        "expected": "Ada Lovelace",
        "got": "Engineering",
        "file": "tests/people.yaml",
        "line": 18,
        "rules": [{"how": "given by", "rule": "Out to the directory", "file": "documents/directory.yaml", "line": 29}],
    }
    assert said.json["coverage"]["percent"] == 100
    assert {rule["rule"] for rule in said.json["coverage"]["rules"]} == {"In from HR", "Out to the directory"}


def test_too_little_is_covered(new: Shell) -> None:
    (new.home / "tests" / "people.yaml").write_text("kind: RuleTest\nname: nothing\n")
    said = new("test", "--fail-under", "50", "--coverage")
    assert said.code == 1
    assert said.err == "The tests cover 0.0 % of the rules; 50 % are asked for.\n"
    assert "  never: in scope" in said.out.splitlines()


def test_one_file(new: Shell) -> None:
    (new.home / "tests" / "other.yaml").write_text("kind: RuleTest\nname: other\nafter: Who joins gets an entry\n")
    said = new("test", "tests/other.yaml")
    assert (said.code, said.out.splitlines()[0]) == (0, "✓ other")
    assert said.out.splitlines()[1].startswith("1 test, all passed")
    said = new("test", "tests/none.yaml")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("mimas: There is no file tests/none.yaml")


def test_nothing_is_tested_under_documents_with_a_mistake(new: Shell) -> None:
    rules = new.home / "documents" / "hr.yaml"
    rules.write_text(rules.read_text().replace("surname:", "surnme:"))
    said = new("test")
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines() == [
        "documents/hr.yaml:38: In from HR: unknown attribute 'surnme'; did you mean 'surname'?",
        "Nothing was tested: put these right first.",
    ]


def test_nothing_is_tested_when_a_test_has_a_mistake(new: Shell) -> None:
    (new.home / "tests" / "other.yaml").write_text("kind: RuleTest\nname: other\nnow: soon\n")
    said = new("test")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("tests/other.yaml:3: other: 'soon' is no instant; write 2026-11-23")


def test_a_home_without_tests(new: Shell) -> None:
    (new.home / "tests" / "people.yaml").unlink()
    said = new("test")
    assert (said.code, said.out) == (2, "")
    assert "There are no rule tests yet. They stand in the folder tests of the home" in said.err
