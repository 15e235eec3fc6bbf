"""What a log of changes names is read as it is now: a log says what was asked, not what came of it."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from ldap.filter import escape_filter_chars

from mimas.connectors.contract import OutdatedError
from mimas.connectors.ldap.deltas.containers import below, containers
from mimas.connectors.ldap.session import Session
from mimas.schema.names import parent, within

if TYPE_CHECKING:
    from mimas.connectors.ldap.pages import LdapPage
    from mimas.connectors.ldap.reading import Reader

_SOME = 200
"""How many entries are asked for at once, by their identities."""


class Touched:
    """Objects, by the directory's own identity, of which something was changed."""

    def __init__(self, session: Session, reader: "Reader") -> None:
        self._session = session
        self._reader = reader
        self._ids: dict[str, bool] = {}

    def add(self, identity: str, *, moved: bool = True) -> None:
        """An object was changed; it may have been ``moved``, and others with it."""
        self._ids[identity] = moved or self._ids.get(identity, False)

    def add_named(self, identity: str, name: str, rdn: str | None = None, container: str | None = None) -> None:
        """An object of that name was changed; renamed to that RDN, below another container where one is given.

        What stands outside of the bases is passed over. Raises `OutdatedError` for a container that has left them: what
        it holds has left them, too, and nobody says so; ``ldap.LDAPError``.
        """
        new = f"{rdn},{container or parent(name)}" if rdn else name
        if self._is_read(new):
            self.add(identity, moved=rdn is not None)
        elif self._is_read(name):
            self.add(identity, moved=False)
            if self._may_hold(new):
                raise OutdatedError(f"{name} was moved out of what is read, perhaps with others below it")

    def _is_read(self, name: str) -> bool:
        return any(within(name, base) for base in self._reader.bases)

    def _may_hold(self, name: str) -> bool:
        """Whether something may stand below a name; nothing does below what is a leaf for all to see."""
        shown = self._session.look(name, ["hasSubordinates", "numSubordinates"])
        if shown is None:
            return True
        return shown.get("hassubordinates") == [b"TRUE"] or shown.get("numsubordinates", [b"0"]) != [b"0"]

    def pages(self) -> Iterator["LdapPage"]:
        """The objects; those that are not there any more, or not among what is read, as gone; what moved along.

        Raises as `Reader.told` does.
        """
        reader, names, ids = self._reader, list[str](), iter(sorted(self._ids))
        while some := list(islice(ids, _SOME)):
            left = set(some)
            for base in reader.bases:
                for records in reader.told(base, f"(&{reader.filter}{self._any_of(some)})"):
                    page = reader.parser.page(records)
                    left.difference_update(page.keys)
                    yield page
            yield reader.parser.page([], sorted(left))
            if moved := [one for one in some if self._ids[one]]:
                names += containers(reader, self._any_of(moved))
        yield from below(reader, names)

    def _any_of(self, ids: list[str]) -> str:
        return f"(|{''.join(f'({self._session.anchor}={escape_filter_chars(one)})' for one in ids)})"
