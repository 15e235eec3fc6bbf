"""Sealing, and the keys outside the store that open what was sealed."""

import base64
import os
from pathlib import Path

import pytest

from mimas.secrets.errors import SecretError
from mimas.secrets.keys import add_key, exposed, find_keys, make_key_file
from mimas.secrets.sealing import Keys
from mimas.secrets.vault import Vault

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIMAS_KEY", raising=False)
    monkeypatch.delenv("MIMAS_KEY_FILE", raising=False)


def text(*keys: bytes) -> str:
    return "\n".join(base64.b64encode(key).decode() for key in keys)


@pytest.mark.parametrize("value", ["s3cret", " ü 🔑 ", "x" * 100_000, "two\nlines"])
def test_what_is_sealed_is_opened_again(value: str) -> None:
    keys = Keys([ONE], "here")
    sealed = keys.seal("ad", value)
    assert value.strip() not in sealed
    assert sealed != keys.seal("ad", value)
    assert keys.open("ad", sealed) == value


def test_it_opens_under_its_own_name_only() -> None:
    keys = Keys([ONE], "here")
    with pytest.raises(SecretError, match=r"another key than here holds, or altered"):
        keys.open("app", keys.seal("ad", "s3cret"))


def test_what_was_altered_or_cut_is_not_opened() -> None:
    keys = Keys([ONE], "here")
    raw = bytearray(base64.b64decode(keys.seal("ad", "s3cret")))
    for index in range(len(raw)):
        altered = raw.copy()
        altered[index] ^= 1
        for wrong in (altered, raw[:index]):
            with pytest.raises(SecretError):
                keys.open("ad", base64.b64encode(wrong).decode())
    for nonsense in ("", "no base64", "ä"):
        with pytest.raises(SecretError):
            keys.open("ad", nonsense)


def test_the_first_key_seals_and_every_key_opens() -> None:
    old = Keys([ONE], "here").seal("ad", "s3cret")
    keys = Keys([OTHER, ONE], "here")
    assert keys.open("ad", old) == "s3cret"
    assert (keys.is_newest("ad", old), keys.is_newest("ad", keys.seal("ad", "s3cret"))) == (False, True)
    assert Keys([OTHER], "here").open("ad", keys.seal("ad", "new")) == "new"
    with pytest.raises(SecretError):
        Keys([OTHER], "here").open("ad", old)


def test_neither_keys_nor_secrets_show_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = Keys([ONE], "here")
    vault = Vault({"ad": keys.seal("ad", "s3cret")})
    assert vault.sealed["ad"] not in repr(vault)
    assert text(ONE) not in repr(keys)
    monkeypatch.setenv("MIMAS_KEY", text(OTHER))
    with pytest.raises(SecretError, match="'ad' cannot be opened") as caught:
        vault.open("ad")
    assert all(part not in str(caught.value) for part in ("s3cret", text(ONE), text(OTHER)))
    assert "mimas secrets set ad" in caught.value.advice


def test_keys_stand_in_a_variable_or_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Keys([ONE], "").seal("ad", "s3cret")
    monkeypatch.setenv("MIMAS_KEY", text(OTHER, ONE))
    assert (len(find_keys()), find_keys().open("ad", sealed)) == (2, "s3cret")
    monkeypatch.setenv("MIMAS_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(SecretError, match="both MIMAS_KEY_FILE and MIMAS_KEY"):
        find_keys()
    monkeypatch.delenv("MIMAS_KEY")
    (tmp_path / "key").write_text(base64.urlsafe_b64encode(ONE).decode() + "\r\n\n")
    assert find_keys().open("ad", sealed) == "s3cret"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"", "there is no key in"),
        (b"\xff\xfe", "it is no text"),
        (b"s3cret", "key 1 in .* is no key: one is 32 bytes"),
        (text(ONE).encode() + b"\n" + text(ONE)[:-8].encode(), "key 2 in .* is no key"),
    ],
)
def test_a_key_file_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("MIMAS_KEY_FILE", str(path))
    with pytest.raises(SecretError, match=said) as caught:
        find_keys()
    assert "s3cret" not in str(caught.value)
    assert caught.value.advice


def test_no_key_and_a_relative_path_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SecretError, match="neither MIMAS_KEY_FILE nor MIMAS_KEY is set"):
        find_keys()
    monkeypatch.setenv("MIMAS_KEY_FILE", "key")
    with pytest.raises(SecretError, match="Write the whole path"):
        find_keys()


def test_a_key_file_is_made_once_and_for_us_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    monkeypatch.setenv("MIMAS_KEY_FILE", str(path))
    make_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    sealed = find_keys().seal("ad", "s3cret")
    with pytest.raises(FileExistsError):
        make_key_file(path)
    assert find_keys().open("ad", sealed) == "s3cret"
    assert [found.name for found in tmp_path.iterdir()] == ["key"]


def test_a_new_key_comes_before_the_others_and_the_file_stays_whose_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, named = tmp_path / "key", tmp_path / "link"
    make_key_file(path)
    path.chmod(0o640)
    named.symlink_to(path)
    if os.getuid() == 0:
        os.chown(path, 1234, 1234)
    monkeypatch.setenv("MIMAS_KEY_FILE", str(named))
    before = path.stat()
    sealed = find_keys().seal("ad", "s3cret")
    add_key(named)
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert named.is_symlink()
    assert (len(find_keys()), find_keys().open("ad", sealed), find_keys().is_newest("ad", sealed)) == (
        2,
        "s3cret",
        False,
    )
    assert sorted(found.name for found in tmp_path.iterdir()) == ["key", "link"]


def test_a_key_beside_what_it_opens_or_open_to_others_is_no_good(tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "key"
    make_key_file(path)
    database = home / "mimas.db"
    assert exposed(path, database) is None
    assert "lies in the folder of the database" in str(exposed(home / "keys" / "key", database))
    assert exposed(home / "keys" / "key", None) is None
    path.chmod(0o640)
    assert exposed(path, database) is None
    path.chmod(0o644)
    assert "(mode 0644)" in str(exposed(path, database))
