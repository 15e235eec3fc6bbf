"""Every place where a Python function of the home may decide."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest

from mimas.language.scope import Clause, Operator
from mimas.sync.rules import Deprovision, LinkType
from tests.world import World, delimited, inbound, outbound, person, target

Write: TypeAlias = Callable[[str], None]

HR = delimited("hr", "id name title")
APP = target("app", "id name")
IN = inbound("hr", {"employeeId": "id", "name": "name", "title": "title"}, join=["id=employeeId"])
OUT = outbound("app", {"id": "employeeId", "name": "name"})
EVERYTHING = ("import hr", "sync", "export app", "import app", "sync")


@pytest.fixture
def extension(world: World) -> Write:
    """Write the extension module ``x``."""

    def write(text: str) -> None:
        (world.folder / "extensions").mkdir(exist_ok=True)
        (world.folder / "extensions" / "x.py").write_text(text)

    return write


def staff(world: World, *rows: str) -> None:
    """Each ``id/name/title``."""
    names = ["id", "name", "title"]
    world.write("hr.csv", *(dict(zip(names, row.split("/"), strict=True)) for row in rows), columns="id name title")


def asked(function: str) -> tuple[tuple[Clause, ...], ...]:
    return ((Clause("", Operator.EQUAL, function=function),),)


def test_a_function_in_a_scope_filters_projects_and_provisions(world: World, extension: Write) -> None:
    extension("def staff(v): return v['title'] != 'guest'\ndef short(v): return len(v['name']) < 4\n")
    world.configure([HR, APP], [replace(IN, scope=asked("x:staff")), replace(OUT, scope=asked("x:short"))])
    staff(world, "1/Ann/dev", "2/Bea/guest", "3/Chris/dev")
    world.run(*EVERYTHING)
    assert set(world.people()) == {"Ann", "Chris"}
    assert set(world.read("app.csv")) == {"1"}
    staff(world, "1/Annabel/dev", "2/Bea/dev", "3/Chris/guest")
    world.run(*EVERYTHING)
    assert set(world.people()) == {"Annabel", "Bea"}


def test_a_function_in_a_scope_that_fails_is_told_and_changes_nothing(world: World, extension: Write) -> None:
    extension("def staff(v): return {'dev': True}[v['title']]\n")
    world.configure([HR], [replace(IN, scope=asked("x:staff"))])
    staff(world, "1/Ann/dev", "2/Bea/guest")
    world.run("import hr", "sync")
    assert set(world.people()) == {"Ann"}
    assert world.codes() == ["flow-failure"]


@pytest.mark.parametrize(("said", "left"), [("delete", set()), ("disconnect", {"1"})])
def test_a_function_says_what_becomes_of_an_account(world: World, extension: Write, said: str, left: set[str]) -> None:
    extension(f"def over(v): return {said!r} if v['name'] == 'Ann' else 'neither'\n")
    out = replace(OUT, deprovision=Deprovision.DELETE, deprovision_by="x:over")
    world.configure([HR, APP], [IN, out])
    staff(world, "1/Ann/dev", "2/Bea/dev")
    world.run(*EVERYTHING)
    staff(world)
    world.run("import hr", "sync")
    assert "'neither' is not a valid Deprovision" in world.notes[0]["message"]
    world.run("export app")
    assert set(world.read("app.csv")) == left | {"2"}


def test_a_function_chooses_between_contributions(world: World, extension: Write) -> None:
    extension("def longest(offers): return max((v for _, v in offers if v), key=len, default=None)\n")
    people = replace(person(), chosen={"name": "x:longest"})
    other = inbound(
        "ext", {"name": "name", "title": "title"}, link=LinkType.JOIN, precedence=200, join=["id=employeeId"]
    )
    world.configure([HR, delimited("ext", "id name title")], [IN, other], [people])
    staff(world, "1/Ann/dev")
    world.write("ext.csv", {"id": "1", "name": "Annabel", "title": "x"}, columns="id name title")
    world.run("import hr", "import ext", "sync")
    assert world.people()["Annabel"]["title"] == "dev"
    world.write("ext.csv", {"id": "1", "name": "A", "title": "x"}, columns="id name title")
    world.run("import ext", "sync")
    before = world.dump()
    world.run("full")
    assert set(world.people()) == {"Ann"}
    assert world.dump() == before


class TestCallouts:
    """Functions before and after an export, of a connector that sends object by object."""

    TEXT = (
        "told = []\n"
        "def before(e):\n"
        "    if e['values'].get('name') == 'Bea': raise ValueError('not her')\n"
        "def after(e):\n"
        "    open('{folder}/told', 'a').write(e['operation'] + ' ' + e['anchor'] + '\\n')\n"
        "    if e['anchor'] == '3': raise ValueError('no mailbox')\n"
    )

    def test_before_keeps_an_object_back_and_after_is_told_of_what_was_sent(
        self, world: World, extension: Write
    ) -> None:
        extension(self.TEXT.replace("{folder}", str(world.folder)))
        app = replace(
            delimited("app", "id name", export="changes", changes="app.changes.csv"),
            before_export="x:before",
            after_export="x:after",
        )
        world.configure([HR, app], [IN, OUT])
        world.write("app.csv", columns="id name")
        staff(world, "1/Ann/dev", "2/Bea/dev", "3/Chris/dev")
        report = world.run("import hr", "sync", "export app")
        assert report.errors == 2
        assert world.codes() == ["extension-error", "extension-error"]
        assert (world.folder / "told").read_text().split() == ["add", "1", "add", "3"]
        assert {key for key, (_, state) in world.pending().items() if state == 0} == {"2"}
        assert "not her" in " ".join(note["message"] for note in world.notes)
