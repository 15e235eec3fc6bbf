"""`audit erase`: nothing of somebody is left in any file of the database, and the chain holds."""

from contextlib import closing

import pytest

from mimas.store.store import Store
from tests.unit.cli.shell import HEADER, Shell
from tests.unit.cli.test_cli_auditing import tamper

NAMES = (b"Grace", b"Hopper", b"ghopper", b'"1002"', b"Secret")


@pytest.fixture
def left(used: Shell) -> Shell:
    """Grace was promoted, granted something, disconnected, had an error, and has left every system."""
    used.done("grant", "person", "1002", "manager", "1003", "--until", "2999-12-31", "--reason", "Secret project")
    used.write("data/hr.csv", HEADER + "1001,Ada,Lovelace,Engineering,active,1002\n1002,Grace,Hopper,Navy,active,\n")
    used.done("run", "daily")
    used.write("data/hr.csv", HEADER + "1001,Ada,Lovelace,Engineering,active,\n1002,Grace,Hopper,Navy,active,1001\n")
    used.done("run", "daily")
    used.write("data/hr.csv", HEADER + "1001,Ada,Lovelace,Engineering,active,\n")
    used.done("run", "daily")
    used.done("run", "daily")
    return used


def found(shell: Shell) -> list[bytes]:
    """The names that stand in a file of the database."""
    files = b"".join(path.read_bytes() for path in shell.home.glob("mimas.db*"))
    return [name for name in NAMES if name in files]


def test_nothing_is_left_and_the_chain_holds(left: Shell) -> None:
    assert set(found(left)) == set(NAMES)
    roots = str(left.home / "roots")
    left.done("audit", "root", "--to", roots)
    said = left.done("audit", "erase", "person", "1002", "--reason", "case 815")
    assert "person 2 is erased" in said
    assert found(left) == []
    said = left.done("audit", "verify", "--roots", roots)
    assert "kept rows the data of people were erased; each of these is covered by an entry" in said
    assert left.done("history", "person", "2").startswith("20")
    assert "resource 2 erased, with objects" in left.done("history", "person", "2")
    assert "case 815" in left.done("history", "person", "2")
    assert left("show", "person", "1002").code == 2
    assert "(deleted)" in left.done("show", "person", "2")
    assert "Ada Lovelace" in left.done("show", "person", "1001")
    left.done("run", "daily")
    left.done("audit", "prune", "--keep", "0")
    left.done("audit", "verify")


def test_an_erasure_without_an_entry_is_found(left: Shell) -> None:
    left.done("audit", "erase", "person", "1002", "--reason", "case 815")
    tamper(left, "UPDATE batch SET what = 'nothing', root = root WHERE what LIKE 'resource 2 erased%'")
    said = left("audit", "verify")
    assert said.code == 1
    assert "rows kept of the table resource were erased, and no entry says so" in said.err
    assert "rows kept of the table object were erased, and no entry says so" in said.err


def test_what_has_to_happen_first(used: Shell) -> None:
    said = used("audit", "erase", "person", "1002", "--reason", "case 815")
    assert (said.code, "Resource 2 is not deleted" in said.err) == (2, True)
    used.edit("documents/directory.yaml", "deprovision: delete", "deprovision: disconnect")
    used.done("config", "apply")
    used.write("data/hr.csv", HEADER + "1001,Ada,Lovelace,Engineering,active,\n")
    used.done("run", "daily")
    said = used("audit", "erase", "person", "1002", "--reason", "case 815")
    assert (said.code, "directory uid=ghopper,ou=People,dc=example,dc=com is still there" in said.err) == (2, True)
    with closing(Store(f"sqlite:///{used.home / 'mimas.db'}")) as store, store.transaction() as tx:
        assert tx.value("SELECT count(*) FROM past_resource WHERE erased IS NOT NULL") == 0


def test_a_reason_with_a_name_is_refused(left: Shell) -> None:
    said = left("audit", "erase", "person", "1002", "--reason", "as Grace Hopper asked")
    assert (said.code, "The reason names whom it is about" in said.err) == (2, True)
