"""What a person configures of a SCIM application."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator, model_validator

from mimas.connectors.contract import Settings
from mimas.secrets.secret import PLACES, Secret


class ScimSettings(Settings):
    """A SCIM service and how to sign in."""

    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(description="The base URL: what stands before /Users.")
    token: Secret | None = Field(default=None, description=f"The bearer token: {PLACES}.")
    page_size: int = Field(default=200, ge=1, le=10_000, description="Resources asked for at once; fewer may come.")
    timeout: float = Field(default=60, gt=0, description="Seconds to wait for one answer.")

    @field_validator("url")
    @classmethod
    def _plain(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write https://host/path")
        if "@" in parts.netloc or parts.query:
            raise ValueError("the URL must hold no name, password or parameters; use token: {env: NAME}")
        return url.rstrip("/") + "/"

    @model_validator(mode="after")
    def _no_token_in_the_open(self) -> "ScimSettings":
        parts = urlsplit(self.url)
        if self.token is not None and parts.scheme == "http" and not _is_here(parts.hostname or ""):
            raise ValueError(f"{self.url} would carry the token unencrypted; use https://")
        return self


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
