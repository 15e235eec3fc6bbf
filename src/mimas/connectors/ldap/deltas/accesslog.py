"""OpenLDAP's log of changes: slapo-accesslog(5), read at ``cn=accesslog``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from mimas.connectors.contract import End, OutdatedError, Page
from mimas.connectors.ldap.deltas.touched import Touched
from mimas.connectors.ldap.session import Session
from mimas.schema.names import key as name_key

if TYPE_CHECKING:
    from mimas.connectors.ldap.reading import Reader

_PLACE = "cn=accesslog"
_ASKED = ["reqStart", "reqDN", "reqEntryUUID", "reqNewRDN", "reqNewSuperior"]
_DONE = "(objectClass=auditWriteObject)(reqResult=0)"
_BACK = (timedelta(minutes=10), timedelta(days=1), None)
"""How far back the newest change is looked for, one after the other; none: to the beginning."""
_LATE = timedelta(minutes=1)
"""A change is logged when it has ended, under the instant when it began: so much later at most."""
_FORM = "%Y%m%d%H%M%S.%fZ"


class Accesslog:
    """A delta of what the log names, read as it is now. Indexes wanted there: ``reqStart eq``; ``entryUUID eq`` here.

    What overlays change by themselves, the members of groups say, stands in no log.
    """

    name: ClassVar[str] = "accesslog"

    def __init__(self, session: Session, reader: "Reader") -> None:
        self._session = session
        self._reader = reader

    def mark(self) -> str | None:
        """When the newest change began (``reqStart``); none where there is no log, or nothing in it to be read."""
        contexts = {name_key(one.decode(errors="replace")) for one in self._session.root.get("namingcontexts", [])}
        if _PLACE not in contexts or self._session.anchor != "entryUUID":
            return None
        for back in _BACK:
            since = f"(reqStart>={(datetime.now(UTC) - back).strftime(_FORM)})" if back else ""
            starts = [start for start, *_ in self._changes(since)]
            if starts:
                return max(starts)
        return None

    def changes(self, watermark: str) -> Iterator[Page | End]:
        """What was changed since that change, which the log must still have."""
        try:
            since = datetime.strptime(watermark, _FORM).replace(tzinfo=UTC) - _LATE
        except ValueError:
            raise OutdatedError(f"{_PLACE} calls no instant what it calls {watermark}") from None
        if self._session.look(f"reqStart={watermark},{_PLACE}", ["1.1"]) is None:
            raise OutdatedError(f"{_PLACE} does not reach back to {watermark}")
        last, touched = watermark, Touched(self._session, self._reader)
        for start, identity, name, rdn, container in self._changes(f"(reqStart>={since.strftime(_FORM)})"):
            last = max(last, start)
            touched.add_named(identity, name, rdn, container)
        yield from touched.pages()
        yield self._reader.end(last)

    def _changes(self, condition: str) -> Iterator[tuple[str, str, str, str | None, str | None]]:
        """When a change began, the identity and the name of its object, its new RDN and container if it got some."""
        for records in self._reader.told(_PLACE, f"(&{_DONE}{condition})", _ASKED):
            for _, attributes in records:
                change = {name.lower(): values[0].decode(errors="replace") for name, values in attributes.items()}
                if not change.keys() >= {"reqstart", "reqentryuuid", "reqdn"}:
                    raise OutdatedError(f"{_PLACE} does not name every object by its identity")
                yield (
                    change["reqstart"],
                    change["reqentryuuid"],
                    change["reqdn"],
                    change.get("reqnewrdn"),
                    change.get("reqnewsuperior"),
                )
