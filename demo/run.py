"""The demo: four days of a made-up company, driven by the `mimas` command as a person would type it.

    python demo/run.py DIR

DIR becomes a home of Mimas, with the company's files and systems in it. The exit status is 1 when a system does not
hold what it should, or a command does not end as it should.
"""

import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import company
import expected
import portal
import readers
import servers
from rich.console import Console
from rich.markup import escape

HERE = Path(__file__).parent
MARK = ".mimas-demo"
MIMAS = str(Path(sys.executable).with_name("mimas"))
DONE, FAILED, OBJECT_ERRORS, HELD = 0, 1, 3, 4
"""Exit statuses of `mimas`."""


class DemoError(Exception):
    """The demo cannot go on: what happened."""


@dataclass(slots=True)
class Demo:
    """The folder, the systems in it, and what has been found wrong so far."""

    folder: Path
    out: Console
    directory: bool
    """Whether there is an LDAP directory."""
    ldap_port: int
    scim_port: int
    portal_port: int
    ldap_password: str = field(default_factory=lambda: secrets.token_hex(16))
    scim_token: str = field(default_factory=lambda: secrets.token_hex(16))
    wrong: list[str] = field(default_factory=list)
    compared: int = 0

    def chapter(self, title: str, text: str) -> None:
        """Say what comes next."""
        self.out.print()
        self.out.rule(f"[bold]{title}", align="left")
        self.out.print(text)

    def note(self, text: str) -> None:
        """One thing that happens in the world outside."""
        self.out.print(f"  [cyan]•[/] {text}")

    def mimas(self, *arguments: str, ends: tuple[int, ...] = (DONE,)) -> str:
        """Type a command, show what it says, and check how it ends."""
        shown = " ".join(f'"{part}"' if re.search(r"[^\w./:=-]", part) else part for part in arguments)
        self.out.print(f"\n[bold green]$[/] [bold]mimas {escape(shown)}[/]")
        environment = os.environ | {"MIMAS_HOME": str(self.folder), "COLUMNS": str(self.out.width)}
        began = time.monotonic()
        done = subprocess.run(
            [MIMAS, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        for line in done.stdout.rstrip().splitlines():
            self.out.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        self.out.print(f"  [dim]exit status {done.returncode}, {time.monotonic() - began:.1f} s[/]")
        if done.returncode not in ends:
            wanted = " or ".join(map(str, ends))
            self.wrong.append(f"`mimas {shown}` ended with {done.returncode}, not {wanted}")
        return done.stdout

    def judge(self, expectation: expected.Expectation) -> None:
        """Read every system back, and compare it value by value with what it should hold."""
        app = readers.read_application(self.folder / "app.db")
        scim = readers.read_service(self.scim_port, self.scim_token)
        # Which of two namesakes has which name is not known beforehand: the systems are asked, and have to agree.
        kept = [key for key, person in expectation.people.items() if person.status != "future"]
        accounts = dict.fromkeys(kept, "") | _names(scim, "userName") | _names(app, "account")
        problems = expected.names_wrong(expectation, accounts)
        entries = expected.directory(expectation, accounts)
        systems = [
            ("app", expected.application(expectation, accounts), app),
            ("scim", expected.service(expectation, accounts), scim),
            ("ldif", entries, readers.read_ldif(self.folder / "out" / "directory.ldif")),
        ]
        if self.directory:
            systems.append(("directory", entries, readers.read_directory(self.ldap_port, self.ldap_password)))
        self.out.print("\nEvery system read back, by its own means, and compared with what the people should have:")
        for system, right, found in systems:
            lines = expected.differences(system, right, found)
            values = expected.count(right)
            self.compared += values
            mark = f"[red]{len(lines)} differ" if lines else "[green]all equal"
            self.out.print(f"  {system:<10}{len(right):>6,} objects {values:>7,} values   {mark}[/]")
            self._show(lines)
            self.wrong += lines
        self._show(problems)
        self.wrong += problems

    def _show(self, lines: list[str]) -> None:
        """Some of the lines that say what is wrong."""
        for line in lines[:6]:
            self.out.print(f"    [red]{escape(line)}[/]", soft_wrap=True)
        if len(lines) > 6:
            self.out.print(f"    [red]and {len(lines) - 6} more[/]")


def _names(objects: expected.Objects, attribute: str) -> dict[str, str]:
    return {key: next(iter(values[attribute])) for key, values in objects.items() if attribute in values}


def prepare(folder: Path, out: Console) -> Demo:
    """An empty folder, with the documents of `demo/home` in it. Raises `DemoError`."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise DemoError(f"{folder} holds something else. Name another folder: scripts/demo DIR")
        shutil.rmtree(folder)
    missing = servers.no_directory()
    ldap_port, scim_port, portal_port = map(servers.free_port, (10389, 18080, 8080))
    demo = Demo(folder, out, not missing, ldap_port, scim_port, portal_port)
    for name in ("in", "out", "secrets", "servers"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    shutil.copytree(HERE / "home", folder, dirs_exist_ok=True)
    for name, secret in (("directory", demo.ldap_password), ("scim", demo.scim_token)):
        path = folder / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(secret + "\n")
    _adapt(folder / "documents" / "3-directory.yaml", ":10389", f":{demo.ldap_port}")
    _adapt(folder / "documents" / "3-scim.yaml", ":18080", f":{demo.scim_port}")
    _adapt(folder / "mimas.toml", ":8080", f":{demo.portal_port}")
    if missing:
        out.print(
            f"[yellow]No LDAP directory in this demo, for want of {missing}.[/] The rest goes on; "
            "the same entries are written to a file, and checked there."
        )
        (folder / "documents" / "3-directory.yaml").unlink()
        _adapt(folder / "documents" / "4-profiles.yaml", r"\n  - (import|export) directory\b.*", "")
    return demo


def _adapt(path: Path, pattern: str, text: str) -> None:
    path.write_text(re.sub(pattern, text, path.read_text(encoding="utf-8")), encoding="utf-8")


def start_systems(demo: Demo, running: ExitStack) -> None:
    """The application's database, the SCIM service, the directory."""
    with closing(sqlite3.connect(demo.folder / "app.db")) as connection:
        connection.execute(
            "CREATE TABLE employees (employee_id TEXT PRIMARY KEY, account TEXT NOT NULL UNIQUE, display_name TEXT,"
            " mail TEXT, title TEXT, department TEXT, manager_id TEXT REFERENCES employees, active BOOLEAN NOT NULL)"
        )
        connection.execute("CREATE TABLE departments (code TEXT PRIMARY KEY, name TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE department_members (department_code TEXT NOT NULL REFERENCES departments,"
            " employee_id TEXT NOT NULL REFERENCES employees, PRIMARY KEY (department_code, employee_id))"
        )
    demo.note("an application: employees and departments in the database [bold]app.db[/]")
    scim = servers.scim_server(demo.folder / "servers" / "scim", demo.scim_port, demo.scim_token)
    running.callback(scim.stop)
    demo.note(f"a SCIM 2.0 service: scim2-server at http://127.0.0.1:{demo.scim_port}")
    if demo.directory:
        slapd = servers.directory_server(demo.folder / "servers" / "slapd", demo.ldap_port, demo.ldap_password)
        running.callback(slapd.stop)
        demo.note(f"a directory: OpenLDAP at ldap://127.0.0.1:{demo.ldap_port}")
    (demo.folder / "out" / "directory.ldif").write_text("version: 1\n")
    demo.note("and the same entries as a file: [bold]out/directory.ldif[/]")


def first_day(demo: Demo, today: company.Company) -> expected.Expectation:
    """Everything is empty, and then it is not."""
    people = len({it.person for it in today.workers} | {it.person for it in today.contractors})
    demo.chapter(
        "Day 1: the sources are full, the systems are empty",
        f"HR lists {len(today.workers)} workers, the register {len(today.contractors)} contractors; "
        f"together {people:,} people, for {company.BOTH} are in both.",
    )
    today.write(demo.folder / "in")
    demo.mimas("check")
    demo.mimas("config", "apply")
    demo.mimas("run", "daily")
    expectation = expected.expect(today)
    demo.judge(expectation)
    demo.out.print("\nNothing has changed since. So a second run finds nothing to do:")
    demo.mimas("run", "daily")
    return expectation


def second_day(demo: Demo, before: company.Company, known: expected.Expectation) -> tuple[
    company.Company, expected.Expectation
]:  # fmt: skip
    """Life goes on, and somebody meddles."""
    demo.chapter("Day 2: life goes on", "Overnight:")
    today = company.second_day(before)
    today.write(demo.folder / "in")
    demo.note("8 people join, 2 of them later; one has the name of somebody who has been here for years")
    demo.note("12 leave, one of them somebody's manager; one comes back after a year; two contracts end, three begin")
    demo.note("10 change department and manager, 4 move to another office, one marries")
    for line in meddle(demo, today):
        demo.note(f"somebody changes a value by hand: {line}")
    demo.out.print("\nToday somebody wants to see it before it is done, and then does just that:")
    demo.mimas("plan", "daily", "--out", str(demo.folder / "day-2.plan"), "--html", str(demo.folder / "day-2.html"))
    demo.mimas("apply", str(demo.folder / "day-2.plan"))
    demo.out.print("\nA run sees that it has arrived, and does what only now can be known:")
    demo.mimas("run", "daily")
    expectation = expected.expect(today, known)
    demo.judge(expectation)
    married = today.workers[120]
    demo.out.print("\nThe marriage: a new name everywhere, and the old account name.")
    demo.mimas("show", "person", married.number)
    demo.mimas("why", "person", married.number, "displayName")
    demo.mimas("history", "person", married.number, "--limit", "3")
    return today, expectation


def meddle(demo: Demo, today: company.Company) -> list[str]:
    """Change a value by hand in each system that has hands."""
    told = []
    if demo.directory:
        number = today.workers[150].number
        _change_in_directory(demo, number)
        told.append(f"in the directory, the title of {number}")
    number = today.workers[151].number
    with closing(sqlite3.connect(demo.folder / "app.db")) as connection:
        connection.execute("UPDATE employees SET mail = 'me@elsewhere.example' WHERE employee_id = ?", (number,))
        connection.commit()
    told.append(f"in the application, the mail address of {number}")
    number = today.workers[152].number
    path = demo.folder / "out" / "directory.ldif"
    blocks = re.split(r"(\r?\n\r?\n)", path.read_bytes().decode())
    for index, block in enumerate(blocks):
        if re.search(rf"^employeeNumber: {number}\r?$", block, re.MULTILINE):
            blocks[index] = re.sub(r"(?m)^mail: \S+", "mail: me@elsewhere.example", block)
    path.write_bytes("".join(blocks).encode())
    told.append(f"in the file, the mail address of {number}")
    return told


def _change_in_directory(demo: Demo, number: str) -> None:
    import ldap

    link = ldap.initialize(f"ldap://127.0.0.1:{demo.ldap_port}")
    link.simple_bind_s(servers.ADMINISTRATOR, demo.ldap_password)
    ((name, _),) = link.search_s(expected.BASE, ldap.SCOPE_SUBTREE, f"(employeeNumber={number})", ["1.1"])
    link.modify_s(name, [(ldap.MOD_REPLACE, "title", [b"Emperor"])])
    link.unbind_s()


def third_day(demo: Demo, today: company.Company, known: expected.Expectation) -> None:
    """Two bad files, and nobody loses an account."""
    demo.chapter("Day 3: two bad files", "HR's disk is full:")
    whole = company.cut_off(demo.folder / "in" / "hr.csv")
    demo.note(f"the file ends in the middle of a row, after {whole} of {len(today.workers)}")
    demo.mimas("run", "daily", ends=(FAILED, OBJECT_ERRORS, HELD))
    demo.judge(known)
    demo.out.print("\nThe next file is whole. But somebody has set a filter in HR:")
    replace(today, workers=today.workers[:200] + today.workers[600:]).write(demo.folder / "in")
    demo.note("400 people are missing in it")
    demo.mimas("run", "daily", ends=(HELD,))
    demo.mimas("holds", ends=(DONE, HELD))
    demo.judge(known)
    demo.out.print("\nAnd all of it can be told, and nobody has altered what is told:")
    demo.mimas("audit", "verify")


def fourth_day(demo: Demo, today: company.Company, running: ExitStack) -> dict[portal.Persona, str]:
    """People come to the portal; a link for each."""
    demo.chapter(
        "Day 4: people come to the portal", "Policy is switched on bundle by bundle, and says who may do what:"
    )
    for bundle in ("directory", "my-profile", "help-desk", "requests", "operators"):
        own = {"my-profile": "room,skills", "help-desk": "room"}.get(bundle)
        demo.mimas("policy", "add", bundle, *(("--attributes", own) if own else ()))
    shutil.copy(demo.folder / "portal" / "5-skills.yaml", demo.folder / "documents")
    demo.mimas("config", "apply")
    administrator, operator, helper, manager, person = found = portal.personas(today)
    for set_, who in (
        ("administrators", administrator),
        ("synchronization-operators", operator),
        ("help-desk", helper),
    ):
        demo.mimas("request", "modify", "Set", set_, f"ExplicitMember+={who.named}")
    demo.out.print(f"\nSomebody says what they can do, and {escape(manager.called)} is to confirm it:")
    demo.mimas(
        "request", "modify", "person", person.worker.number, "skills+=Welding", "--as", person.named, ends=(HELD,)
    )
    command = [MIMAS, "--home", str(demo.folder), "serve", "--port", str(demo.portal_port)]
    running.callback(servers.Server(command, demo.portal_port, demo.folder / "servers" / "portal.log").stop)
    demo.out.print("\nThe portal is open. A link for each, which lets them in once:")
    return {who: demo.mimas("sign-in", "link", who.named).split()[0] for who in found}


def finish(demo: Demo, began: float) -> int:
    """What was found, and what to try next."""
    demo.out.print()
    demo.out.rule("[bold]The end", align="left")
    took = f"in {time.monotonic() - began:.0f} s"
    if demo.wrong:
        demo.out.print(f"[bold red]{len(demo.wrong)} things are not as they should be[/] ({took}).")
    else:
        demo.out.print(f"[bold green]{demo.compared:,} values compared, and none differs[/] ({took}).")
    home = f"{MIMAS} --home {demo.folder}"
    demo.out.print("\nThe folder stays. Three commands to try next:")
    for command in ("status", "holds", "search \"/person[departmentID = 'D61' and employeeStatus = 'left']\""):
        demo.out.print(f"  {home} {command}", markup=False, highlight=False, soft_wrap=True)
    return 1 if demo.wrong else 0


def visit(demo: Demo, links: dict[portal.Persona, str]) -> None:
    """Whoever watches goes to the portal; else it is only seen whether it answers."""
    demo.out.print()
    for who, link in links.items():
        demo.out.print(f"  [bold]{who.role}[/], {escape(who.called)}: {who.look}")
        demo.out.print(f"    [link={link}]{link}[/link]", soft_wrap=True)
        if not sys.stdout.isatty():
            with urllib.request.urlopen(link) as answer:  # noqa: S310 - our own server
                if b"<form" not in answer.read():
                    demo.wrong.append(f"the portal does not let {who.named} in")
    if sys.stdout.isatty():
        demo.out.print("\nThe portal stays open until you press Ctrl-C.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def main() -> int:
    """Run the demo."""
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    began = time.monotonic()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-home").resolve()
    try:
        demo = prepare(folder, out)
        with ExitStack() as running:
            out.print(f"A made-up company, kept the same in several systems. Everything is in [bold]{folder}[/]:")
            start_systems(demo, running)
            company_now = company.first_day(datetime.now(UTC).date())
            known = first_day(demo, company_now)
            company_now, known = second_day(demo, company_now, known)
            third_day(demo, company_now, known)
            links = fourth_day(demo, company_now, running)
            ended = finish(demo, began)
            visit(demo, links)
            return max(ended, 1 if demo.wrong else 0)
    except (DemoError, RuntimeError) as error:
        out.print(f"[bold red]{escape(str(error))}[/]")
        return 1


if __name__ == "__main__":
    sys.exit(main())
