"""Values that the old product has given out, for attributes that the rules make unique."""

from collections.abc import Iterator, Mapping

import msgspec

from mimas.language.keys import normal
from mimas.migrate.state.grouping import Group
from mimas.runs.symbols import Symbols
from mimas.sync.rules import Direct, Direction, Unique


class Given:
    """Finds them: as the metaverse says, or else as an object shows that an outbound rule writes the value to."""

    def __init__(self, symbols: Symbols) -> None:
        symbol = symbols.store.symbol
        rules = symbols.compiled.rules.rules
        self._unique: dict[int, list[str]] = {}
        for rule in rules:
            names = self._unique.setdefault(symbol(rule.resource_type), [])
            names += [f.target for f in rule.flows if isinstance(f.origin, Unique) and f.target not in names]
        self._written: dict[tuple[int, int, int, str], list[str]] = {}
        for rule in rules:
            for flow in rule.flows if rule.direction is Direction.OUTBOUND else ():
                if isinstance(flow.origin, Direct):
                    place = (symbol(rule.connector), symbol(rule.object_type), symbol(rule.resource_type))
                    self._written.setdefault((*place, flow.origin.attribute), []).append(flow.target)

    def of(self, group: Group, said: str) -> Iterator[tuple[str, str, str]]:
        """(attribute, key, value) for a group whose type is known; ``said``: what the metaverse has, as JSON."""
        assert group.type is not None
        metaverse: Mapping[str, str] = msgspec.json.decode(said or "{}")
        for attribute in self._unique.get(group.type, ()):
            value = metaverse.get(attribute.lower()) or self._shown(group, attribute)
            if value is not None and (key := normal(value)):
                yield attribute, key, value

    def _shown(self, group: Group, attribute: str) -> str | None:
        for member, _ in group.links:
            for target in self._written.get((member.connector, member.type, group.type or 0, attribute), ()):
                value = member.values.get(target)
                if value is not None and not isinstance(value, list) and value != "":
                    return str(value)
        return None
