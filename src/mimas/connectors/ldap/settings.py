"""What a person configures of a directory."""

from ipaddress import ip_address
from itertools import permutations
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from mimas.connectors.contract import Settings
from mimas.schema.names import within
from mimas.secrets.secret import PLACES, Secret


def several(given: object) -> object:
    """One may be written without a list around it."""
    return [given] if isinstance(given, str | dict) else given


class LdapSettings(Settings):
    """A directory, the part of it that is ours, and how to sign in."""

    model_config = ConfigDict(hide_input_in_errors=True)

    uri: str = Field(description="ldap://host:port, ldaps://host:port or ldapi://%2Fpath; several with spaces between.")
    base: Annotated[list[str], BeforeValidator(several), Field(min_length=1)] = Field(
        description="The name below which objects are read and written; a list where there are several partitions."
    )
    bind_dn: str = Field(default="", description="Who to sign in as; empty: anonymous.")
    password: Secret | None = Field(default=None, description=f"The password of bind_dn: {PLACES}.")
    kerberos: bool = Field(
        default=False, description="Sign in by Kerberos instead, with the ticket or key table of the environment."
    )
    start_tls: bool = Field(default=False, description="Encrypt an ldap:// connection before signing in.")
    ca_file: Path | None = Field(default=None, description="The certificates to trust (PEM); without it, the system's.")
    filter: str = Field(default="", description="Only objects that match this LDAP filter are read.")
    page_size: int = Field(default=1000, ge=1, le=100_000, description="Entries asked for at once.")
    timeout: float = Field(default=60, gt=0, description="Seconds to wait for one answer.")
    empty_member: str = Field(
        default="",
        description="The name that stands as a member in groups that may not be empty; it is never read back.",
    )

    @field_validator("base")
    @classmethod
    def _apart(cls, base: list[str]) -> list[str]:
        for one, other in permutations(base, 2):
            if within(one, other):
                raise ValueError(f"{one} is read as a part of {other}; leave it out")
        return base

    @field_validator("uri")
    @classmethod
    def _known_scheme(cls, uri: str) -> str:
        for one in uri.split():
            parts = urlsplit(one)
            if parts.scheme not in ("ldap", "ldaps", "ldapi"):
                raise ValueError("write ldap://host, ldaps://host or ldapi://%2Fpath%2Fof%2Fsocket")
            if "@" in parts.netloc:
                raise ValueError("the address must not hold a name or password; use bind_dn and password")
        return uri

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> "LdapSettings":
        if self.kerberos and (self.bind_dn or self.password):
            raise ValueError("kerberos signs in without bind_dn and password; leave them out")
        if self.bind_dn and self.password is None:
            raise ValueError(f"bind_dn needs a password: {PLACES}")
        if self.password is not None and self.open_wire:
            raise ValueError(f"{self.open_wire} would carry the password unencrypted; use ldaps:// or start_tls: true")
        return self

    @property
    def open_wire(self) -> str:
        """The address of another machine to which nothing is encrypted; empty where there is none."""
        exposed = (one for one in self.uri.split() if urlsplit(one).scheme == "ldap" and not _is_here(one))
        return "" if self.start_tls else next(exposed, "")


def _is_here(uri: str) -> bool:
    host = urlsplit(uri).hostname or "localhost"
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
