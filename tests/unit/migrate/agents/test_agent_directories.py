"""Agents of LDAP directories as connectors of the kind ldap."""

from pathlib import Path
from typing import Any

import pytest

from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import AD, Moved, agent

PEOPLE = {"inetOrgPerson": {"uid": "string", "cn": "string many", "userPassword": "binary many"}}
LDS = """<adma-configuration><forest-name>lds1.corp.example</forest-name><forest-port>50000</forest-port>
<forest-login-domain>{domain}</forest-login-domain><forest-login-user>{user}</forest-login-user>
<sign-and-seal>1</sign-and-seal><ssl-bind crl-check="0">{ssl}</ssl-bind></adma-configuration>"""
CLASSIC = """<{0}-configuration><default-server>ldap1.example</default-server><default-port>636</default-port>
<default-login-user>cn=sync,o=example</default-login-user><default-ssl-bind>1</default-ssl-bind>
<default-sasl-mechanism>0</default-sasl-mechanism></{0}-configuration>"""


def settings(tmp_path: Path, category: str, private: str, **more: str) -> tuple[Moved, dict[str, Any]]:
    file = agent("Dir", AD, category, PEOPLE, private=private, **{"partition": "o=example", **more})
    found = Moved(tmp_path, {"MA-1.XML": file})
    assert found.errors() == []
    assert found.unknown() == []
    body = found.body("Connector", "Dir")
    assert body["type"] == "ldap"
    attributes = {"cn": "string, multivalued", "uid": "string", "userPassword": "string, secret"}
    assert body["objects"] == {"inetOrgPerson": {"attributes": attributes}}
    return found, body["settings"]


def test_lightweight_directory_services(tmp_path: Path) -> None:
    found, said = settings(tmp_path, "ADAM", LDS.format(user="sync", domain="corp.example", ssl="1"))
    assert said == {
        "uri": "ldaps://lds1.corp.example:50000",
        "base": ["o=example"],
        "bind_dn": "sync@corp.example",
        "password": {"env": "MIMAS_DIR_PASSWORD"},
    }
    assert found.elements("ssl-bind")[0].outcome is Outcome.DIFFERENT
    assert any("MIMAS_DIR_PASSWORD" in one for one in found.report.to_do)


def test_a_password_never_goes_out_unencrypted(tmp_path: Path) -> None:
    _, said = settings(tmp_path, "ADAM", LDS.format(user="cn=s,o=example", domain="", ssl="0"))
    assert (said["uri"], said["start_tls"]) == ("ldap://lds1.corp.example:50000", True)
    assert said["bind_dn"] == "cn=s,o=example"


@pytest.mark.parametrize(("category", "tag"), [("iPlanet", "ipma"), ("IBM DS", "dsma"), ("eDirectory", "edma")])
def test_the_old_agents_of_three_makers(category: str, tag: str, tmp_path: Path) -> None:
    _, said = settings(tmp_path, category, CLASSIC.format(tag))
    assert said["uri"] == "ldaps://ldap1.example:636"
    assert said["bind_dn"] == "cn=sync,o=example"


def test_what_is_read_are_the_containers_and_not_those_within_them(tmp_path: Path) -> None:
    containers = "".join(f"<inclusion>{one}</inclusion>" for one in ("ou=a,o=example", "ou=x,ou=a,o=example", "ou=b"))
    containers = f"<inclusions>{containers}</inclusions><exclusions><exclusion>ou=z,ou=b</exclusion></exclusions>"
    found, said = settings(tmp_path, "iPlanet", CLASSIC.format("ipma"), containers=containers)
    assert said["base"] == ["ou=a,o=example", "ou=b"]
    (excluded,) = found.elements("exclusion")
    assert excluded.outcome is Outcome.PERSON


PARAMETERS = """<MAConfig><parameter-definitions><parameter><name>Host</name><use>connectivity</use></parameter>
</parameter-definitions><parameter-values>
<parameter name="Host" use="connectivity" dataType="String">ldap2.example</parameter>
<parameter name="Port" use="connectivity" dataType="String">1636</parameter>
<parameter name="Binding" use="connectivity" dataType="String">SSL</parameter>
<parameter name="User Name" use="connectivity" dataType="String">cn=admin</parameter>
<parameter name="Password" use="connectivity" dataType="String" encrypted="1">AAECAwQFBgc=</parameter>
<parameter name="Page Size" use="global" dataType="String">500</parameter>
</parameter-values><extension-config><filename>Microsoft.IAM.Connector.GenericLdap.dll</filename></extension-config>
<importing><dn/><anchor/><per-class-settings/></importing><exporting/><ldap-dn>0</ldap-dn></MAConfig>"""


def test_generic_ldap(tmp_path: Path) -> None:
    found, said = settings(tmp_path, "Extensible2", PARAMETERS, subtype="Generic LDAP (Microsoft)")
    assert said["uri"] == "ldaps://ldap2.example:1636"
    assert said["bind_dn"] == "cn=admin"
    note = found.draft("Connector", "Dir").note
    assert "Page Size: 500" in note
    assert "Password: (a secret, not written here)" in note
    assert "AAECAwQFBgc" not in (found.home / "documents" / "connectors" / "dir.yaml").read_text()
    outcomes = {one.attributes.get("name"): one.outcome for one in found.elements("parameter")}
    assert (outcomes["Page Size"], outcomes["Password"]) == (Outcome.KEPT, Outcome.PERSON)


@pytest.mark.parametrize("private", ["", "<adma-configuration/>", "<MAConfig><parameter-values/></MAConfig>"])
@pytest.mark.parametrize("category", ["ADAM", "iPlanet", "Extensible2"])
def test_what_is_missing_is_asked_for(category: str, private: str, tmp_path: Path) -> None:
    file = agent("Dir", AD, category, PEOPLE, private=private, subtype="Generic LDAP")
    found = Moved(tmp_path, {"MA-1.XML": file})
    assert found.errors() == []
    assert found.body("Connector", "Dir")["settings"]["base"] == ["dc=example,dc=com"]
    assert any("set `base`" in one for one in found.report.to_do)
