"""The retro changelog of 389 Directory Server (draft-good-ldap-changelog)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from mimas.connectors.contract import End, OutdatedError, Page
from mimas.connectors.ldap.deltas.touched import Touched
from mimas.connectors.ldap.session import Session

if TYPE_CHECKING:
    from mimas.connectors.ldap.reading import Reader

_ASKED = ["changeNumber", "targetDn", "targetUniqueId", "newRdn", "newSuperior"]


class Changelog:
    """A delta of what the change log names, read as it is now.

    The log has to name objects by their identity: ``nsslapd-attribute: nsuniqueid:targetUniqueId``. By their names
    alone, one that took another one's name could not be told from it.
    """

    name: ClassVar[str] = "changelog"

    def __init__(self, session: Session, reader: "Reader") -> None:
        self._session = session
        self._reader = reader
        self._place = session.root.get("changelog", [b""])[0].decode()

    def mark(self) -> str | None:
        """The number of the last change; none where there is no log, or not one that names objects by identity."""
        if not self._place or self._session.anchor != "nsUniqueId":
            return None
        last = (self._session.look("", ["lastChangeNumber"]) or {}).get("lastchangenumber", [b""])[0].decode()
        known = last.isdecimal()
        newest = self._session.look(f"changeNumber={last},{self._place}", ["targetUniqueId"]) if known else None
        return last if newest and "targetuniqueid" in newest else None

    def changes(self, watermark: str) -> Iterator[Page | End]:
        """What was changed after that number."""
        last, seen = int(watermark), 0
        touched = Touched(self._session, self._reader)
        for records in self._reader.told(self._place, f"(changeNumber>={last + 1})", _ASKED):
            for _, attributes in records:
                change = {name.lower(): values[0].decode(errors="replace") for name, values in attributes.items()}
                if not (change.keys() >= {"targetdn", "targetuniqueid"} and change.get("changenumber", "").isdecimal()):
                    raise OutdatedError(f"{self._place} does not name every object by its identity")
                number, seen = int(change["changenumber"]), seen + 1
                last = max(last, number)
                named = (change["targetuniqueid"], change["targetdn"], change.get("newrdn"), change.get("newsuperior"))
                touched.add_named(*named)
        # The numbers have no gaps, but for what was trimmed, or may not be read. A log that begins anew ends earlier.
        now = self.mark()
        if last - int(watermark) != seen or now is None or int(now) < last:
            raise OutdatedError(f"{self._place} does not reach back to change {watermark}")
        yield from touched.pages()
        yield self._reader.end(str(last))
