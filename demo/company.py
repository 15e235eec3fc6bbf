"""A made-up company of 1,000 people, with the dirt of real life, and what happens to it on two days.

The same seed and the same day give the same company. Nothing here knows anything of Mimas: this is the world outside.
"""

import base64
import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from names import FAMILY, GIVEN, SCRIPTS, Name

WORKERS = 900
CONTRACTORS = 120
BOTH = 20
"""So many contractors are also workers: the same person number in both systems."""

DEPARTMENTS = {
    "D10": "Board",
    "D20": "Finance",
    "D21": "Controlling",
    "D30": "Sales, EMEA",
    "D31": "Sales, Americas",
    "D40": "Research & Development",
    "D41": "Quality + Safety",
    "D50": "Human Resources",
    "D60": "IT Operations",
    "D61": "IT Security",
    "D70": "Logistik Süd",
    "D71": "Παραγωγή",
    "D80": "Legal",
    "D90": "Customer Care",
}
LOCATIONS = ("Berlin", "Zürich", "Kraków", "Austin, TX", "Αθήνα", "上海")
TITLES = ("Analyst", "Engineer", "Accountant", "Clerk", "Technician", "Consultant", "Buyer", "Planner", "")
NICKNAMES = {"Robert": "Bob", "Thomas": "Tom", "Hannah": "Hanna", "伟": "Wei", "芳": "Fang", "محمد": "Mohammed"}


@dataclass(frozen=True, slots=True)
class Worker:
    """A row of the HR export. `typed_…` is as somebody typed it; `given` and `family` are the names behind it."""

    number: str
    person: str
    given: Name
    family: Name
    start: date
    end: date | None = None
    typed_given: str = ""
    typed_family: str = ""
    preferred: str = ""
    title: str = ""
    department: str = ""
    manager: str = ""
    location: str = ""
    mail: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Contractor:
    """An entry of the contractor register."""

    key: str
    person: str
    given: Name
    family: Name
    start: date
    end: date | None = None
    firm: str = ""
    title: str = ""
    department: str = ""
    mobile: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class Company:
    """What HR, the list of departments and the contractor register say on one day."""

    today: date
    workers: tuple[Worker, ...]
    contractors: tuple[Contractor, ...]
    heads: dict[str, str]
    """Department code to the number of the worker who heads it."""

    def write(self, folder: Path) -> None:
        """Write the three files that the sources export."""
        write_workers(folder / "hr.csv", self.workers)
        write_departments(folder / "departments.csv", self.heads)
        write_contractors(folder / "contractors.ldif", self.contractors)


def first_day(today: date, seed: int = 1029) -> Company:
    """The company before anything has happened."""
    chance = random.Random(seed)
    workers = [_worker(chance, index, today) for index in range(WORKERS)]
    heads = _departments(chance, workers)
    _dirt(workers, today)
    contractors = [_contractor(chance, index, today) for index in range(CONTRACTORS)]
    _overlap(workers, contractors, today)
    return Company(today, tuple(workers), tuple(contractors), heads)


def second_day(company: Company) -> Company:
    """Joiners, movers, a marriage, leavers and a re-hire; new contractors and contracts that ended."""
    today, chance = company.today, random.Random(2)
    workers = list(company.workers)
    for index in range(100, 110):  # movers: a new department, and its head as manager
        code = "D61" if workers[index].department != "D61" else "D20"
        workers[index] = replace(workers[index], department=code, manager=company.heads[code])
    for index in range(110, 114):  # four people move to another office
        place = "Zürich" if workers[index].location != "Zürich" else "Austin, TX"
        workers[index] = replace(workers[index], location=place)
    married = Name("Müller-Ødegård", "mullerodegard")
    workers[120] = replace(workers[120], family=married, typed_family=married.text)
    for index in (*range(130, 141), _lead(workers)):  # leavers; the last of them is somebody's manager
        workers[index] = replace(workers[index], end=today - timedelta(days=1))
    workers[800] = replace(workers[800], start=today - timedelta(days=1), end=None)  # a re-hire, after a year away
    for offset, days in enumerate((-1, -1, -1, -1, -1, -1, 5, 30)):  # joiners: two of them start later
        joiner = _worker(chance, WORKERS + offset, today)
        workers.append(replace(joiner, department="D60", manager=company.heads["D60"], start=today + timedelta(days)))
    twin = workers[3]  # one of the joiners has the name of somebody who has been here for years
    workers[WORKERS] = _named(workers[WORKERS], twin.given, twin.family)
    contractors = list(company.contractors)
    for index in (60, 61):
        contractors[index] = replace(contractors[index], end=today - timedelta(days=2))
    contractors += [_contractor(chance, CONTRACTORS + offset, today) for offset in range(3)]
    return replace(company, workers=tuple(workers), contractors=tuple(contractors))


def _lead(workers: Sequence[Worker]) -> int:
    """Where a team lead stands who is nobody's head."""
    leads = {worker.manager for worker in workers}
    return next(i for i, worker in enumerate(workers) if i > 140 and worker.number in leads and worker.end is None)


def _name(chance: random.Random) -> tuple[Name, Name]:
    script = chance.choice(SCRIPTS)
    return chance.choice(GIVEN[script]), chance.choice(FAMILY[script])


def _named(worker: Worker, given: Name, family: Name) -> Worker:
    return replace(worker, given=given, family=family, typed_given=given.text, typed_family=family.text, preferred="")


def _worker(chance: random.Random, index: int, today: date) -> Worker:
    given, family = _name(chance)
    number = str(10000 + index)
    mail = f"{given.ascii}.{family.ascii}.{number[-3:]}@example.com"
    return Worker(
        number=number,
        person=f"P{chance.randrange(10**5):05}{index:04}",
        given=given,
        family=family,
        start=today - timedelta(days=chance.randrange(400, 9000)),
        typed_given=given.text,
        typed_family=family.text,
        preferred=NICKNAMES.get(given.text, ""),
        title=chance.choice(TITLES),
        location=chance.choice(LOCATIONS),
        mail="" if index % 8 == 0 else mail.title() if index % 10 == 0 else mail,
        phone=f"+49 30 {chance.randrange(10**6):06}" if index % 5 else "",
    )


def _departments(chance: random.Random, workers: list[Worker]) -> dict[str, str]:
    """Give everybody a department and a manager: the head, or one of the department's team leads."""
    codes = list(DEPARTMENTS)
    heads = {code: workers[index].number for index, code in enumerate(codes)}
    leads: dict[str, list[str]] = {code: [head] for code, head in heads.items()}
    for index, worker in enumerate(workers):
        code = codes[index] if index < len(codes) else chance.choice(codes)
        manager = workers[0].number if index < len(codes) else chance.choice(leads[code])
        if index >= len(codes) and index % 12 == 11:  # every twelfth leads a team
            manager = heads[code]
            leads[code].append(worker.number)
        workers[index] = replace(worker, department=code, manager="" if index == 0 else manager)
    return heads


def _dirt(workers: list[Worker], today: date) -> None:
    """What real exports hold. The people of the second day are others."""
    for numbers, dirt in (
        (range(20, 26), _double_space),
        (range(26, 32), lambda it: replace(it, typed_family=f"{it.family.text}  ")),
        (range(32, 34), lambda it: replace(it, typed_given=f" {it.given.text}", preferred="")),
        (range(34, 38), lambda it: replace(it, manager="99999")),  # a number that nobody has
        (range(38, 41), lambda it: replace(it, manager="")),
        (range(41, 46), lambda it: replace(it, department="")),
        (range(50, 54), lambda it: replace(it, start=today + timedelta(days=3))),  # will start within a week
        (range(54, 59), lambda it: replace(it, start=today + timedelta(days=30))),  # will start next month
        (range(60, 66), lambda it: replace(it, end=today + timedelta(days=200))),  # will leave, but not yet
        (range(800, 820), lambda it: replace(it, end=today - timedelta(days=365))),  # the first of them comes back
        (range(300, 305), lambda it: _namesake(it, workers)),
    ):
        for index in numbers:
            workers[index] = dirt(workers[index])


def _double_space(worker: Worker) -> Worker:
    given = worker.given
    both = Name(f"{given.text} Maria", f"{given.ascii}maria")
    return replace(worker, given=both, typed_given=f"{given.text}  Maria", preferred="")


def _namesake(worker: Worker, workers: Sequence[Worker]) -> Worker:
    other = workers[int(worker.number) - 10000 - 100]
    return _named(worker, other.given, other.family)


def _contractor(chance: random.Random, index: int, today: date) -> Contractor:
    given, family = _name(chance)
    return Contractor(
        key=f"C{index + 1:04}",
        person=f"P{chance.randrange(10**5):05}9{index:04}",
        given=given,
        family=family,
        start=today - timedelta(days=chance.randrange(30, 900)),
        end=today + timedelta(days=chance.randrange(30, 900)) if index % 3 else None,
        firm=chance.choice(("Acme & Söhne", "Globex", "Initech", "Umbrella, Inc.")),
        title=chance.choice(TITLES),
        department=chance.choice((*DEPARTMENTS, "")),
        mobile=f"+49 170 {chance.randrange(10**7):07}",
        mail=f"{given.ascii}.{family.ascii}@contractor.example" if index % 4 else "",
    )


def _overlap(workers: Sequence[Worker], contractors: list[Contractor], today: date) -> None:
    """The first contractors were hired since, and are still in the register; some others have left, or not begun."""
    for index in range(BOTH):
        worker = workers[400 + index]
        contractors[index] = replace(
            contractors[index],
            person=worker.person,
            given=worker.given,
            family=worker.family,
            end=today - timedelta(days=100) if index % 2 else None,
        )
    for index in range(30, 36):
        contractors[index] = replace(contractors[index], end=today - timedelta(days=50))
    for index in range(36, 39):
        contractors[index] = replace(contractors[index], start=today + timedelta(days=40), end=None)


COLUMNS = (
    "EmployeeNumber", "PersonNumber", "FirstName", "LastName", "LatinFirstName", "LatinLastName", "PreferredName",
    "Title", "Department", "Manager", "Location", "StartDate", "EndDate", "Mail", "Phone",
)  # fmt: skip


def write_workers(path: Path, workers: Iterable[Worker]) -> None:
    """The HR export: CSV with a header, UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for it in workers:
            end = it.end.isoformat() if it.end else ""
            rows.writerow((
                it.number, it.person, it.typed_given, it.typed_family, it.given.latin, it.family.latin, it.preferred,
                it.title, it.department, it.manager, it.location, it.start.isoformat(), end, it.mail, it.phone,
            ))  # fmt: skip


def write_departments(path: Path, heads: dict[str, str]) -> None:
    """The list of departments: CSV with a header, UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Code", "Name", "Head"))
        rows.writerows((code, name, heads[code]) for code, name in DEPARTMENTS.items())


def write_contractors(path: Path, contractors: Iterable[Contractor]) -> None:
    """The contractor register: LDIF (RFC 2849)."""
    with path.open("w", encoding="utf-8") as file:
        file.write("version: 1\n")
        for it in contractors:
            values = {
                "dn": f"uid={it.key.lower()},ou=contractors,dc=register,dc=example",
                "objectClass": "inetOrgPerson",
                "uid": it.key.lower(),
                "employeeNumber": it.key,
                "serialNumber": it.person,
                "cn": f"{it.given.text} {it.family.text}",
                "givenName": it.given.text,
                "sn": it.family.text,
                "latinGivenName": it.given.latin,
                "latinSn": it.family.latin,
                "o": it.firm,
                "title": it.title,
                "departmentNumber": it.department,
                "mobile": it.mobile,
                "mail": it.mail,
                "contractStart": it.start.isoformat(),
                "contractEnd": it.end.isoformat() if it.end else "",
            }
            file.write("\n" + "".join(_line(name, value) for name, value in values.items() if value))


def _line(name: str, value: str) -> str:
    if value.isascii() and value.strip() == value and value[0] not in ":<":
        return f"{name}: {value}\n"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}\n"


def cut_off(path: Path) -> int:
    """End the file in the middle of a row, two thirds in, as a full disk does. Returns how many whole rows are left."""
    whole = path.read_bytes()
    end = whole.index(b"\r\n", len(whole) * 2 // 3) + 30
    path.write_bytes(whole[:end])
    return whole[:end].count(b"\r\n") - 1
