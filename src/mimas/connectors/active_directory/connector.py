"""The connector of Active Directory: the domains of a forest as one connector space."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar

import msgspec

from mimas.connectors.active_directory.settings import ActiveDirectorySettings
from mimas.connectors.contract import (
    Capabilities,
    Connector,
    ConnectorError,
    Container,
    End,
    Export,
    OutdatedError,
    Page,
    Result,
    Schema,
    Sought,
)
from mimas.connectors.ldap.extra import needs_ldap
from mimas.connectors.polling import Polling
from mimas.schema.names import depth, within

if TYPE_CHECKING:
    from mimas.connectors.active_directory.domain import Domain


class ActiveDirectoryConnector(Connector[ActiveDirectorySettings]):
    """Active Directory Domain Services.

    An object's type is its most specific configured class, its anchor ``objectGUID``. Deltas come by DirSync, which
    needs the right *Replicating Directory Changes*; without it every import is a full one.
    """

    kind: ClassVar[str] = "active-directory"
    summary: ClassVar[str] = "Active Directory: domains, accounts, groups, passwords"
    model: ClassVar[type[ActiveDirectorySettings]] = ActiveDirectorySettings

    _opened: "dict[str, Domain] | None" = None
    _polling: Polling | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Named objects; deltas with deletes and moves."""
        return Capabilities(
            delta=True,
            named=True,
            references="name",
            strict_references=True,
            expiring_references=True,
            fetch=True,
            live=True,
            passwords=True,
        )

    def _domains(self) -> "dict[str, Domain]":
        """The domains, by their names; connected to at the first call. Raises `ConnectorError`."""
        if self._opened is None:
            with needs_ldap(self.name):
                from mimas.connectors.active_directory.domain import Domain
            with ExitStack() as stack:
                opened = {}
                for domain in self.settings.domains:
                    opened[domain.name] = Domain(
                        self.name, self.settings, domain, self.schema, self.folder, self.salt, self.reveal
                    )
                    stack.callback(opened[domain.name].session.close)
                # All of them or none: without one of them, its objects would look as if they were gone.
                stack.pop_all()
            self._opened = opened
        return self._opened

    def _home(self, name: str) -> str | None:
        """The domain that an object is in; of a domain and the one below it, the lower one."""
        homes = [domain for domain in self.settings.domains if within(name, domain.root)]
        return max(homes, key=lambda domain: depth(domain.root)).name if homes else None

    def discover(self) -> Schema:
        """The structural classes of the forest. Raises `ConnectorError`."""
        domain, *_ = self._domains().values()
        from mimas.connectors.active_directory.discovery import discover

        return discover(domain.session)

    def containers(self) -> Iterator[Container]:
        """The containers of every domain. Raises `ConnectorError`."""
        domains = self._domains().values()
        from mimas.connectors.active_directory.discovery import containers

        for domain in domains:
            yield from containers(domain.session, domain.root)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """Everything in the chosen containers, or what changed there. Raises `ConnectorError`."""
        domains = self._domains()
        marks = msgspec.json.decode(watermark, type=dict[str, str]) if watermark else {}
        if watermark and marks.keys() != domains.keys():
            raise OutdatedError(f"Connector {self.name} has other domains than before")
        ends: dict[str, End] = {}
        for name, domain in domains.items():
            for part in domain.reader.pages(marks.get(name)):
                if isinstance(part, End):
                    ends[name] = part
                else:
                    yield part
        yield _united(ends)

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        """These objects, by their GUIDs. Raises `ConnectorError`."""
        for name, domain in self._domains().items():
            yield domain.reader.read_again([one for one in objects if one.name is None or self._home(one.name) == name])

    def wait(self, seconds: float) -> bool:
        """Whether a domain controller has taken a change. Raises `ConnectorError`."""
        domains = self._domains().values()
        if self._polling is None:
            self._polling = Polling(lambda: [domain.changes_taken() for domain in domains])
        return self._polling.wait(seconds)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """Each export to its domain. Raises `ConnectorError`."""
        domains = self._domains()
        sorted_: dict[str, list[Export]] = {name: [] for name in domains}
        for export in exports:
            home = self._home(export.name or "")
            if home is None:
                yield Result(
                    export.id,
                    "invalid-dn",
                    f"{export.name or export.anchor} is in none of the domains {', '.join(domains)}.",
                    "Correct the rule that builds the name (dn), or add the domain to the connector.",
                )
            elif export.new_name and self._home(export.new_name) != home:
                yield Result(
                    export.id,
                    "invalid-dn",
                    f"{export.name} cannot be moved to {export.new_name}: that is out of the domain {home}.",
                    "Move it with Microsoft's own tools, or let the rule keep the domain.",
                )
            else:
                sorted_[home].append(export)
        for name, some in sorted_.items():
            yield from domains[name].write(some)

    def set_password(self, object_: Sought, password: str, old: str | None = None) -> None:
        """By `unicodePwd`. Raises `ConnectorError`."""
        domains, name = self._domains(), object_.name or ""
        if (home := self._home(name)) is None:
            raise ConnectorError(
                f"{name or 'An object without a name'} is in none of the domains {', '.join(domains)}."
            )
        from mimas.connectors.active_directory.passwords import set_password

        set_password(domains[home].session, name, password, old)

    def verifies(self, object_: Sought, password: str) -> bool:
        """By signing in as the object. Raises `ConnectorError`."""
        from mimas.connectors.ldap.passwords import verifies

        domains, name = self._domains(), object_.name or ""
        home = self._home(name)
        return home is not None and verifies(domains[home].session, name, password)

    def test(self) -> str:
        """Sign in to every domain and look at its containers. Raises `ConnectorError`."""
        opened = self._domains()
        from mimas.connectors.active_directory.discovery import domains

        said, others = [], set[str]()
        for domain in opened.values():
            next(domain.reader.pages(None))
            mark = domain.reader.delta.mark()
            deltas = "changes by DirSync" if mark else "no deltas, for want of the right Replicating Directory Changes"
            said.append(f"{domain.name} at {domain.session.settings.uri}: {deltas}")
            others.update(domains(domain.session))
        if others := others - {name.lower() for name in opened}:
            said.append(f"there are also the domains {', '.join(sorted(others))}")
        return "reached " + "; ".join(said)

    def close(self) -> None:
        """Sign out."""
        for domain in (self._opened or {}).values():
            domain.session.close()
        self._opened = self._polling = None


def _united(ends: dict[str, End]) -> End:
    """The end of a reading of several domains."""
    marks = {name: end.watermark for name, end in ends.items()}
    watermark = None if None in marks.values() else msgspec.json.encode(marks).decode()
    reason = "; ".join(end.reason for end in ends.values() if end.reason)
    parts = tuple(part for end in ends.values() for part in end.parts)
    return End(all(end.complete for end in ends.values()), watermark, reason, parts)
