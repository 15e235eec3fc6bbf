"""What was gathered becomes links, decisions and facts: a batch a transaction, in a run of its own."""

from collections.abc import Sequence

from mimas.migrate.state.choosing import Chooser
from mimas.migrate.state.gathering import SIZE
from mimas.migrate.state.given import Given
from mimas.migrate.state.grouping import Group, Grouper, Place, grouped
from mimas.migrate.state.linkage import How
from mimas.migrate.state.making import Maker, write_links
from mimas.migrate.state.tally import State
from mimas.runs.engine import Engine
from mimas.runs.symbols import Symbols
from mimas.runs.waking import referrers
from mimas.store import carried, decisions, facts, resources, runs, tables
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.sync.context import Context


class Carrier:
    """One go through everything that the files said."""

    def __init__(self, engine: Engine, state: State) -> None:
        self.store, self.state, self.clock = engine.store, state, engine.clock
        self.now = engine.clock()
        # Its own: what it remembers of a transaction that is undone is of no harm to others.
        self.symbols = Symbols(engine.store, engine.compiled)
        self.grouper = Grouper(self.symbols, Chooser(self.symbols, Context(self.now)), state)
        self.given = Given(self.symbols)
        self.decided: dict[int, int | None] = {}

    def run(self) -> None:
        """Write all of it."""
        with self.store.transaction() as tx:
            runs.close_interrupted(tx)
            run = runs.begin_run(tx, "migrate state", self.now)
            step = runs.begin_step(tx, run, "state", None, self.now)
            self.decided = decisions.load(tx)
        maker, last = Maker(self.symbols, step, self.now, self._decide), ""
        more = True
        while more:
            with self.store.transaction() as tx:
                guids = carried.guids(tx, last, SIZE)
                self._resources(tx, maker, guids)
            more, last = bool(guids), guids[-1] if guids else last
        self._disconnectors()
        with self.store.transaction(durable=True) as tx:
            runs.end_step(tx, step, "success", {}, self.state.sentence, self.clock())
            runs.end_run(tx, run, "success", self.clock())

    def _resources(self, tx: Transaction, maker: Maker, guids: Sequence[str]) -> None:
        said = carried.kept_resources(tx, guids)
        settled = [
            group
            for group, taken in self._sound(tx, guids)
            if self.grouper.settle(group, said.get(group.guid, ("", ""))[0], taken)
        ]
        known = [group for group in settled if group.resource is not None]
        write_links(tx, [(group.resource or 0, group) for group in known])
        for group in known:
            self._decide(tx, group)
        new = [group for group in settled if group.resource is None]
        given = {group.guid: list(self.given.of(group, said.get(group.guid, ("", ""))[1])) for group in new}
        failed = maker.make(tx, new, given)
        for group, why in failed:
            self._tell("failed", group, why)
            for object_ in group.by_hand:
                del self.decided[object_]
        for group, attribute in maker.taken:
            self._tell("names-taken", group, attribute)
        made = [group for group in new if group.resource is not None]
        self.state.count("resources", len(made))
        self.state.count("names", sum(len(given[group.guid]) for group in made) - len(maker.taken))
        self._remember(tx, [*known, *made])

    def _sound(self, tx: Transaction, guids: Sequence[str]) -> list[tuple[Group, set[Place]]]:
        """The groups that nothing here contradicts, each with what its resource has objects for already."""
        members = self.grouper.chooser.members(tx, carried.members(tx, guids))
        known = facts.known_by(tx, guids)
        here = {*known.values(), *(m.linked for m in members if m.linked is not None)}
        here |= {r for m in members if (r := self.decided.get(m.id)) is not None}
        stored = {row.id: row for row in resources.load(tx, sorted(here))}
        sound, torn = grouped(members, known, self.decided, facts.guids(tx, sorted(here)))
        for group in torn:
            self._tell("contradictory", group, "its objects belong to other resources here than in the files")
        taken: dict[int, set[Place]] = {}
        for resource, connector, rule, type_ in carried.links(tx, sorted(here)):
            taken.setdefault(resource, set()).add((connector, self.symbols.slot_keys.get(rule, type_ or 0)))
        found = []
        for group in sound:
            row = stored.get(group.resource or 0)
            group.type = row.type if row is not None else None
            if row is not None and row.state != LIVE:
                self._tell("contradictory", group, f"resource {row.id}, which it belongs to, is deleted here")
            else:
                found.append((group, taken.get(group.resource or 0, set())))
        return found

    def _remember(self, tx: Transaction, groups: Sequence[Group]) -> None:
        """The facts of these groups; and their objects are looked at by the next sync."""
        linked = [member for group in groups for member, _ in group.links]
        self.state.count("linked", len(linked))
        self.state.count("linked-before", sum(m.linked is not None for group in groups for m in group.members))
        tx.insert(
            tables.pending_import,
            "connector, object, synced",
            [(m.connector, m.id, m.seen) for m in linked],
            ignore=True,
        )
        tx.delete(tables.join_key, "object", [(m.id,) for m in linked])
        resources.mark_dirty(tx, referrers(tx, [m.id for m in linked]))
        named = facts.known_by(tx, [group.guid for group in groups])
        new = [(group.guid, group.resource) for group in groups if group.resource and group.guid not in named]
        facts.keep_guids(tx, new, self.now)
        self.state.count("guids", len(new))
        self.state.count("explicit", sum(len(group.by_hand) for group in groups))

    def _decide(self, tx: Transaction, group: Group) -> None:
        """Links made by hand are decisions, where an inbound rule could otherwise say something else."""
        linked = [member for member, _ in group.links] + [m for m in group.members if m.linked is not None]
        for member in linked:
            by_rule = self.symbols.rule_by_hand(member.connector, member.type, group.type or 0)
            if member.how is How.BY_HAND and member.id not in self.decided and by_rule is not None:
                said = f"{self.store.name(member.connector)} {member.name}"
                decisions.decide(tx, member.id, group.resource, said, self.now)
                self.decided[member.id] = group.resource
                group.by_hand.append(member.id)

    def _disconnectors(self) -> None:
        """Whom a person had disconnected stays so."""
        last, rows = 0, True
        while rows:
            with self.store.transaction() as tx:
                found = carried.free(tx, How.DISCONNECTED, last, SIZE)
                for object_, connector, name, linked in found:
                    if linked:
                        why = "disconnected by hand in the old product, and linked here"
                        self.state.name("contradictory", self.store.name(connector), name, why)
                    elif object_ not in self.decided:
                        decisions.decide(tx, object_, None, f"{self.store.name(connector)} {name}", self.now)
                        self.state.count("explicit-disconnectors")
            last, rows = found[-1][0] if found else last, bool(found)

    def _tell(self, what: str, group: Group, why: str) -> None:
        member = group.members[0]
        self.state.name(what, self.store.name(member.connector), member.name, why)
