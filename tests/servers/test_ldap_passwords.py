"""Passwords that are set in directories: by an administrator, and by their owners, whom the server's policy binds."""

import io
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import ldap
import pytest

from mimas.cli.main import main
from mimas.connectors.contract import ConnectorError, Sought
from mimas.connectors.ldap import LdapConnector
from tests.servers.directories import Place, places
from tests.servers.slapd import SUFFIX, Slapd

# One group, so that under xdist each server is started once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("directories")]

FIRST, SECOND, WEAK = "Fir5t.Enough", "Sec0nd.Enough", "w3Ak"


def protected(place: Place) -> LdapConnector:
    """389 Directory Server takes passwords over protected connections only."""
    return place.connector(uri=place.server.uri if isinstance(place.server, Slapd) else place.server.local_uri)


def sought(name: str) -> Sought:
    return Sought("inetOrgPerson", "", name)


def signs_in(place: Place, name: str, password: str) -> bool:
    link = ldap.initialize(place.server.uri)
    try:
        link.simple_bind_s(name, password)
    except ldap.INVALID_CREDENTIALS:
        return False
    link.unbind_s()
    return True


@pytest.fixture
def policy(place: Place) -> None:
    """At least eight characters: 389 Directory Server's own rule, and one made here."""
    if isinstance(place.server, Slapd):
        rules = {"pwdAttribute": "userPassword", "pwdMinLength": "8", "pwdCheckQuality": "2"}
        entry = [("objectClass", [b"device", b"pwdPolicy"]), *((key, [value.encode()]) for key, value in rules.items())]
        with suppress(ldap.ALREADY_EXISTS):
            place.link.add_s(f"cn=policy,{SUFFIX}", entry)


@places("openldap-syncrepl", "389-changelog")
def test_a_password_is_set_and_changed_by_its_owner(place: Place) -> None:
    anna = place.person("anna")
    connector = protected(place)
    assert connector.capabilities.passwords
    connector.set_password(sought(anna), FIRST)
    assert signs_in(place, anna, FIRST)
    connector.set_password(sought(anna), SECOND, FIRST)
    assert (signs_in(place, anna, FIRST), signs_in(place, anna, SECOND)) == (False, True)


@places("openldap-syncrepl", "389-changelog")
def test_what_the_policy_refuses_is_told_with_its_reason_and_without_the_password(place: Place, policy: None) -> None:
    anna = place.person("anna")
    connector = protected(place)
    connector.set_password(sought(anna), FIRST)
    with pytest.raises(ConnectorError, match=r"was refused: Constraint violation \(\w.*\)\.$") as caught:
        connector.set_password(sought(anna), WEAK, FIRST)
    said = str(caught.value) + caught.value.advice
    assert WEAK not in said
    assert FIRST not in said
    assert "policy" in caught.value.advice
    assert signs_in(place, anna, FIRST)


@places("openldap-syncrepl", "389-changelog")
def test_the_old_password_has_to_be_right(place: Place) -> None:
    anna = place.person("anna")
    connector = protected(place)
    connector.set_password(sought(anna), FIRST)
    with pytest.raises(ConnectorError, match=r"old password .* is not right"):
        connector.set_password(sought(anna), SECOND, "guessed")
    with pytest.raises(ConnectorError, match="an empty one is none"):
        connector.set_password(sought(anna), SECOND, "")
    with pytest.raises(ConnectorError, match="an empty one is none"):
        connector.set_password(sought(anna), "")
    assert signs_in(place, anna, FIRST)


@places("openldap-syncrepl", "389-changelog")
def test_who_is_not_there_gets_none(place: Place) -> None:
    with pytest.raises(ConnectorError, match="was refused"):
        protected(place).set_password(sought(f"uid=ghost,{place.top}"), FIRST)


@places("389-changelog")
def test_a_server_that_wants_encryption_says_so(place: Place) -> None:
    with pytest.raises(ConnectorError, match="secure") as caught:
        place.connector().set_password(sought(place.person("anna")), FIRST)
    assert "ldaps://" in caught.value.advice


DOCUMENT = """\
kind: Connector
name: directory
type: ldap
settings: {{uri: "{uri}", base: "{base}", bind_dn: "{admin}", password: {{env: LDAP_PASSWORD}}}}
objects: {{inetOrgPerson: {{attributes: {{uid: string, cn: string}}}}}}
"""


@places("openldap-syncrepl")
def test_the_command_reads_it_from_its_input_and_never_says_it(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    anna = place.person("anna")
    (tmp_path / "mimas.toml").touch()
    (tmp_path / "documents").mkdir()
    text = DOCUMENT.format(uri=place.server.uri, base=place.top, admin=place.admin)
    (tmp_path / "documents" / "directory.yaml").write_text(text)
    monkeypatch.setenv("MIMAS_HOME", str(tmp_path))

    def typed(*arguments: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["mimas", "connector", "set-password", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{FIRST}\n"))
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code or 0

    assert typed("directory", anna) == 0
    assert signs_in(place, anna, FIRST)
    assert typed("directory", f"uid=ghost,{place.top}") == 1
    said = capsys.readouterr()
    assert f"{anna} has the new password" in said.out
    assert "ghost" in said.err
    assert FIRST not in said.out + said.err
