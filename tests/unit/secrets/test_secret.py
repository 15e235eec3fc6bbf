"""The places a secret can be in."""

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked
from pydantic import ValidationError

from mimas.secrets.errors import SecretError
from mimas.secrets.sealing import Keys
from mimas.secrets.secret import Secret
from mimas.secrets.vault import Vault


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_PASSWORD", "s3cret")
    secret = Secret.model_validate({"env": "A_PASSWORD"})
    assert secret.reveal() == "s3cret"
    assert "s3cret" not in repr(secret) + str(secret) + secret.model_dump_json()


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(" s3cret ü \n", encoding="utf-8")
    assert Secret.model_validate({"file": "password"}).reveal(tmp_path) == " s3cret ü "


@pytest.mark.parametrize("clear", ["s3cret", 12345678, ["s3cret"]])
def test_clear_text_is_refused_and_not_repeated(clear: object) -> None:
    with pytest.raises(ValidationError, match=r"\{env: NAME\}, \{file: PATH\}") as caught:
        Secret.model_validate(clear)
    assert "s3cret" not in str(caught.value)
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize("places", [{}, {"env": "A", "file": "b"}, {"value": "s3cret"}])
def test_exactly_one_place_is_named(places: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Secret.model_validate(places)
    assert "s3cret" not in str(caught.value)


def test_a_secret_that_is_not_there_is_told_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes(b"\xe4\xff")
    for places, said in (
        ({"env": "NOT_SET"}, "NOT_SET"),
        ({"file": "nothing"}, "No such file"),
        ({"file": "empty"}, "is empty"),
        ({"file": "latin"}, "not UTF-8"),
    ):
        with pytest.raises(SecretError, match=said) as caught:
            Secret.model_validate(places).reveal(tmp_path)
        assert caught.value.advice


class Keyring(KeyringBackend):
    """A keyring in memory; what is locked says so."""

    priority = 1.0
    held: ClassVar[dict[str, str]] = {"https://hr/api:mimas": "s3cret"}

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise KeyringLocked("Failed to unlock the collection!")
        return self.held.get(f"{service}:{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[f"{service}:{username}"] = password


@pytest.fixture
def of_the_system() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


def test_a_secret_comes_from_the_keyring(of_the_system: None) -> None:
    assert Secret.model_validate({"keyring": "https://hr/api/mimas"}).reveal() == "s3cret"
    with pytest.raises(SecretError, match="holds no secret hr/nobody") as caught:
        Secret.model_validate({"keyring": "hr/nobody"}).reveal()
    assert "keyring set hr nobody" in caught.value.advice
    with pytest.raises(SecretError, match=r"locked/a, cannot be used: Failed to unlock the collection!"):
        Secret.model_validate({"keyring": "locked/a"}).reveal()


def test_without_the_library_or_a_keyring_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(SecretError, match="No recommended backend was available"):
        Secret.model_validate({"keyring": "hr/a"}).reveal()
    keyring.set_keyring(before)
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretError, match=r"pip install 'mimas\[keyring\]'"):
        Secret.model_validate({"keyring": "hr/a"}).reveal()


def test_a_secret_comes_from_the_vault(monkeypatch: pytest.MonkeyPatch) -> None:
    key = bytes(32)
    monkeypatch.delenv("MIMAS_KEY_FILE", raising=False)
    monkeypatch.setenv("MIMAS_KEY", base64.b64encode(key).decode())
    secret = Secret.model_validate({"sealed": "ad"})
    assert secret.reveal(Path(), Vault({"ad": Keys([key], "").seal("ad", "s3cret")})) == "s3cret"
    with pytest.raises(SecretError, match="'ad' is not set") as caught:
        secret.reveal()
    assert "mimas secrets set ad" in caught.value.advice


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"keyring": "mimas"}, "SERVICE/USER"),
        ({"keyring": "/a"}, "SERVICE/USER"),
        ({"keyring": "a/"}, "SERVICE/USER"),
        ({"sealed": "a b"}, "letters, digits"),
        ({"sealed": ""}, "letters, digits"),
        ({"sealed": "ad\n"}, "letters, digits"),
        ({"sealed": "a", "keyring": "a/b"}, "say one of"),
    ],
)
def test_how_a_place_is_written(places: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Secret.model_validate(places)


@pytest.mark.parametrize("value", ["s3cr\0et", "s3cr\udcffet"])
def test_what_no_system_takes_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setattr(os, "environ", {"ODD": value})
    with pytest.raises(SecretError, match="no system takes") as caught:
        Secret.model_validate({"env": "ODD"}).reveal()
    assert "s3cr" not in str(caught.value)
