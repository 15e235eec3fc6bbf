"""The workforce of the benchmark: N people with 20 attributes, managers and departments, from a file to a file."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from mimas.configuration.build import setup
from mimas.configuration.reading import read
from mimas.runs.setup import Setup

DEPARTMENTS = 200

COLUMNS = (
    "EmployeeNumber",
    "First",
    "Last",
    "Title",
    "Department",
    "Manager",
    "Mail",
    "Phone",
    "Mobile",
    "Street",
    "City",
    "Zip",
    "Country",
    "Company",
    "Office",
    "Start",
    "CostCentre",
    "Room",
    "Grade",
    "Locale",
)

_FLOWS = {
    "employeeID": "EmployeeNumber",
    "givenName": "=Trim([First])",
    "sn": "=Trim([Last])",
    "displayName": '=Trim([First]) & " " & Trim([Last])',
    "title": "Title",
    "department": "Department",
    "mail": "=LCase([Mail])",
    "telephoneNumber": "Phone",
    "mobile": "Mobile",
    "street": "Street",
    "l": "City",
    "postalCode": "Zip",
    "c": "Country",
    "company": '=IIF(IsPresent([Company]), [Company], "Contoso")',
}


def documents(export: str) -> str:
    """The configuration: 15 flows in (14 values and the manager), 15 out, departments as groups with members."""
    worker = "\n".join(f"      {c}: {'reference to worker' if c == 'Manager' else 'string'}" for c in COLUMNS)
    types = "\n".join(f"  {name}: string{', indexed' if name == 'employeeID' else ''}" for name in _FLOWS)
    inbound = "\n".join(f"  {name}: '{origin}'" for name, origin in _FLOWS.items())
    account = "\n".join(f"      {name}: string" for name in _FLOWS)
    outbound = "\n".join(f"  {name}: {name}" for name in _FLOWS)
    return f"""
kind: ObjectType
name: person
attributes:
{types}
  manager: reference
---
kind: ObjectType
name: group
attributes: {{code: "string, indexed", displayName: string, member: "reference, multivalued"}}
---
kind: Connector
name: hr
type: delimited
settings: {{path: hr.csv, changes: hr-changes.csv}}
objects:
  worker:
    anchor: [EmployeeNumber]
    attributes:
{worker}
---
kind: Connector
name: departments
type: delimited
settings: {{path: departments.csv}}
objects:
  department:
    anchor: [Code]
    attributes: {{Code: string, Name: string}}
---
kind: Connector
name: app
type: delimited
settings: {{path: app.csv, changes: app-changes.csv, export: {export}}}
objects:
  account:
    anchor: [employeeID]
    attributes:
{account}
      manager: reference to account
---
kind: SyncRule
name: In from HR
direction: inbound
connector: hr
object: worker
resource: person
precedence: 100
link: provision
join: [EmployeeNumber = employeeID]
flows:
{inbound}
  manager: Manager
---
kind: SyncRule
name: In from the departments
direction: inbound
connector: departments
object: department
resource: group
precedence: 110
link: provision
join: [Code = code]
flows: {{code: Code, displayName: Name}}
---
kind: Membership
name: Department members
resource: group
attribute: member
of: person
match: code = department
---
kind: SyncRule
name: Out to the application
direction: outbound
connector: app
object: account
resource: person
precedence: 200
link: provision
deprovision: delete
flows:
{outbound}
  manager: manager
"""


def configured(folder: Path, *, export: str = "listing") -> Setup:
    """The setup of the benchmark, as documents make it."""
    found, problems = read(documents(export))
    assert not problems, problems
    return setup(folder, found)


def row(number: int, title: int = 0) -> tuple[str, ...]:
    """One person; ``title`` changes their title."""
    return (
        f"E{number:07d}",
        f" First{number % 5000}",
        f"Last{number % 9973} ",
        f"Title {number % 50 + title}",
        f"D{number % DEPARTMENTS:03d}",
        f"E{number // 10:07d}" if number else "",
        f"Person{number}@example.com",
        f"+49 30 {number:07d}",
        f"+49 170 {number:07d}",
        f"Street {number % 300}",
        f"City {number % 100}",
        f"{10000 + number % 80000}",
        "DE",
        "Contoso" if number % 3 else "",
        f"Office {number % 40}",
        "2020-01-01",
        f"C{number % 500:04d}",
        f"{number % 900}",
        f"G{number % 12}",
        "de-DE",
    )


def write_people(path: Path, count: int, changed: int = 0) -> None:
    """The HR file; every ``changed``-th person has another title."""
    _write(path, COLUMNS, (row(n, 1 if changed and not n % changed else 0) for n in range(count)))


def write_departments(path: Path) -> None:
    """The department file."""
    _write(path, ("Code", "Name"), ((f"D{n:03d}", f"Department {n}") for n in range(DEPARTMENTS)))


def write_changes(path: Path, numbers: Sequence[int], title: int) -> None:
    """A change file with new titles for some people."""
    _write(path, ("change_type", *COLUMNS), (("modify", *row(n, title)) for n in numbers))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
