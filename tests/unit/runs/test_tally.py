"""From the counters of a step to the objects behind them, with the names they had."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mimas.connectors.contract import ConnectorError, End, Page
from mimas.connectors.delimited.connector import DelimitedConnector
from mimas.runs import tally
from mimas.runs.setup import Guard
from mimas.runs.tally import Kept, Tally
from mimas.store import looking
from tests.world import World, delimited, inbound, ldif, outbound, target

HR = delimited("hr", "id name mail title dept")
IN = inbound("hr", {"employeeId": "id", "name": "name", "mail": "mail", "dept": "dept"}, join=["id=employeeId"])
APP = target("app", "id name dept")
OUT = outbound("app", {"id": "employeeId", "name": "name", "dept": "dept"})
EVERYTHING = ("import hr", "sync", "export app", "import app", "sync")


def staff(world: World, *rows: str) -> None:
    """Each ``id/name/dept``."""
    cells = ([*row.split("/"), "", ""][:3] for row in rows)
    world.write("hr.csv", *({"id": i, "name": n, "dept": d} for i, n, d in cells), columns="id name mail title dept")


def behind(world: World, counter: str, step: str, *more: str) -> list[tuple[str, str, str]]:
    """Run steps; of the first, what is behind a counter: (connector, name then, resource's title now)."""
    report = world.run(step, *more).steps[0]
    found = looking.behind(world.store, report.number, counter, 100)
    assert len(found) == report.outcome.counters[counter], f"{counter} counts what it lists"
    return [(one["connector"], one["name"], one["title"]) for one in found]


@pytest.fixture
def company(world: World) -> World:
    world.configure([HR, APP], [IN, OUT])
    staff(world, "1/Ada/x", "2/Bob/x", "3/Cyd/x")
    return world


def test_a_first_load_step_by_step(company: World) -> None:
    assert behind(company, "stage-add", "import hr")[:2] == [("hr", "1", ""), ("hr", "2", "")], "nobody's yet"
    assert behind(company, "projected", "sync") == [("", name, name) for name in ("Ada", "Bob", "Cyd")]
    staff(company, "1/Ada/x", "2/Bob/x", "3/Cyd/x", "4/Dan/x")
    company.run("import hr")
    assert behind(company, "projected", "sync") == [("", "Dan", "Dan")]
    assert len(behind(company, "export-add", "export app")) == 4
    assert behind(company, "confirmed", "import app")[3] == ("app", "4", "Dan")


def test_what_the_rules_want_made_and_changed(company: World) -> None:
    company.run("import hr")
    assert behind(company, "provisioned", "sync")[0] == ("app", "1", "Ada")
    company.run("export app", "import app", "sync")
    staff(company, "1/Ada/x", "2/Bo/x", "3/Cyd/x")
    assert behind(company, "stage-update", "import hr") == [("hr", "2", "Bob")]
    report = company.run("sync").steps[0]
    changed = looking.behind(company.store, report.number, "resource-changed", 9)
    assert [(one["name"], one["resource"]) for one in changed] == [("Bo", company.id_of("Bo"))]
    assert [one["name"] for one in looking.behind(company.store, report.number, "export-flow", 9)] == ["2"]
    assert behind(company, "export-update", "export app") == [("app", "2", "Bo")]


def test_the_name_stays_that_of_then_and_the_deleted_are_still_listed(company: World) -> None:
    company.run(*EVERYTHING)
    staff(company, "1/Ada/x", "2/Bob/x")
    gone = company.run("import hr").steps[0].number
    synced = company.run("sync").steps[0].number
    sent = company.run("export app").steps[0].number
    confirmed = company.run("import app").steps[0].number
    company.run("sync")
    assert set(company.objects("hr")) == set(company.objects("app")) == {"1", "2"}, "nothing is left of it"
    for step, counter, connector in [
        (gone, "stage-delete", "hr"),
        (synced, "disconnected", "hr"),
        (synced, "deprovisioned", "app"),
        (sent, "export-delete", "app"),
        (confirmed, "confirmed-delete", "app"),
    ]:
        (one,) = looking.behind(company.store, step, counter, 9)
        assert (one["connector"], one["name"]) == (connector, "3"), counter
        assert one["title"] == "Cyd", counter
    (one,) = looking.behind(company.store, synced, "resource-deleted", 9)
    assert (one["connector"], one["name"]) == ("", "Cyd")


def test_what_is_held_and_what_is_in_grace(world: World) -> None:
    guarded = replace(HR, missing=Guard(0, 0.5), grace={})
    world.configure([guarded, replace(APP, deletes=Guard(0, 0.0))], [IN, OUT])
    staff(world, *(f"{n}/P{n}/x" for n in range(1, 5)))
    world.run(*EVERYTHING)
    staff(world, "1/P1/x")
    assert behind(world, "stage-delete-held", "import hr") == [("hr", str(n), f"P{n}") for n in (2, 3, 4)]
    staff(world, *(f"{n}/P{n}/x" for n in range(1, 4)))
    world.run("import hr", "sync")
    assert behind(world, "export-delete-held", "export app") == [("app", "4", "P4")]
    world.configure([replace(guarded, grace={"person": 10}), APP], [IN, OUT])
    staff(world, "1/P1/x", "2/P2/x")
    assert behind(world, "stage-delete-grace", "import hr") == [("hr", "3", "P3")]


def test_what_others_did(company: World) -> None:
    company.run(*EVERYTHING)
    company.write("app.csv", {"id": "1", "name": "King", "dept": "x"}, {"id": "2", "name": "Bob", "dept": "x"})
    report = company.run("import app").steps[0]
    assert report.outcome.counters["drift"] == 1
    assert [one["name"] for one in looking.behind(company.store, report.number, "drift", 9)] == ["1"]
    company.run("sync", "export app")
    rows = [{"id": "1", "name": "King", "dept": "x"}, {"id": "2", "name": "Bob", "dept": "x"}]
    company.write("app.csv", *rows, {"id": "3", "name": "Cyd", "dept": "x"})
    assert behind(company, "exported-change-not-reimported", "import app") == [("app", "1", "Ada")]


def test_what_went_wrong(world: World) -> None:
    world.configure([HR, APP], [IN, outbound("app", {"id": "name", "dept": "dept"})])
    staff(world, "1/Ada/x", "2/Ada/x")
    world.run("import hr")
    assert behind(world, "name-taken", "sync") == [("app", "Ada", "Ada")]
    staff(world, "1/Ada/x", "1/Eve/x")
    assert behind(world, "discovery-errors", "import hr") == [("hr", "1", "Ada")]


def test_a_join_lists_the_object_and_its_resource(company: World) -> None:
    company.write("app.csv", {"id": "1", "name": "Old", "dept": "x"})
    company.run("import hr", "import app")
    joined = company.run("sync").steps[0].number
    (one,) = looking.behind(company.store, joined, "joined", 9)
    assert (one["connector"], one["name"], one["resource"]) == ("app", "1", company.id_of("Ada"))


def test_a_rename_lists_the_new_name(world: World) -> None:
    directory = ldif("dir", {"person": "uid cn"}, anchor="uid")
    world.configure([directory], [inbound("dir", {"employeeId": "uid", "name": "cn"}, join=["uid=employeeId"])])

    def entry(dn: str) -> str:
        return f"dn: {dn}\nobjectClass: person\nuid: a\ncn: Ada"

    world.write("dir.ldif", entry("cn=a,o=x"))
    world.run("import dir", "sync")
    world.write("dir.ldif", entry("cn=b,o=x"))
    assert behind(world, "stage-rename", "import dir") == [("dir", "cn=b,o=x", "Ada")]


def test_of_many_the_first_are_kept(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "KEPT", 2)
    report = company.run("import hr").steps[0]
    assert report.outcome.counters["stage-add"] == 3
    kept = looking.behind(company.store, report.number, "stage-add", 9)
    assert [one["name"] for one in kept] == ["1", "2"]


def test_an_import_that_breaks_off_says_what_it_had_staged(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = DelimitedConnector.read

    def broken(self: DelimitedConnector, watermark: str | None = None) -> Iterator[Page | End]:
        yield next(whole(self, watermark))
        raise ConnectorError("The share is gone.")

    monkeypatch.setattr(DelimitedConnector, "read", broken)
    assert [name for _, name, _ in behind(company, "stage-add", "import hr")] == ["1", "2", "3"]


def test_an_unchanged_world_keeps_nothing(company: World) -> None:
    company.run(*EVERYTHING, "sync")
    before = company.rows("SELECT count(*) FROM step_object")
    company.run("import hr", "import app", "full", "export app")
    assert company.rows("SELECT count(*) FROM step_object") == before


def test_only_what_is_kept_is_described() -> None:
    counters, asked = Tally(), list[int]()

    def kept(item: int) -> Kept:
        asked.append(item)
        return Kept(None, item, None, "")

    counters.note("x", range(tally.KEPT - 1), kept)
    counters.note("x", range(1_000_000), kept)
    counters.note("x", range(1_000_000), kept)
    assert counters["x"] == tally.KEPT - 1 + 2_000_000
    assert len(asked) == tally.KEPT
    assert counters.total() == counters["x"]
