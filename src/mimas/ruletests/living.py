"""The resources that a test has ended with: found by keys, called by keys."""

from collections.abc import Mapping
from typing import Any

from mimas.language.keys import normal
from mimas.schema.values import Value, as_list
from mimas.store import looking
from mimas.store.store import Store
from mimas.sync.rules import ResourceType


class Living:
    """All that live."""

    def __init__(self, store: Store, types: Mapping[str, ResourceType]) -> None:
        self.types = types
        self.all: Mapping[int, tuple[str, dict[str, Any]]] = {
            number: (type_, values) for number, type_, values in looking.living(store)
        }
        """Resource → type and values."""

    def found(self, key: str, type_: str | None = None) -> list[int]:
        """Those that have the key in an indexed attribute."""
        wanted = normal(key)
        return [
            number
            for number, (of, values) in self.all.items()
            if (type_ is None or type_ == of)
            and any(normal(one) == wanted for name in self.types[of].indexed for one in as_list(values.get(name)))
        ]

    def label(self, number: int) -> str:
        """What a resource is called: the first of its indexed attributes that has a value."""
        if number not in self.all:
            return f"resource {number}"
        of, values = self.all[number]
        type_ = self.types[of]
        keys = (as_list(values.get(name)) for name in type_.attributes if name in type_.indexed)
        return next((str(key[0]) for key in keys if key), f"resource {number}")

    def targets(self, wanted: Value | None, to: str | None) -> set[int | str]:
        """What references to these keys point to; a key that nobody has is never what is referred to."""
        found: set[int | str] = set()
        for key in as_list(wanted):
            found.update(self.found(str(key), to) or [str(key)])
        return found
