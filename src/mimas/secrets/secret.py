"""A secret in settings: a document says where one is, never what it is."""

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from mimas.secrets.errors import SecretError
from mimas.secrets.providers import from_environment, from_file, from_keyring
from mimas.secrets.vault import EMPTY, Vault

PLACES = "{env: NAME}, {file: PATH}, {keyring: SERVICE/USER} or {sealed: NAME}"
"""The places a secret can be in, as they are written."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
# Half characters come from an environment that is not UTF-8; NUL is an end to the libraries that are written in C.
_UNFIT = re.compile("[\0\ud800-\udfff]")


def is_name(text: str) -> bool:
    """Whether a sealed secret can be called so: letters, digits, ``.``, ``_`` and ``-``, 100 at most."""
    return _NAME.fullmatch(text) is not None


def unfit(value: str) -> bool:
    """Whether it holds NUL, or half a character."""
    return _UNFIT.search(value) is not None


class Secret(BaseModel):
    """Where a secret is found. It is read when it is used and kept nowhere."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = Field(default=None, description="The environment variable that holds it.")
    file: Path | None = Field(
        default=None, description="The file that holds it; the line end at its end does not count."
    )
    keyring: str | None = Field(default=None, description="Service and user in the keyring of the system.")
    sealed: str | None = Field(default=None, description="Its name among those that `mimas secrets` keeps.")

    @model_validator(mode="before")
    @classmethod
    def _not_in_clear(cls, data: Any) -> Any:
        if not isinstance(data, dict | Secret):
            # Not a TypeError: pydantic reports only ValueErrors.
            raise ValueError(f"a secret must not stand in a document; write {PLACES} instead")  # noqa: TRY004
        return data

    @field_validator("keyring")
    @classmethod
    def _service_and_user(cls, entry: str | None) -> str | None:
        if entry is not None and not all(entry.rpartition("/")[::2]):
            raise ValueError("write {keyring: SERVICE/USER}")
        return entry

    @field_validator("sealed")
    @classmethod
    def _named(cls, name: str | None) -> str | None:
        if name is not None and not is_name(name):
            raise ValueError("write the name of the secret: letters, digits, '.', '_' and '-'")
        return name

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if sum(place is not None for place in (self.env, self.file, self.keyring, self.sealed)) != 1:
            raise ValueError(f"say one of {PLACES}")
        return self

    def reveal(self, folder: Path = Path(), vault: Vault = EMPTY) -> str:
        """The secret itself; a relative path starts at ``folder``, ``vault`` has the sealed ones.

        Raises `SecretError` when it is not there.
        """
        value = self._found(folder, vault)
        if unfit(value):
            raise SecretError("a secret holds a character that no system takes (NUL or half a one).", "Put it right.")
        return value

    def _found(self, folder: Path, vault: Vault) -> str:
        if self.env is not None:
            return from_environment(self.env)
        if self.file is not None:
            return from_file(folder / self.file)
        if self.keyring is not None:
            return from_keyring(self.keyring)
        assert self.sealed is not None
        return vault.open(self.sealed)
