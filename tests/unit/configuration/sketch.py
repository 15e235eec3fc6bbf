"""A configuration made of parts, for the checks: attributes of every kind, and the rules that a test is about."""

from pathlib import Path

from mimas.configuration.check import check
from mimas.configuration.problem import Problem
from mimas.configuration.reading import read

PERSON = """\
kind: ObjectType
name: person
attributes:
  id: string, indexed
  text: string
  more: string
  number: integer
  flag: boolean
  day: datetime
  photo: binary
  texts: string, multivalued
  boss: reference to person
---
kind: ObjectType
name: unit
attributes: {id: "string, indexed", head: reference to person}
"""

HR = """\
---
kind: Connector
name: hr
type: delimited
settings: {path: hr.csv}
objects:
  worker:
    anchor: [id]
    attributes:
      id: string
      text: string
      more: string
      number: integer
      flag: boolean
      day: datetime
      photo: binary
      texts: string, multivalued
      boss: reference to worker
      unit: reference to unit
  unit:
    anchor: [id]
    attributes: {id: string, head: reference to worker}
"""

APP = """\
---
kind: Connector
name: app
type: ldif
settings: {path: app.ldif, export: listing}
objects:
  user:
    anchor: [id]
    attributes:
      id: string
      text: string
      more: string
      texts: string, multivalued
      boss: reference to user
  role:
    anchor: [id]
    attributes: {id: string, text: string, holder: reference to role}
"""


def rule(name: str, flows: str, place: str = "hr worker", precedence: int = 100, **more: str) -> str:
    """A rule of the system and the object type in ``place``: inbound of hr, outbound to app, unless ``more`` says."""
    connector, object_type = place.split()
    keys = {"direction": "inbound" if connector == "hr" else "outbound", "resource": "person", **more}
    lines = [f"{key}: {value}" for key, value in keys.items()]
    return "\n".join(
        [
            "---\nkind: SyncRule",
            f"name: {name}",
            f"connector: {connector}",
            f"object: {object_type}",
            f"precedence: {precedence}",
            *lines,
            f"flows: {flows}",
            "",
        ]
    )


PEOPLE = rule("People", "{id: id}", precedence=10, link="provision", join="[id = id]")
"""Every worker is a person."""

USERS = rule("Users", "{id: id, dn: '=\"uid=\" & [id]'}", "app user", precedence=10, link="provision")
"""Every person has a user."""


def said(home: Path, *rules: str, hints: bool = False) -> list[Problem]:
    """What is found in a configuration of these rules; ``hints``: also what is a hint only."""
    documents, wrong = read(PERSON + HR + APP + "".join(rules), "documents/all.yaml")
    assert wrong == []
    return [problem for problem in check(home, documents) if hints or problem.severity != "hint"]
