"""What workflows name by a GUID, by a filter or by a name, as documents name it."""

import re
from collections.abc import Mapping

from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.filters import misunderstood, spelt, xpath
from mimas.migrate.service.objects import identifier, line
from mimas.migrate.service.spelling import Spelling
from mimas.requests.meaning import guid
from mimas.schema.system import Catalogue

_CALLED = re.compile(r"/(?P<kind>\w+)\[DisplayName *= *'(?P<name>[^'\[]+)'\]")
_LOOK_UP = re.compile(r"\[//[^\[\]]+\]")
_ANYTHING = ("1", "2026-01-01T00:00:00Z", "true")
"""What a look-up in a filter may find: it has to fit what it is compared with."""


class Names:
    """The documents that there will be, and how types and attributes are spelt in them."""

    def __init__(self, documents: Mapping[str, tuple[str, str]], spelling: Spelling, catalogue: Catalogue) -> None:
        """``documents``: kind and name, by the GUID under which the portal knows the object."""
        self._documents = documents
        self._spelling = spelling
        self._catalogue = catalogue

    def document(self, kind: str, text: str) -> str:
        """What the document of this kind is called that a GUID, or a filter for its name, means.

        Raises `UntranslatableError` for one that is not there.
        """
        if called := _CALLED.fullmatch(text):
            found = called["kind"], called["name"]
            known = found in self._documents.values()
        else:
            found = self._documents.get(identifier(text), ("", ""))
            known = True
        if not known or found[0] != kind:
            raise UntranslatableError(f"it names the {kind} {line(text)}, which is not in the files that were read")
        return found[1]

    def title(self, text: str) -> str:
        """What a GUID means, for people."""
        kind, name = self._documents.get(identifier(text), ("", ""))
        return f"{kind} “{name}”" if name else f"{line(text)}, which is not in the files that were read"

    def resources(self, text: str) -> str:
        """Resources with ``;`` between them: look-ups, addresses, and GUIDs, which become ``Type/name``."""
        return "; ".join(self._resource(part) for part in filter(None, map(str.strip, text.split(";"))))

    def _resource(self, text: str) -> str:
        id_ = identifier(text)
        kind, name = self._documents.get(id_, ("", ""))
        if not name or ";" in name:
            return id_ if guid(id_) else text
        return f"{kind}/{name}"

    def filter(self, text: str) -> str:
        """A filter with the names that there are here; look-ups in it stay.

        Raises `UntranslatableError` where it would not be understood.
        """
        written = spelt(xpath(text), self._spelling)
        whys = [misunderstood(_LOOK_UP.sub(one, written), self._catalogue) for one in _ANYTHING]
        if written and all(whys):
            raise UntranslatableError(f"the filter {line(written)} cannot be understood: {line(whys[0]).rstrip('.')}")
        return written

    def type(self, name: str) -> str:
        """A type of the portal as it is called here."""
        return self._spelling.type(name)

    def attribute(self, type_: str, name: str) -> str:
        """An attribute of a type as it is called here."""
        return next(iter(self._spelling.attribute(name, [type_])), name)
