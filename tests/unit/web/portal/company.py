"""A small company whose people come to the portal: from the administrator to a report."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx2
import pytest

from mimas.cli.answering import inside
from mimas.cli.entering import path
from mimas.cli.finding import named
from mimas.cli.installation import Installation
from mimas.web.app import create
from mimas.web.background import Background
from mimas.web.deciding import Page
from mimas.web.inside import Pool
from mimas.web.portal.pages import WAYS
from mimas.web.portal.portal import Portal
from tests.asked import KEYS, Kept
from tests.unit.cli.shell import Shell
from tests.unit.web.pages import running

TYPES = """
kind: ObjectType
name: person
attributes:
  accountName: string, indexed
  displayName: string, indexed
  mail: string, indexed
  department: string, indexed
  mobile: string
  room: string
  salary: integer
  languages: string, multivalued
  jobTitle: string
  grade: string
  manager: reference to person
---
kind: ObjectType
name: group
attributes:
  displayName: string, indexed
  description: string
  Filter: string
  ExplicitMember: reference, multivalued
  ComputedMember: reference, multivalued
  Owner: reference, multivalued
  MembershipAddWorkflow: string
  ExpirationTime: datetime
"""
SYSTEMS = """
kind: Connector
name: hr
type: delimited
settings: {path: data/hr.csv}
objects:
  worker:
    anchor: [number]
    attributes: {number: string, account: string, name: string, mail: string, title: string, grade: string}
---
kind: Connector
name: badges
type: delimited
settings: {path: data/badges.csv, export: listing}
objects:
  badge: {anchor: [login], attributes: {login: string, name: string, title: string}}
---
kind: SyncRule
name: Workers of HR
direction: inbound
connector: hr
object: worker
resource: person
precedence: 10
join: [account = accountName]
link: join
flows: {jobTitle: title, grade: grade}
---
kind: SyncRule
name: Badges for workers
direction: outbound
connector: badges
object: badge
resource: person
precedence: 20
link: provision
scope: [jobTitle ISNOTNULL]
flows: {login: accountName, name: displayName, title: jobTitle}
---
kind: RunProfile
name: badges
steps: [import hr, sync, export badges, import badges]
"""
WORKERS = """number,account,name,mail,title,grade
1,ada,Ada Admin,ada@example.com,Architect,G7
2,max,Max Berg,max@example.com,Head of sales,G6
3,ann,Ann Lee,ann@example.com,Sales clerk,G3
4,,Bob Stone,bob@example.com,Buyer,G4
5,zed,Zed Nobody,zed@elsewhere.example,Temp,G1
"""
"""Bob's has no account, so it is found by no rule."""
PEOPLE = {
    "ada": ("Ada Admin", "IT", ""),
    "hal": ("Hal Helper", "IT", ""),
    "max": ("Max Berg", "Sales", ""),
    "ann": ("Ann <Lee>", "Sales", "max"),
    "bob": ("Bob Stone", "Buying", ""),
    "olga": ("Olga Operator", "IT", ""),
}
BUNDLES = ("administrators", "my-profile", "my-team", "help-desk", "group-self-service", "requests", "operators")


def founded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The company, in a folder that is made."""
    home.mkdir()
    shell = Shell(home, monkeypatch)
    shell.write("mimas.toml", '[mimas]\nname = "Example & Co"\n')
    shell.write("documents/types.yaml", TYPES)
    shell.write("documents/systems.yaml", SYSTEMS)
    shell.write("data/hr.csv", WORKERS)
    shell.write("data/badges.csv", "login,name,title\n")
    shell.done("config", "apply")
    shell.done("policy", "add", "directory", "--attributes", "displayName,mail,department")
    for bundle in BUNDLES:
        shell("policy", "add", bundle, "--attributes", "mobile,room,languages")
    shell.done("config", "apply")
    for account, (name, department, manager) in PEOPLE.items():
        about = [f"manager=person/{manager}"] if manager else []
        values = (f"displayName={name}", f"mail={account}@example.com", f"department={department}", "salary=4711")
        shell.done("request", "create", "person", f"accountName={account}", *values, *about)
    shell.done("request", "modify", "Set", "administrators", "ExplicitMember+=person/ada")
    shell.done("request", "modify", "Set", "help-desk", "ExplicitMember+=person/hal")
    shell.done("request", "modify", "Set", "synchronization-operators", "ExplicitMember+=person/olga")
    shell.done("request", "create", "group", "displayName=Runners", "Owner=person/bob", "MembershipAddWorkflow=None")
    shell.done(
        *("request", "create", "group", "displayName=Budget", "Owner=person/bob"),
        "MembershipAddWorkflow=Owner Approval",
    )
    shell.done("run", "badges")


@dataclass
class Company:
    """The company's portal, as it is served."""

    home: Path
    client: httpx2.Client

    @contextmanager
    def opened(self) -> Iterator[Installation]:
        """Its installation."""
        installation = Installation(self.home)
        try:
            yield installation
        finally:
            installation.close()

    def id(self, what: str) -> int:
        """The id of a resource, as in person/ann."""
        with self.opened() as installation:
            return named(installation, what)

    def link(self, who: str | None) -> str:
        """A path that lets somebody in once."""
        with self.opened() as installation:
            return path(installation, named(installation, who) if who else None)

    def browser(self, who: str | None = "") -> "Browser":
        """A new browser: of nobody, of somebody who is signed in (``person/ann``), or, None, of the owner."""
        browser = Browser(httpx2.Client(base_url=self.client.base_url, trust_env=False))
        if who != "":
            browser.post(self.link(who))
            assert browser.get("/").status_code == 200
        return browser


@dataclass
class Browser:
    """What somebody does in a browser, without following redirects."""

    client: httpx2.Client

    def get(self, address: str, **more: str) -> httpx2.Response:
        """Open a page."""
        return self.client.get(address, headers=more)

    def post(self, address: str, data: dict[str, str | list[str]] | None = None, **headers: str) -> httpx2.Response:
        """Send a form, as a browser does from a page of ours."""
        return self.client.post(address, data=data or {}, headers={"Sec-Fetch-Site": "same-origin", **headers})

    def fill(self, address: str, **values: str | list[str]) -> httpx2.Response:
        """Open a form, change some of its fields, and send it."""
        page = self.get(address)
        assert page.status_code == 200, page.text
        return self.post(address, {**fields(page.text), **values})


def fields(html: str) -> dict[str, str | list[str]]:
    """What stands in the fields of the form of a page."""
    form = html[html.index("<main") : html.index("</main>")]
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", re.sub(r"<template>.*?</template>", "", form, flags=re.DOTALL)):
        attributes = dict(re.findall(r'([\w:-]+)="([^"]*)"', tag))
        if "name" in attributes and "form" not in attributes:
            found[unescape(attributes["name"])] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        found[unescape(name)] = unescape(text)
    return found


@contextmanager
def served(home: Path) -> Iterator[Company]:
    """The portal of a company on a server on loopback."""
    pool = Pool(lambda: inside(home))
    background = Background(pool)
    page = Page("Example & Co", Kept().open, lambda: KEYS)
    with running(create(page, Portal(pool, WAYS, background), secure=False)) as client:
        yield Company(home, client)
    background.close()
    pool.close()


ASSETS = """
kind: ObjectType
name: device
attributes:
  serial: string, indexed
  displayName: string, indexed
---
kind: Connector
name: assets
type: delimited
settings: {path: data/assets.csv}
objects:
  device: {anchor: [serial], attributes: {serial: string, name: string}}
---
kind: Connector
name: store
type: delimited
settings: {path: data/store.csv, export: listing}
guards: {deletes: {count: 1}}
objects:
  device: {anchor: [serial], attributes: {serial: string, name: string}}
---
kind: SyncRule
name: devices from assets
direction: inbound
connector: assets
object: device
resource: device
precedence: 10
join: [serial = serial]
link: provision
flows: {serial: serial, displayName: name}
---
kind: SyncRule
name: devices to the store
direction: outbound
connector: store
object: device
resource: device
precedence: 20
link: provision
deprovision: delete
flows: {serial: serial, name: displayName}
---
kind: RunProfile
name: daily
steps: [import assets, import store, sync, export store, import store]
"""
"""What the company has to count its devices."""


def stock(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a company a list of its devices, and a system that is to have them."""
    shell = Shell(company.home, monkeypatch)
    shell.write("documents/assets.yaml", ASSETS)
    shell.write("data/store.csv", "serial,name\n")
    counted(company, 6)
    shell.done("config", "apply")
    # The folder does not know what people have asked for since.
    shell.done("request", "modify", "Set", "synchronization-operators", "ExplicitMember+=person/olga")


def counted(company: Company, count: int) -> None:
    """So many devices are on the list."""
    rows = "".join(f"S{number},Laptop {number}\n" for number in range(count))
    (company.home / "data" / "assets.csv").write_text(f"serial,name\n{rows}", "utf-8")
