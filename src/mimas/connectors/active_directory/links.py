"""Groups of which a delta tells only the members that came and went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xxhash import xxh3_64_intdigest

from mimas.connectors.active_directory.values import guid
from mimas.connectors.contract import Entry, Problem
from mimas.connectors.ldap.pages import Parser, Raw
from mimas.schema.attributes import NAME, Kind

ADDED, REMOVED = ";range=1-1", ";range=0-0"
"""By these options DirSync tells values that were added and removed (MS-ADTS 3.1.1.3.4.1.3)."""

Links = Mapping[str, list[str]]
"""Attribute, in lower case, with one of the options → names."""


@dataclass(slots=True)
class LinkPage:
    """Some of them."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    places: Sequence[Raw]
    links: Mapping[str, Links]
    parser: Parser
    deleted: frozenset[int] = frozenset()
    problems: Sequence[Problem] = ()

    @classmethod
    def of(cls, places: Sequence[Raw], links: Mapping[str, Links], parser: Parser, cookie: bytes) -> "LinkPage":
        """``places`` holds where the objects are, and of which class. The same change may come twice, at two times."""
        keys = [guid(found["objectGUID"][0]) for _, found in places]
        fingerprints = [xxh3_64_intdigest(cookie + repr(links[key]).encode()) >> 1 for key in keys]
        return cls(keys, fingerprints, places, links, parser)

    def entry(self, index: int) -> Entry:
        """The members that came and went. Raises `EntryError`."""
        name, found = self.places[index]
        links = self.links[self.keys[index]]
        type_ = self.parser.type_of(name, self.parser.named(found))
        entry = Entry(type_.name, self.keys[index], name, {NAME: name}, partial=True)
        for attribute in type_.attributes.values():
            if attribute.kind is Kind.REFERENCE:
                for told, option in ((entry.added, ADDED), (entry.removed, REMOVED)):
                    if names := links.get(attribute.name.lower() + option):
                        told[attribute.name] = names
        return entry
