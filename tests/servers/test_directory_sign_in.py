"""Signing in to the portal with the password of a directory: OpenLDAP says whether it is right."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import ldap
import pytest

from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd
from tests.unit.cli.shell import Shell
from tests.unit.web.portal.company import Browser, Company, served

pytestmark = pytest.mark.slow

DOCUMENTS = """
kind: ObjectType
name: person
attributes: {{accountName: "string, indexed", displayName: "string, indexed"}}
---
kind: Connector
name: directory
type: ldap
sign_in: true
settings: {{uri: "{uri}", base: "{base}", bind_dn: "{admin}", password: {{env: LDAP_PASSWORD}}}}
objects:
  inetOrgPerson: {{attributes: {{uid: string, cn: string}}}}
---
kind: SyncRule
name: people
direction: inbound
connector: directory
object: inetOrgPerson
resource: person
precedence: 10
link: provision
join: [uid = accountName]
flows: {{accountName: uid, displayName: cn}}
"""
ANN, BOB = "correct horse battery", "staple of the other one"


@pytest.fixture
def base(slapd: Slapd) -> str:
    """A container with two people."""
    name = f"ou=sign-in-{uuid4().hex},{SUFFIX}"
    link = ldap.initialize(slapd.uri)
    link.simple_bind_s(ADMIN, PASSWORD)
    link.add_s(name, [("objectClass", [b"organizationalUnit"])])
    for uid, password in (("ann", ANN), ("bob", BOB)):
        values = {"uid": uid, "cn": uid.title(), "sn": uid, "userPassword": password}
        entry = [("objectClass", [b"inetOrgPerson"]), *((key, [value.encode()]) for key, value in values.items())]
        link.add_s(f"uid={uid},{name}", entry)
    return name


@pytest.fixture
def company(slapd: Slapd, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """An installation whose people are those of the directory."""
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
    home = tmp_path / "home"
    home.mkdir()
    shell = Shell(home, monkeypatch)
    shell.write("mimas.toml", '[mimas]\nname = "Example & Co"\n')
    shell.write("documents/all.yaml", DOCUMENTS.format(uri=slapd.uri, base=base, admin=ADMIN))
    shell.done("config", "apply")
    shell.done("import", "directory")
    shell.done("sync")
    with served(home) as made:
        yield made


def tried(browser: Browser, name: str, password: str) -> int:
    return browser.post("/sign-in", {"name": name, "password": password}).status_code


def test_the_directory_says_whether_a_password_is_right(company: Company, slapd: Slapd) -> None:
    browser = company.browser()
    assert tried(browser, "ann", BOB) == 403
    assert tried(browser, "ann", "") == 403, "an empty password would sign in as nobody"
    assert tried(browser, "nobody", ANN) == 403
    assert tried(browser, "*", ANN) == 403
    assert tried(browser, "ann", ANN) == 303
    assert browser.get("/settings").status_code == 200
    slapd.stop()
    try:
        others = company.browser()
        assert [tried(others, name, BOB) for name in ("bob", "nobody")] == [503, 503]
    finally:
        slapd.start()
    assert tried(company.browser(), "bob", BOB) == 303


def test_whoever_is_gone_from_the_directory_is_let_in_no_more(company: Company, slapd: Slapd, base: str) -> None:
    link = ldap.initialize(slapd.uri)
    link.simple_bind_s(ADMIN, PASSWORD)
    link.delete_s(f"uid=bob,{base}")
    assert tried(company.browser(), "bob", BOB) == 403, "also before the next import"
