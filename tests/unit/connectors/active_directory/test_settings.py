"""What may be configured of a forest, and what is said of the rest."""

from typing import Any

import pytest
from pydantic import ValidationError

from mimas.connectors.active_directory.settings import ActiveDirectorySettings

SECRET = {"env": "A_PASSWORD"}
CORP = {"name": "corp.example.com"}
USER = {"user": "mimas@corp.example.com", "password": SECRET}
GUID = "9f1d37be-ace0-49e1-a467-ba270feb5c83"


def settings(domain: dict[str, Any] | None = None, **more: Any) -> ActiveDirectorySettings:
    return ActiveDirectorySettings.model_validate({"domains": [CORP | (domain or {})]} | USER | more)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"domains": []}, "at least 1"),
        ({"domains": [CORP, {"name": "CORP.example.com"}]}, "the same domain is given twice"),
        ({"domains": [CORP | {"containers": "OU=x,DC=lab,DC=test"}]}, "OU=x,DC=lab,DC=test is no container of corp.ex"),
        ({"domains": [CORP | {"excluded": ["OU=x,DC=lab"]}]}, "OU=x,DC=lab is no container of corp.example.com"),
        ({"domains": [CORP | {"containers": {"guid": "9f1d37be"}}]}, "pattern"),
        ({"domains": [CORP | {"containers": {"guid": GUID, "name": "x"}}]}, "Extra inputs"),
        ({"domains": [CORP | {"name": ""}]}, "at least 1 character"),
        ({"password": "s3cret"}, "env: NAME"),
        ({"user": ""}, "corp.example.com needs a user and a password, or kerberos: true"),
        ({"password": None}, "corp.example.com needs a user and a password, or kerberos: true"),
        ({"page_size": 0}, "greater than or equal to 1"),
        ({"timeout": 0}, "greater than 0"),
    ],
)
def test_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        settings(**given)
    assert "s3cret" not in str(caught.value)


def test_a_domain_is_reached_by_its_name_or_its_controllers() -> None:
    one = settings()
    assert one.connection(one.domains[0]).uri == "ldaps://corp.example.com"
    two = settings({"servers": ["dc1.corp.example.com", "dc2.corp.example.com:3636"]}, start_tls=True)
    connection = two.connection(two.domains[0])
    assert connection.uri == "ldap://dc1.corp.example.com ldap://dc2.corp.example.com:3636"
    assert (connection.base, connection.start_tls) == (["DC=corp,DC=example,DC=com"], True)
    assert settings({"servers": "dc1.corp.example.com"}).domains[0].servers == ["dc1.corp.example.com"]


def test_a_domain_may_have_an_account_of_its_own() -> None:
    own = {"user": "mimas@lab.example.com", "password": {"env": "OTHER"}}
    given = settings(domains=[CORP, {"name": "lab.example.com"} | own])
    corp, lab = (given.connection(domain) for domain in given.domains)
    assert (corp.bind_dn, corp.password) == ("mimas@corp.example.com", given.password)
    assert (lab.bind_dn, lab.password) == ("mimas@lab.example.com", given.domains[1].password)
    alone = ActiveDirectorySettings.model_validate({"domains": [CORP | own]})
    assert alone.connection(alone.domains[0]).bind_dn == "mimas@lab.example.com"


def test_kerberos_needs_nobody() -> None:
    given = ActiveDirectorySettings.model_validate({"domains": [CORP], "kerberos": True})
    connection = given.connection(given.domains[0])
    assert (connection.kerberos, connection.bind_dn, connection.password) == (True, "", None)
