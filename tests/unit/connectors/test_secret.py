from pathlib import Path

import pytest
from pydantic import ValidationError

from mimas.connectors.contract import ConnectorError
from mimas.connectors.secret import Secret


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
    with pytest.raises(ValidationError, match=r"\{env: NAME\} or \{file: PATH\}") as caught:
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
        with pytest.raises(ConnectorError, match=said) as caught:
            Secret.model_validate(places).reveal(tmp_path)
        assert caught.value.advice
