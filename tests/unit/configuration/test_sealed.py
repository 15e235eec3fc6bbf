"""Where documents name sealed secrets, and where they only look as if they did."""

from mimas.configuration.problem import Severity
from mimas.configuration.reading import read
from mimas.configuration.sealed import check_sealed, sealed_in
from mimas.secrets.vault import EMPTY

FILE = """\
kind: Connector
name: ad
type: active-directory
settings:
  user: mimas@example.com
  password: {sealed: ad}
  domains:
    - name: example.com
    - name: other.example.com
      password: {sealed: other}
objects:
  sealed: {attributes: {sealed: string}}
---
kind: Connector
name: hr
type: sql
settings: {url: "postgresql://me@db/hr", password: {env: sealed}}
objects: {person: {attributes: {sealed: string}}}
---
kind: Mail
name: post
host: mail.example.com
from: mimas@example.com
user: mimas
password:
  sealed: post
---
kind: ObjectType
name: person
attributes: {sealed: string}
"""


def test_places_are_found_wherever_a_secret_can_be() -> None:
    documents, wrong = read(FILE, "s.yaml")
    assert wrong == []
    assert [(document.name, name) for document, _, name in sealed_in(documents)] == [
        ("ad", "ad"),
        ("ad", "other"),
        ("post", "post"),
    ]


def test_each_that_is_not_set_is_a_warning_with_its_line() -> None:
    problems = list(check_sealed(read(FILE, "s.yaml")[0], EMPTY, None))
    assert {problem.severity for problem in problems} == {Severity.WARNING}
    assert [str(problem) for problem in problems] == [
        f"s.yaml:{line}: warning: {about}: the sealed secret '{name}' is not set; Set it: `mimas secrets set {name}`."
        for line, about, name in ((6, "ad", "ad"), (10, "ad", "other"), (25, "post", "post"))
    ]
