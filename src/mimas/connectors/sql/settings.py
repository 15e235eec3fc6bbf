"""What a person configures of a database."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mimas.connectors.contract import Settings
from mimas.secrets.secret import PLACES, Secret


class Link(BaseModel):
    """A table that holds one row for each value of a multi-valued reference, such as the members of groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str = Field(description="The table.")
    owner: str = Field(description="Its column with the key of the object that has the attribute.")
    member: str = Field(description="Its column with the key of the object referred to.")


class SqlSettings(Settings):
    """A database and its tables."""

    model_config = ConfigDict(hide_input_in_errors=True)

    url: str = Field(description="SQLAlchemy's URL, without the password: postgresql+psycopg://user@host/database.")
    password: Secret | None = Field(default=None, description=f"The password: {PLACES}.")
    timeout: float = Field(default=300, gt=0, description="Seconds to wait for one answer of PostgreSQL.")
    tables: Mapping[str, str] = Field(
        default={}, description="The table of an object type; without it, the type's name."
    )
    links: Mapping[str, Link] = Field(default={}, description="The table of a multi-valued reference attribute.")
    changed_at: str = Field(
        default="", description="The column that says when a row was changed last; for delta imports."
    )

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: str) -> str:
        try:
            parts = make_url(url)
        except ArgumentError:
            raise ValueError("write it as dialect://user@host:port/database, or sqlite:///path") from None
        if parts.password is not None or any("password" in key.lower() for key in parts.query):
            raise ValueError(f"the URL must not hold a password; write password: {PLACES}")
        return url

    @property
    def address(self) -> URL:
        """The URL taken apart, still without the password."""
        return make_url(self.url)
