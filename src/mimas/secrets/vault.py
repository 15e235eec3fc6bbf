"""The sealed secrets of an installation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mimas.secrets.errors import SecretError
from mimas.secrets.keys import find_keys


@dataclass(frozen=True, slots=True)
class Vault:
    """What the store held when it was asked, still sealed: by name what `mimas.secrets.sealing.Keys.seal` has made.

    The database is not asked again, so a secret is there in any thread, and while the database is away.
    """

    sealed: Mapping[str, str] = field(default_factory=dict, repr=False)

    def open(self, name: str) -> str:
        """The secret itself, by the keys that are there now. Raises `SecretError`."""
        if (sealed := self.sealed.get(name)) is None:
            raise SecretError(f"the sealed secret '{name}' is not set.", f"Set it: `mimas secrets set {name}`.")
        try:
            return find_keys().open(name, sealed)
        except SecretError as error:
            raise SecretError(f"the sealed secret '{name}' cannot be opened: {error.message}", error.advice) from None


EMPTY = Vault()
"""That of whoever has no store."""
