"""What a person configures of Active Directory."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from mimas.connectors.contract import Settings
from mimas.connectors.ldap.settings import LdapSettings, several
from mimas.schema.names import within
from mimas.secrets.secret import PLACES, Secret

_NAME_OR_GUID = "its name, or {guid: …}, by which it stays chosen when it is renamed"


class Container(BaseModel):
    """A container chosen by its objectGUID, which stays when it is renamed or moved."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    guid: str = Field(
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="As `mimas connector containers` shows it.",
    )


Containers = Annotated[list[str | Container], BeforeValidator(several)]


class DomainSettings(BaseModel):
    """One domain of the forest."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(min_length=1, description="The DNS name of the domain: corp.example.com.")
    servers: Annotated[list[str], BeforeValidator(several)] = Field(
        default=[], description="Its domain controllers, the preferred one first; without them DNS finds one by name."
    )
    containers: Containers = Field(
        default=[], description=f"What is read and written; without any the whole domain. Of each {_NAME_OR_GUID}."
    )
    excluded: Containers = Field(default=[], description=f"Containers within them that are left out. {_NAME_OR_GUID}.")
    user: str = Field(default="", description="Who to sign in as here, if not as everywhere.")
    password: Secret | None = Field(default=None, description=f"The password of this user: {PLACES}.")

    @property
    def root(self) -> str:
        """The distinguished name of the domain."""
        return ",".join(f"DC={label}" for label in self.name.split("."))

    @model_validator(mode="after")
    def _within(self) -> "DomainSettings":
        for one in (*self.containers, *self.excluded):
            if isinstance(one, str) and not within(one, self.root):
                raise ValueError(f"{one} is no container of {self.name} ({self.root})")
        return self


class ActiveDirectorySettings(Settings):
    """The domains of a forest, and how to sign in."""

    model_config = ConfigDict(hide_input_in_errors=True)

    domains: list[DomainSettings] = Field(min_length=1, description="The domains that are read and written.")
    user: str = Field(default="", description="Who to sign in as: user@domain, or a distinguished name.")
    password: Secret | None = Field(default=None, description=f"The password of the user: {PLACES}.")
    kerberos: bool = Field(
        default=False, description="Sign in by Kerberos instead, with the ticket or key table of the environment."
    )
    start_tls: bool = Field(default=False, description="Encrypt by StartTLS on port 389 instead of LDAPS on port 636.")
    ca_file: Path | None = Field(default=None, description="The certificates to trust (PEM); without it, the system's.")
    filter: str = Field(default="", description="Only objects that match this LDAP filter are read.")
    page_size: int = Field(default=1000, ge=1, le=100_000, description="Entries asked for at once.")
    timeout: float = Field(default=120, gt=0, description="Seconds to wait for one answer.")
    delete_tree: bool = Field(default=False, description="Delete an object together with what stands below it.")
    restore: bool = Field(
        default=False,
        description="Instead of creating an account or group whose sAMAccountName a deleted one had, restore that one: "
        "it keeps its SID, and so its rights.",
    )

    @field_validator("domains")
    @classmethod
    def _once(cls, domains: list[DomainSettings]) -> list[DomainSettings]:
        if len({domain.name.lower() for domain in domains}) < len(domains):
            raise ValueError("the same domain is given twice")
        return domains

    @model_validator(mode="after")
    def _signed_in(self) -> "ActiveDirectorySettings":
        if not self.kerberos:
            for domain in self.domains:
                if not (domain.user or self.user) or (domain.password or self.password) is None:
                    raise ValueError(f"{domain.name} needs a user and a password, or kerberos: true")
        return self

    def connection(self, domain: DomainSettings) -> LdapSettings:
        """How a domain is reached. Raises `ValueError`."""
        scheme = "ldap" if self.start_tls else "ldaps"
        own = bool(domain.user)
        return LdapSettings(
            uri=" ".join(f"{scheme}://{server}" for server in domain.servers or [domain.name]),
            base=[domain.root],
            bind_dn="" if self.kerberos else domain.user or self.user,
            password=None if self.kerberos else domain.password if own else self.password,
            kerberos=self.kerberos,
            start_tls=self.start_tls,
            ca_file=self.ca_file,
            filter=self.filter,
            page_size=self.page_size,
            timeout=self.timeout,
        )
