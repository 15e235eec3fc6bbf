"""Which imported object an object of a file is: by its anchor, or else by its name."""

from collections.abc import Sequence
from uuid import UUID

from mimas.migrate.state.spaces import SpaceObject
from mimas.runs.setup import ConnectorSetup
from mimas.schema import names
from mimas.schema.attributes import ObjectType
from mimas.store import objects
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, Stored


class OtherAnchorError(Exception):
    """An object of that name is there, and its anchor says that it is another one."""


class Matcher:
    """Finds the objects of one connector.

    An anchor says more than a name: who was renamed keeps it, and who has got somebody else's name has it not.
    """

    def __init__(self, number: int, setup: ConnectorSetup) -> None:
        self.number = number
        self._types = {name.lower(): type_ for name, type_ in setup.schema.items()}
        self._prefixes = {"", *(type_.prefix for type_ in setup.schema.values())}

    def find(self, tx: Transaction, batch: Sequence[SpaceObject]) -> list[Stored | OtherAnchorError | None]:
        """For each object the one that its system shows; none, where it shows none."""
        sure = [self._anchors(one) for one in batch]
        anchored = self._by_anchor(tx, [self.anchors(one) for one in batch])
        named = objects.find_names(tx, self.number, [key for one in batch for key in _keys(one)])
        ids = {*anchored.values(), *named.values()}
        stored = {id_: row for id_, row in objects.load(tx, sorted(ids)).items() if row.presence == PRESENT}
        found: list[Stored | OtherAnchorError | None] = []
        for one, anchors in zip(batch, sure, strict=True):
            by_anchor = _first(stored, anchored, anchors)
            by_name = _first(stored, named, _keys(one))
            if by_anchor is not None:
                found.append(by_anchor)
            elif by_name is not None:
                found.append(by_name if _may_be(by_name, anchors) else OtherAnchorError())
            else:
                found.append(_first(stored, anchored, self._perhaps(one)))
        return found

    def anchors(self, one: SpaceObject) -> list[str]:
        """Every anchor that an object may have, the surest first."""
        return [*self._anchors(one), *self._perhaps(one)]

    def _by_anchor(self, tx: Transaction, some: Sequence[list[str]]) -> dict[str, int]:
        texts = sorted({text for anchors in some for text in anchors})
        rows = objects.find(tx, self.number, texts)
        return {text: row[0] for text, row in zip(texts, rows, strict=True) if row[0] is not None}

    def _anchors(self, one: SpaceObject) -> list[str]:
        """What the anchor is if the system has such: a GUID of Active Directory, or the attributes that make it up."""
        found = []
        if len(one.anchor) == 16:
            # Active Directory's bytes begin with the last byte of the first part; of others nobody knows.
            found = [str(UUID(bytes_le=one.anchor)), str(UUID(bytes=one.anchor))]
        type_ = self._types.get(one.type.lower())
        key = _key(type_, one) if type_ is not None else None
        return [*found, key] if key is not None else found

    def _perhaps(self, one: SpaceObject) -> list[str]:
        """What the anchor may be: the name, which is the anchor where objects have no names, or its bytes as text."""
        texts = [one.name]
        for encoding in ("utf-8", "utf-16-le"):
            try:
                texts.append(one.anchor.decode(encoding).rstrip("\0"))
            except UnicodeDecodeError:
                continue
        type_ = self._types.get(one.type.lower())
        prefixes = {type_.prefix} if type_ is not None else self._prefixes
        return [prefix + text for text in texts for prefix in sorted(prefixes) if text and text.isprintable()]


def _key(type_: ObjectType, one: SpaceObject) -> str | None:
    shown = {name.lower(): values[0] for name, values in one.shown.items() if len(values) == 1}
    key = type_.key({name: shown.get(name.lower()) for name in type_.anchor})
    return key if key is None or key.isprintable() else None


def _keys(one: SpaceObject) -> list[str]:
    return [names.key(name) for name in (one.name, one.new_name) if name]


def _first(stored: dict[int, Stored], known: dict[str, int], keys: Sequence[str]) -> Stored | None:
    return next((stored[known[key]] for key in keys if known.get(key) in stored), None)


def _may_be(row: Stored, anchors: Sequence[str]) -> bool:
    """Whether an object of the right name is the one that is meant, though it has none of these anchors."""
    return not anchors or row.anchor is None or not any(_alike(row.anchor, anchor) for anchor in anchors)


def _alike(anchor: str, other: str) -> bool:
    """Whether two anchors are of one kind, so that they tell two objects apart when they differ."""
    return _is_guid(anchor) == _is_guid(other)


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
