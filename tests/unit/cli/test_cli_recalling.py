"""`show --at`: a resource as it was, found by what it is or was called."""

import time
from contextlib import closing
from datetime import UTC, datetime

import pytest

from mimas.store.store import Store
from tests.unit.cli.shell import HEADER, Shell


def moment() -> str:
    """Now, with nothing else happening in the same millisecond."""
    time.sleep(0.01)
    at = datetime.now(UTC).isoformat()
    time.sleep(0.01)
    return at


def sync(shell: Shell, *rows: str) -> str:
    """HR shows this, and everything follows; when that was done."""
    shell.write("data/hr.csv", HEADER + "".join(f"{row}\n" for row in rows))
    shell.done("import", "hr")
    shell.done("sync")
    return moment()


@pytest.fixture
def lived(used: Shell) -> tuple[Shell, str, str]:
    """Grace marries and gets another number; Ada leaves. The instants before, and between."""
    before = moment()
    between = sync(used, "1002,Grace,Murray,Navy,active,1001", "1003,Käthe,Paulus,Flight,active,")
    used.done("export", "directory")
    used.done("import", "directory")
    return used, before, between


def test_values_references_and_objects_as_they_were(lived: tuple[Shell, str, str]) -> None:
    shell, before, _ = lived
    (was,) = shell("show", "person", "1002", "--at", before, "--json").json
    (now,) = shell("show", "person", "1002", "--json").json
    assert (was["values"]["surname"], now["values"]["surname"]) == ("Hopper", "Murray")
    assert [r["name"] for r in was["references"]] == ["Ada Lovelace"]
    assert now["references"] == []
    wanted = {o["connector"]: (o["seen"] or {}).get("sn") for o in was["objects"]}
    assert wanted == {"directory": "Hopper", "hr": None}
    assert was["lineage"]["surname"] == now["lineage"]["surname"]
    said = shell.done("show", "person", "1002", "--at", before)
    assert said.startswith("As of ")
    assert "→ Ada Lovelace" in said


def test_as_it_is_is_as_it_was_a_moment_ago(lived: tuple[Shell, str, str]) -> None:
    shell, *_ = lived
    (now,) = shell("show", "person", "1002", "--json").json
    (was,) = shell("show", "person", "1002", "--at", moment(), "--json").json
    del was["at"]
    assert was == now


def test_an_export_that_was_sent_and_not_confirmed(lived: tuple[Shell, str, str]) -> None:
    shell, before, between = lived

    def pending(at: str) -> list[str | None]:
        (was,) = shell("show", "person", "1002", "--at", at, "--json").json
        return [o["pending-export"] for o in was["objects"] if o["connector"] == "directory"]

    assert pending(before) == pending(between) == [None], "it waited between, which is not kept"
    shell.write("data/hr.csv", HEADER + "1002,Grace,Hopper,Navy,active,\n1003,Käthe,Paulus,Flight,active,\n")
    shell.done("import", "hr")
    shell.done("sync")
    shell.done("export", "directory")
    sent = moment()
    shell.done("import", "directory")
    assert pending(sent) == ["update sent, not confirmed"]
    assert pending(moment()) == [None]


def test_somebody_who_has_left(lived: tuple[Shell, str, str]) -> None:
    shell, before, _ = lived
    (was,) = shell("show", "person", "1001", "--at", before, "--json").json
    assert (was["state"], was["values"]["displayName"]) == ("live", "Ada Lovelace")
    assert "(deleted)" in shell.done("show", "person", "1001")


def test_by_a_key_that_somebody_had_before(lived: tuple[Shell, str, str]) -> None:
    shell, before, _ = lived
    sync(shell, "1002,Grace,Murray,Navy,active,", "1003,Käthe,Paulus,Flight,active,")
    with closing(Store(f"sqlite:///{shell.home / 'mimas.db'}")) as store, store.transaction() as tx:
        tx.run("UPDATE resource SET doc = replace(doc, '1002', '4711') WHERE doc LIKE '%1002%'")
        tx.run("DELETE FROM resource_key WHERE value = '1002'")
    assert "Hopper" in shell.done("show", "person", "1002", "--at", before)
    said = shell("show", "person", "nobody", "--at", before)
    assert (said.code, "Nobody had it before, either" in said.err) == (2, True)


def test_a_key_that_somebody_else_has_now(lived: tuple[Shell, str, str]) -> None:
    shell, before, _ = lived
    with closing(Store(f"sqlite:///{shell.home / 'mimas.db'}")) as store, store.transaction() as tx:
        tx.run("UPDATE resource SET doc = replace(doc, '1002', '4711') WHERE doc LIKE '%1002%'")
        tx.run("DELETE FROM resource_key WHERE value = '1002'")
    sync(shell, "1002,Dorothy,Vaughan,Navy,active,", "4711,Grace,Murray,Navy,active,")
    assert "Vaughan" in shell.done("show", "person", "1002")
    assert "Hopper" in shell.done("show", "person", "1002", "--at", before)


def test_what_is_not_known(lived: tuple[Shell, str, str]) -> None:
    shell, before, _ = lived
    said = shell("show", "person", "1002", "--at", "2001-01-01")
    assert (said.code, "is not known: the history reaches back to" in said.err) == (2, True)
    assert "keep_history" in said.err
    assert "still to come" in shell("show", "person", "1002", "--at", "2999-01-01").err
    assert "is no date" in shell("show", "person", "1002", "--at", "yesterday").err
    sync(shell, "1002,Grace,Murray,Navy,active,", "1004,Jean,Bartik,Navy,active,")
    said = shell("show", "person", "1004", "--at", before)
    assert (said.code, "it was made later" in said.err) == (2, True)
    assert "mimas history person 1004" in said.err
