"""Passwords and tokens in settings: a document says where one is, never what it is."""

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mimas.connectors.contract import ConnectorError


class Secret(BaseModel):
    """Where a secret is found: ``{env: NAME}`` or ``{file: PATH}``. It is read when it is used and kept nowhere."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = Field(default=None, description="The environment variable that holds it.")
    file: Path | None = Field(
        default=None, description="The file that holds it; the line end at its end does not count."
    )

    @model_validator(mode="before")
    @classmethod
    def _not_in_clear(cls, data: Any) -> Any:
        if not isinstance(data, dict | Secret):
            # Not a TypeError: pydantic reports only ValueErrors.
            raise ValueError(  # noqa: TRY004
                "a secret must not stand in a document; write {env: NAME} or {file: PATH} instead"
            )
        return data

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if (self.env is None) == (self.file is None):
            raise ValueError("say either {env: NAME} or {file: PATH}")
        return self

    def reveal(self, folder: Path = Path()) -> str:
        """The secret itself; a relative path starts at ``folder``. Raises `ConnectorError` when it is not there."""
        if self.env is not None:
            if not (value := os.environ.get(self.env, "")):
                raise ConnectorError(
                    f"The environment variable {self.env}, which should hold a secret, is not set.",
                    f"Set {self.env} in the environment that Mimas runs in.",
                )
            return value
        path = folder / (self.file or "")
        try:
            value = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConnectorError(
                f"The file {path}, which should hold a secret, cannot be read: {reason}.",
                "Put the secret there, readable by the account that Mimas runs as and by nobody else.",
            ) from None
        if not value:
            raise ConnectorError(f"The file {path}, which should hold a secret, is empty.", "Put the secret there.")
        return value
