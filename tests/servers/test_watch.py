"""`mimas watch`: from a change in Active Directory to the confirmed write in OpenLDAP."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import ldap
import pytest

from tests.servers import samba as samba_server
from tests.servers.samba import Samba
from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("samba")]

_DOCUMENTS = """\
kind: ObjectType
name: person
attributes: {{account: "string, indexed", display: string}}
---
kind: Connector
name: ad
type: active-directory
settings:
  domains: [{{name: {domain}, servers: {address}, containers: "{source}"}}]
  user: {user}
  password: {{env: AD_PASSWORD}}
  ca_file: {certificate}
objects:
  user: {{attributes: {{sAMAccountName: string, displayName: string}}}}
---
kind: Connector
name: dir
type: ldap
confirm: read-back
settings: {{uri: "{uri}", base: "{target}", bind_dn: "{admin}", password: {{env: LDAP_PASSWORD}}}}
objects:
  inetOrgPerson: {{attributes: {{uid: string, cn: string, sn: string}}}}
---
kind: SyncRule
name: from AD
direction: inbound
connector: ad
object: user
resource: person
precedence: 1
link: provision
join: [sAMAccountName = account]
flows: {{account: sAMAccountName, display: displayName}}
---
kind: SyncRule
name: to the directory
direction: outbound
connector: dir
object: inetOrgPerson
resource: person
precedence: 1
link: provision
deprovision: delete
flows: {{dn: '="uid=" & [account] & ",{target}"', uid: account, cn: display, sn: display}}
"""


def link_to(server: Samba | Slapd) -> Any:
    link = ldap.initialize(server.plain_uri if isinstance(server, Samba) else server.uri)
    link.set_option(ldap.OPT_REFERRALS, 0)
    who = (server.user, samba_server.PASSWORD) if isinstance(server, Samba) else (ADMIN, PASSWORD)
    link.simple_bind_s(*who)
    return link


@contextmanager
def watching(home: Path) -> Iterator[Path]:
    """The process; what it says goes into a file."""
    log = home / "log"
    command = [sys.executable, "-m", "mimas.cli.main", "--home", str(home), "watch"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(20)


def mimas(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mimas.cli.main", "--home", str(home), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def seconds_until(shows: Any, limit: float = 30) -> float:
    begin = time.monotonic()
    while time.monotonic() < begin + limit:
        if shows():
            return time.monotonic() - begin
        time.sleep(0.02)
    raise AssertionError("it never arrived")


def test_a_change_arrives_in_the_other_directory_at_once(
    samba: Samba, slapd: Slapd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AD_PASSWORD", samba_server.PASSWORD)
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
    number = uuid4().hex[:8]
    source, target = f"OU=watch-{number},{samba.base}", f"ou=watch-{number},{SUFFIX}"
    there, here = link_to(samba), link_to(slapd)
    there.add_s(source, [("objectClass", [b"organizationalUnit"])])
    here.add_s(target, [("objectClass", [b"organizationalUnit"])])
    (tmp_path / "mimas.toml").write_text('[mimas]\nname = "Watching"\n')
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "all.yaml").write_text(
        _DOCUMENTS.format(
            domain=samba.domain, address=samba.address, source=source, user=samba.user, certificate=samba.certificate,
            uri=slapd.uri, target=target, admin=ADMIN,
        )
    )  # fmt: skip
    mimas(tmp_path, "config", "apply")

    def shown(name: str) -> list[bytes]:
        try:
            found: list[bytes] = here.search_s(f"uid={name},{target}", ldap.SCOPE_BASE)[0][1]["cn"]
        except ldap.NO_SUCH_OBJECT:
            return []
        return found

    took = []
    with watching(tmp_path) as log:
        seconds_until(lambda: "watched" in log.read_text().lower())
        for count in range(20):
            name = f"{number}-{count // 2}".encode()
            if count % 2 == 0:
                attributes = {"objectClass": b"user", "sAMAccountName": name, "displayName": b"New"}
                there.add_s(f"CN={name.decode()},{source}", [(key, [value]) for key, value in attributes.items()])
            else:
                there.modify_s(f"CN={name.decode()},{source}", [(ldap.MOD_REPLACE, "displayName", [b"Changed"])])
            wanted = [b"New"] if count % 2 == 0 else [b"Changed"]
            took.append(seconds_until(lambda name=name, wanted=wanted: shown(name.decode()) == wanted))
        there.delete_s(f"CN={number}-0,{source}")
        seconds_until(lambda: shown(f"{number}-0") == [])

        def settled() -> bool:
            """Whether the import has been and gone that confirms the delete."""
            connectors = json.loads(mimas(tmp_path, "status", "--json"))["connectors"].values()
            found = [(one["objects"], one["pending-import"], one["pending-export"]) for one in connectors]
            return found == [(9, 0, {})] * 2

        seconds_until(settled)
    assert sorted(took)[18] < 2, took


def test_what_cannot_be_watched_is_said(tmp_path: Path) -> None:
    (tmp_path / "mimas.toml").write_text('[mimas]\nname = "Watching"\n')
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "type.yaml").write_text("kind: ObjectType\nname: person\nattributes: {name: string}\n")
    mimas(tmp_path, "config", "apply")
    command = [sys.executable, "-m", "mimas.cli.main", "--home", str(tmp_path), "watch"]
    done = subprocess.run([*command, "hr"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "mimas: hr cannot be watched. What can be: nothing.\n")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "mimas: None of the connectors can be watched. Import them by a schedule.\n",
    )
