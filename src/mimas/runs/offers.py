"""What resources are offered as references, as queries: by the objects linked to them, and by memberships.

Every query gives rows of (resource, attribute, target, origin), where the origin is the rule or the membership, for the
resources that ``where`` chooses.
"""

from collections import Counter
from typing import Any

from mimas.runs.groups import NONE
from mimas.runs.session import Session
from mimas.runs.symbols import ReferenceOffer
from mimas.schema.values import decode
from mimas.store import grants
from mimas.store.database import Transaction
from mimas.store.queries import Query, union
from mimas.store.references import OURS, SEEN


class Offers:
    """The offers to one batch of resources."""

    def __init__(
        self, tx: Transaction, session: Session, where: str, *parameters: Any, targets: list[int] | None = None
    ) -> None:
        """``targets``: only offers of these resources count."""
        self.session = session
        self.where = Query(where, parameters)
        self._targets = targets
        self._flows = session.symbols.reference_offers
        self._granting = grants.any_at_all(tx)
        self._left_out: dict[int, list[int]] = {}
        for flow in self._flows:
            if session.symbols.rules[flow.rule].scope:
                self._left_out.setdefault(flow.rule, []).extend(self._out_of_scope(tx, flow))

    def query(self) -> Query:
        """All of them, after precedence, each triple once."""
        queries = [self._flow(flow) for flow in self._flows]
        queries += [self._membership(number) for number in range(len(self.session.symbols.group_of))]
        if self._granting:
            origin = self.session.store.symbol(grants.ORIGIN)
            query = grants.in_force(self.where, self.session.symbols.singles, origin, self.session.now)
            queries.append(query + self._to("g.target"))
        if not queries:
            return Query("SELECT resource, attribute, target, origin FROM resource_reference WHERE 1 = 0")
        if not self._granting and not self._overlapping():
            return union(queries)
        inner, granted = union(queries), self.session.store.symbol(grants.ORIGIN)
        return Query(
            # A grant only where nothing else offers the value: what it gives ends, see `mimas.runs.expiring`.
            f"SELECT resource, attribute, target, coalesce(min(nullif(origin, {granted})), {granted}) AS origin"
            f" FROM ({inner.text}) u"
            " GROUP BY resource, attribute, target",
            inner.parameters,
        )

    def _overlapping(self) -> bool:
        """Whether one value may be offered by several that have equal right."""
        places = [(flow.type, flow.target, 0 if flow.unites else flow.precedence) for flow in self._flows]
        attributes = [self._attribute(number) for number in range(len(self.session.symbols.group_of))]
        offered = {flow.target for flow in self._flows}
        return (
            len(set(places)) < len(places)
            or len(set(attributes)) < len(attributes)
            or not offered.isdisjoint(attributes)
        )

    def _flow(self, flow: ReferenceOffer) -> Query:
        query = (
            Query(f"SELECT l.resource, {flow.target} AS attribute, t.resource AS target, {flow.rule} AS origin")
            + _joined(flow, "l", "r", "t")
            + " WHERE l.resource "
            + self.where
            + self._covered(flow, "l")
            + self._to("t.resource")
        )
        if self._granting and flow.single:
            query += grants.none_of(flow.target, self.session.now)
        better = [
            other
            for other in self._flows
            if (other.target, other.type) == (flow.target, flow.type)
            and (other.precedence < flow.precedence or (flow.single and self._rank(other) < self._rank(flow)))
            and not (other.unites and flow.unites)
        ]
        for other in better:
            query += Query(" AND NOT EXISTS (SELECT 1") + _joined(other, "bl", "br", "bt")
            query += Query(" WHERE bl.resource = l.resource") + self._covered(other, "bl") + ")"
        return query

    def _to(self, target: str) -> Query:
        return Query("") if self._targets is None else Query(f" AND {target} IN IDS", (self._targets,))

    def divisible(self, tx: Transaction) -> bool:
        """Whether one value can be looked at without the others: no offer takes the place of another one."""
        flows = Counter((flow.type, flow.target) for flow in self._flows)
        if any(flows[flow.type, flow.target] > 1 for flow in self._flows if not flow.unites):
            return False
        return not self._granting or not grants.any_of(tx, self.where, self.session.symbols.singles)

    def _rank(self, flow: ReferenceOffer) -> tuple[int, str, str]:
        name = self.session.store.name
        return flow.precedence, name(flow.connector), name(flow.rule)

    def _covered(self, flow: ReferenceOffer, link: str) -> Query:
        left_out = self._left_out.get(flow.rule)
        return Query(f" AND {link}.object NOT IN IDS", (left_out,)) if left_out else Query("")

    def _out_of_scope(self, tx: Transaction, flow: ReferenceOffer) -> list[int]:
        """The objects that the rule of a flow does not cover."""
        symbols = self.session.symbols
        name = symbols.rules[flow.rule].name
        chosen = Query("SELECT DISTINCT l.object") + _joined(flow, "l", "r", "t") + " WHERE l.resource " + self.where
        chosen += self._to("t.resource")
        context = self.session.context()
        rows = tx.rows(f"SELECT id, connector, type, seen FROM object WHERE id IN ({chosen.text})", *chosen.parameters)
        groups = symbols.groups[flow.connector].of(tx, [row[0] for row in rows])
        left_out = []
        for object_, connector, type_, seen in rows:
            context.groups = groups.get(object_, NONE)
            linker = symbols.linkers.get((connector, type_))
            try:
                mask = linker.scope(decode(seen), context) if linker and seen else 0
            except Exception:  # noqa: BLE001 - told where the object is linked or resolved
                mask = 0
            places = [index for index, rule in enumerate(linker.rules) if rule.name == name] if linker else []
            if not any(mask & (1 << place) for place in places):
                left_out.append(object_)
        return left_out

    def _attribute(self, number: int) -> int:
        matched = self.session.symbols.group_of[number][0]
        return self.session.store.symbol(matched.membership.attribute)

    def _membership(self, number: int) -> Query:
        """The criteria members of groups: whoever has the group's key."""
        matched, _, group = self.session.symbols.group_of[number]
        _, _, member = self.session.symbols.member_of[number]
        origin = self.session.store.symbol(matched.membership.name)
        # CROSS JOIN keeps SQLite from walking over all the members for each batch of groups.
        return (
            Query(
                f"SELECT g.resource, {self._attribute(number)} AS attribute, m.resource AS target, {origin} AS origin"
                " FROM resource_key g CROSS JOIN resource_key m"
                f" WHERE g.attribute = {group} AND m.attribute = {member} AND m.value = g.value AND g.resource "
            )
            + self.where
            + self._to("m.resource")
        )


def _joined(flow: ReferenceOffer, link: str, reference: str, target: str) -> Query:
    made_by = ", ".join(map(str, flow.made_by))
    return Query(
        f" FROM link {link} JOIN reference {reference} ON {reference}.object = {link}.object"
        f" AND {reference}.attribute = {flow.attribute}"
        f" AND ({reference}.bits & {SEEN | OURS if flow.echoed else SEEN}) = {SEEN}"
        f" AND {link}.connector = {flow.connector} AND {link}.rule IN ({made_by})"
        f" JOIN link {target} ON {target}.object = {reference}.target"
    )
