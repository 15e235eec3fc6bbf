"""How the portal's types and attributes are spelt in Mimas, where portal and metaverse are one.

The portal has a ``Person`` with an ``AccountName``, where the metaverse may have a ``person`` with an ``accountName``.
Names in Mimas are told apart by their case, so what policy says is written with the names that there are.
"""

from collections.abc import Collection, Iterable, Mapping

from mimas.migrate.service.schema import FIXED


class Spelling:
    """The types that there will be, with their attributes."""

    def __init__(self, types: Mapping[str, Collection[str]], same: Mapping[str, str]) -> None:
        """``types``: every type, with the names of its attributes. ``same``: types of the portal by another name."""
        self._attributes = {
            type_: {name.lower(): name for name in sorted(names, reverse=True) if name not in FIXED} | _exact(names)
            for type_, names in types.items()
        }
        self._types = {name.lower(): name for name in types} | {name: name for name in types} | dict(same)

    def has(self, type_: str) -> bool:
        """Whether there is such a type of the portal."""
        return self.type(type_) in self._attributes

    def type(self, name: str) -> str:
        """A type of the portal as it is called here; as it is where there is none."""
        return self._types.get(name) or self._types.get(name.lower(), name)

    def attribute(self, name: str, types: Iterable[str] | None) -> tuple[str, ...]:
        """What an attribute is called by some types of the portal, or by any (None).

        These may differ. Where none of them has it there is nothing, but for names that mean the same everywhere.
        """
        if name in FIXED:
            return (name,)
        asked = list(self._attributes) if types is None else [self.type(one) for one in types]
        found = (self._of(one, name) for one in asked)
        # As it is written comes first.
        return tuple(sorted({one for one in found if one}, key=lambda one: (one != name, one)))

    def _of(self, type_: str, name: str) -> str:
        names = self._attributes.get(type_, {})
        return names.get(name) or names.get(name.lower(), "")


def _exact(names: Collection[str]) -> dict[str, str]:
    return {name: name for name in names}
