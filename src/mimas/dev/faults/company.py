"""A made-up company: two dozen people in three sources, day by day, by a seed."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from random import Random
from shutil import copytree

from mimas.schema.values import Values, many
from mimas.testing import Nature, System

DAYS = 5
"""Day 0 is the first load; on the last day the rules are others, too."""

_GIVEN = ("Ann", "Bea", "Carl", "Dora", "Emil")
_FAMILY = """
    Alder Birch Cedar Dogwood Elm Fir Gorse Hazel Ivy Juniper Kauri Larch Maple Nettle Oak Pine Quince Rowan Spruce
    Teak Ulmo Viburnum Willow Yew Acacia Beech Cherry Damson Elder Fig Ginkgo Holly Ironwood Jasmine Katsura Linden
"""
_TITLES = ("Clerk", "Engineer", "Trainee", "Buyer")


@dataclass(frozen=True, slots=True)
class Worker:
    """One row of a source: an employee, or a partner."""

    number: str
    given: str
    family: str
    dept: str
    title: str = ""
    boss: str = ""


class Company:
    """What its sources show on one day after the other."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(f"company {seed}")  # noqa: S311 - a game
        self.seed = seed
        self._families = _FAMILY.split()
        self.chance.shuffle(self._families)
        self._numbers = iter(range(101, 10_000))
        self.departments = {"d1": "Sales", "d2": "Works", "d3": "Legal, Tax"}
        self.staff: dict[str, Worker] = {}
        self.partners: dict[str, Worker] = {}
        self._hire(14)
        self._host(5)
        self._appoint()

    def begin(self, home: Path) -> None:
        """Write the documents and the first day's files, and make the systems."""
        with as_file(files("mimas.dev.faults") / "home") as template:
            copytree(template, home, dirs_exist_ok=True)
        # A few of the ways in which systems differ, a world each.
        confirm = ("confirm: import", "confirm: read-back", "confirm: import")[self.seed % 3]
        batch = ("batch: 4", "batch: 4", "batch: 4, confirms: acknowledgement")[self.seed % 3]
        _edit(home / "documents/app.yaml", "type: simulator", f"type: simulator\n{confirm}")
        _edit(home / "documents/app.yaml", "batch: 4", batch)
        System(home / "app.system", Nature(reorders=True)).close()
        System(home / "directory.system", Nature(repairs=bool(self.seed % 2))).close()
        self._write(home)

    def day(self, number: int, home: Path) -> None:
        """What happens on a day after the first: in the sources, in the directory, and on the last one in the rules."""
        self._leave(2)
        self._move(3)
        self._rename(2)
        if number == 1:
            self.departments["d4"] = "Stores"
            self._host(1)
        elif number == 2:
            self._call_department("d2", "Workshops")
            self._employ_partner()
        elif number == 3:
            self._hand_name_over()
            self._dissolve("d1")
        else:
            self._call_department("d3", "Legal")
            self._change_rules(home)
        self._hire(2)
        self._appoint()
        self._write(home)
        self._administrate(home)

    def _hire(self, count: int) -> None:
        for _ in range(count):
            worker = self._somebody()
            self.staff[worker.number] = replace(worker, title=self.chance.choice(_TITLES))

    def _host(self, count: int) -> None:
        for _ in range(count):
            worker = self._somebody()
            self.partners[worker.number] = worker

    def _somebody(self) -> Worker:
        dept = self.chance.choice(sorted(self.departments.values()))
        return Worker(str(next(self._numbers)), self.chance.choice(_GIVEN), self._families.pop(), dept)

    def _some(self, people: dict[str, Worker], count: int) -> list[Worker]:
        return self.chance.sample(sorted(people.values(), key=lambda one: one.number), count)

    def _appoint(self) -> None:
        """Everybody gets a manager, or none."""
        for people in (self.staff, self.partners):
            for number, worker in people.items():
                if not worker.boss or worker.boss not in people or self.chance.random() < 0.2:
                    boss = self.chance.choice(["", *sorted(people.keys() - {number})])
                    people[number] = replace(worker, boss=boss)

    def _leave(self, count: int) -> None:
        for worker in self._some(self.staff, count):
            del self.staff[worker.number]

    def _move(self, count: int) -> None:
        for worker in self._some(self.staff, count):
            dept, title = self.chance.choice(sorted(self.departments.values())), self.chance.choice(_TITLES)
            self.staff[worker.number] = replace(worker, dept=dept, title=title)

    def _rename(self, count: int) -> None:
        for worker in self._some(self.staff, count):
            self.staff[worker.number] = replace(worker, family=self._families.pop())

    def _call_department(self, code: str, name: str) -> None:
        before, self.departments[code] = self.departments[code], name
        self._send_to(before, name)

    def _dissolve(self, code: str) -> None:
        before = self.departments.pop(code)
        self._send_to(before, self.chance.choice(sorted(self.departments.values())))

    def _send_to(self, before: str, after: str) -> None:
        for people in (self.staff, self.partners):
            people.update({n: replace(w, dept=after) for n, w in people.items() if w.dept == before})

    def _employ_partner(self) -> None:
        worker = self._some(self.partners, 1)[0]
        self.staff[worker.number] = replace(worker, title="Clerk", boss="")

    def _hand_name_over(self) -> None:
        """Somebody leaves, and whoever comes has the same name in the same department."""
        worker = self._some({n: w for n, w in self.staff.items() if n not in self.partners}, 1)[0]
        del self.staff[worker.number]
        heir = replace(worker, number=str(next(self._numbers)), boss="")
        self.staff[heir.number] = heir

    def _change_rules(self, home: Path) -> None:
        _edit(home / "documents/app.yaml", "title: title", "title: =UCase([title])")
        _edit(home / "documents/files.yaml", "title NOTEQUAL Trainee", "title NOTEQUAL Buyer")

    def _administrate(self, home: Path) -> None:
        """Telephone numbers are the directory's own; a title that is changed there is put right."""
        with System(home / "directory.system") as directory:
            people = [one for one in directory.entries().values() if one.type == "person"]
            for entry in self.chance.sample(people, 3):
                _change(directory, entry.anchor, phone=f"+44 {self.chance.randrange(10**6)}")
            _change(directory, self.chance.choice(people).anchor, title="Emperor")

    def _write(self, home: Path) -> None:
        columns = ("number", "given", "family", "dept", "title", "boss")
        rows = [[getattr(one, column) for column in columns] for one in self.staff.values()]
        _write_csv(home / "hr.csv", [columns, *rows])
        _write_csv(home / "org.csv", [("code", "name"), *self.departments.items()])
        names = {one.number: f"cn={one.given} {one.family},o=partners" for one in self.partners.values()}
        blocks = ["version: 1"]
        for one in self.partners.values():
            lines = [f"dn: {names[one.number]}", "objectClass: partner", f"number: {one.number}"]
            lines += [f"given: {one.given}", f"family: {one.family}", f"dept: {one.dept}"]
            blocks.append("\n".join([*lines, *([f"host: {names[one.boss]}"] if one.boss else [])]))
        (home / "partners.ldif").write_text("\n\n".join(blocks) + "\n")


def _change(system: System, anchor: str, **values: str) -> None:
    entry = system.entries()[anchor]
    after: Values = {**{name: many(before) for name, before in entry.values.items()}, **values}
    system.put(entry.type, after, anchor=anchor, name=entry.name)


def _write_csv(path: Path, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if old not in text:
        raise ValueError(f"{path} does not hold {old!r}")
    path.write_text(text.replace(old, new))
