"""The settings of the connectors that reach over a network: no secret in them, and none over an open wire."""

from typing import Any

import pytest
from pydantic import ValidationError

from mimas.connectors.ldap.settings import LdapSettings
from mimas.connectors.scim.settings import ScimSettings
from mimas.connectors.sql.settings import SqlSettings

SECRET = {"env": "A_PASSWORD"}
DIRECTORY = {"base": "dc=example", "bind_dn": "cn=a", "password": SECRET}


@pytest.mark.parametrize(
    ("model", "settings", "said"),
    [
        (SqlSettings, {"url": "postgresql+psycopg://me:s3cret@host/db"}, "must not hold a password"),
        (SqlSettings, {"url": "postgresql://host/db?password=s3cret"}, "must not hold a password"),
        (SqlSettings, {"url": "s3cret"}, "dialect://"),
        (SqlSettings, {"url": "sqlite:///a.db", "password": "s3cret"}, "env: NAME"),
        (LdapSettings, DIRECTORY | {"uri": "ldap://directory.example"}, "unencrypted"),
        (LdapSettings, DIRECTORY | {"uri": "ldaps://a.example ldap://b.example"}, "unencrypted"),
        (LdapSettings, DIRECTORY | {"uri": "ldaps://me:s3cret@directory.example"}, "must not hold"),
        (LdapSettings, DIRECTORY | {"uri": "http://directory.example"}, "ldaps://host"),
        (LdapSettings, DIRECTORY | {"base": ["dc=x", "ou=a, DC=X"]}, "ou=a, DC=X is read as a part of dc=x"),
        (LdapSettings, DIRECTORY | {"base": []}, "at least 1"),
        (LdapSettings, DIRECTORY | {"uri": "ldaps://a", "password": "s3cret"}, "env: NAME"),
        (LdapSettings, {"uri": "ldaps://a", "base": "dc=example", "bind_dn": "cn=a"}, "needs a password"),
        (ScimSettings, {"url": "http://app.example/scim", "token": SECRET}, "unencrypted"),
        (ScimSettings, {"url": "https://me:s3cret@app.example/scim"}, "must hold no"),
        (ScimSettings, {"url": "https://app.example/scim?token=s3cret"}, "must hold no"),
        (ScimSettings, {"url": "app.example"}, "https://host"),
    ],
)
def test_refused(model: Any, settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said) as caught:
        model.model_validate(settings)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        (SqlSettings, {"url": "postgresql+psycopg://me@host/db", "password": SECRET}),
        (LdapSettings, DIRECTORY | {"uri": "ldap://directory.example", "start_tls": True}),
        (LdapSettings, DIRECTORY | {"uri": "ldaps://a.example ldaps://b.example"}),
        (LdapSettings, DIRECTORY | {"uri": "ldapi://%2Frun%2Fslapd"}),
        (LdapSettings, DIRECTORY | {"uri": "ldap://127.0.0.1:10389"}),
        (LdapSettings, {"uri": "ldap://directory.example", "base": "dc=example"}),
        (ScimSettings, {"url": "http://localhost:8080/scim", "token": SECRET}),
        (ScimSettings, {"url": "https://app.example/scim/v2", "token": SECRET}),
    ],
)
def test_accepted(model: Any, settings: dict[str, Any]) -> None:
    model.model_validate(settings)
