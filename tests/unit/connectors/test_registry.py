from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from mimas.connectors import registry
from mimas.connectors.contract import ConnectorError
from mimas.connectors.delimited import DelimitedConnector
from mimas.connectors.delimited.settings import DelimitedSettings
from mimas.connectors.registry import connector_class, kinds, salt_of
from tests.unit.connectors.files_helpers import connect, people


def test_kinds_come_from_entry_points() -> None:
    assert {"avp", "delimited", "dsml", "fixed-width", "ldif", "ldap", "scim", "sql"} <= set(kinds())
    assert kinds()["delimited"] is DelimitedConnector
    assert "nothing" not in kinds()


def test_an_unknown_kind_says_what_was_meant() -> None:
    with pytest.raises(ConnectorError, match="'delimeted'") as caught:
        connector_class("delimeted")
    assert "'delimited'" in caught.value.advice
    with pytest.raises(ConnectorError) as caught:
        connector_class("zzz")
    assert "ldif" in caught.value.advice


def test_a_missing_library_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing(EntryPoint):
        def load(self) -> Any:
            raise ModuleNotFoundError("No module named 'ldap'", name="ldap")

    monkeypatch.setattr(registry, "_entry_points", lambda: {"ldap": Missing("ldap", "x:y", "mimas.connectors")})
    with pytest.raises(ConnectorError, match="ldap") as caught:
        connector_class("ldap")
    assert "pip install 'mimas[ldap]'" in caught.value.advice


@pytest.mark.parametrize(
    ("settings", "parts"),
    [
        ({"path": "a", "delimeter": ";"}, ["'delimeter'", "'delimiter'"]),
        ({"path": "a", "delimiter": ";;", "export": None}, ["'delimiter' must be one"]),
        ({"path": "a", "encoding": "utf8x"}, ["'encoding'", "utf8x"]),
        ({"path": "a", "encoding": "hex"}, ["'encoding'"]),
        ({"path": "a", "separator": ","}, ["separator"]),
        ({"path": "a", "export": "everything"}, ["'export'", "listing"]),
        ({"changes": "a", "export": "listing"}, ["path"]),
        ({"path": "a", "export": "changes"}, ["changes"]),
        ({"changes": "a", "export": "changes", "encoding": "utf-16"}, ["utf-16"]),
        ({}, ["'path'"]),
        ({"path": 5, "delimeter": ";"}, ["'path'", "'delimeter'"]),
    ],
)
def test_wrong_settings_are_told_in_one_error(tmp_path: Path, settings: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(ConnectorError, match="connector hr") as caught:
        connect(tmp_path, "delimited", people(), **settings)
    for part in parts:
        assert part in caught.value.message
    assert "pydantic" not in caught.value.message


def test_the_salt_follows_the_configuration() -> None:
    settings = DelimitedSettings.model_validate({"path": "a"})
    salt = salt_of("delimited", settings, people())
    assert salt == salt_of("delimited", DelimitedSettings.model_validate({"path": "a"}), people())
    assert 0 <= salt < 2**64
    assert salt != salt_of("ldif", settings, people())
    assert salt != salt_of("delimited", DelimitedSettings.model_validate({"path": "a", "separator": ";"}), people())
    assert salt != salt_of("delimited", settings, people("id", "name"))
