"""Why a resource has no object in a system: the first condition that failed on the way there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from mimas.runs.engine import Engine
from mimas.runs.explaining.belonging import ObjectProof, lookup
from mimas.runs.explaining.preview import Preview, TargetPreview, preview, preview_object
from mimas.runs.explaining.standing import STATES, Pending
from mimas.runs.images import SENDING, SENT
from mimas.runs.session import Session
from mimas.schema.attributes import NAME
from mimas.schema.values import as_list, decode
from mimas.store import resources
from mimas.store.looking import title
from mimas.sync.explain import AttributeProof
from mimas.sync.outbound import Target


class Obstacle(StrEnum):
    """What stands in the way; in the order in which it is asked."""

    NONE = "none"
    """The object is there."""
    BELONGS_TO_NOBODY = "belongs-to-nobody"
    NO_RULE = "no-rule"
    DELETED = "deleted"
    RULE_FAILED = "rule-failed"
    ONLY_JOINS = "only-joins"
    OUT_OF_SCOPE = "out-of-scope"
    WAITS = "waits-for-another"
    INVALID_NAME = "invalid-name"
    MISSING_ANCHOR = "missing-anchor"
    NAME_TAKEN = "name-taken"
    DELETING = "deleting"
    NOT_SYNCED = "not-synced"
    STAGING = "staging"
    HELD = "held"
    WAITS_FOR_NAME = "waits-for-name"
    EXPORT_FAILED = "export-failed"
    OUTCOME_UNKNOWN = "outcome-unknown"
    NOT_CONFIRMED = "not-confirmed"
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True)
class Answer:
    """The first thing that stands in the way of one object, and what to do."""

    obstacle: Obstacle
    said: str
    advice: str = ""
    object_type: str = ""
    intent: str = ""
    target: TargetPreview | None = None
    origins: tuple[AttributeProof, ...] = ()
    """Of the attributes that the conditions saw: where their values come from."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """The answers for one resource, or for a connector object that belongs to nobody."""

    connector: str
    resource: int | None
    type: str
    title: str
    answers: tuple[Answer, ...]
    objects: tuple[ObjectProof, ...]


def why_not(engine: Engine, resource: int, connector: str) -> WhyNot:
    """The answer for a resource. Raises `UsageError` when there is no such connector."""
    engine.setup_of(connector)
    found = preview(engine, resource)
    if not found.live:
        # Whoever has left it is still shown, perhaps: by a key that it had.
        indexed = engine.setup.rules.types[found.type].indexed
        keys = {str(key) for name in indexed for key in as_list(found.after.get(name))}
        others = {object_ for key in keys for object_ in shown_as(engine, key)} - {one.object for one in found.objects}
        more = [one for object_ in sorted(others) for one in preview_object(engine, object_).objects]
        found = replace(found, objects=(*found.objects, *(one for one in more if one.object in others)))
    return _answered(engine, found, connector)


def why_not_object(engine: Engine, object_: int, connector: str) -> WhyNot:
    """The answer for a connector object, and for the resource that it would belong to."""
    return _answered(engine, preview_object(engine, object_), connector)


def shown_as(engine: Engine, key: str) -> list[int]:
    """The objects with that anchor or name, of whatever system."""
    found = []
    with engine.store.transaction() as tx:
        session = Session(engine.symbols, 0, engine.clock(), sweep=False)
        for connector in sorted(engine.setup.connectors):
            object_ = lookup(tx, session, connector, key)
            found += [object_] if object_ is not None else []
    return found


def _answered(engine: Engine, of: Preview, connector: str) -> WhyNot:
    answers: list[Answer] = []
    if of.resource is None:
        answers = [_nobodys(one) for one in of.objects]
    else:
        # A preview has its targets in the order in which they are compiled.
        pairs = zip(of.targets, engine.compiled.targets.get(of.type, ()), strict=True)
        answers = [_Way(engine, of, one, target).answer() for one, target in pairs if target.connector == connector]
        answers = answers or [_no_rule(of, connector)]
    return WhyNot(connector, of.resource, of.type, of.title, tuple(answers), of.objects)


def _nobodys(one: ObjectProof) -> Answer:
    said = f"{one.connector} {one.key} belongs to no resource: {one.belonging.value}"
    return Answer(Obstacle.BELONGS_TO_NOBODY, said)


def _no_rule(of: Preview, connector: str) -> Answer:
    said = f"no outbound rule writes a {of.type} to {connector}"
    return Answer(Obstacle.NO_RULE, said, f"Write a rule with `connector: {connector}`, `resource: {of.type}`.")


@dataclass(frozen=True, slots=True)
class _Way:
    """The way to one object, asked step by step."""

    engine: Engine
    of: Preview
    one: TargetPreview
    target: Target

    def answer(self) -> Answer:
        steps: tuple[Callable[[], Iterator[Answer]], ...] = (
            self._there,
            self._alive,
            self._scope,
            self._birth,
            self._sync,
            self._export,
        )
        for step in steps:
            for found in step():
                return found
        return self._say(Obstacle.NOT_SENT, "nothing stands in the way any more", self._run("export"))

    def _say(self, obstacle: Obstacle, said: str, advice: str = "", *origins: AttributeProof) -> Answer:
        proof = self.one.proof
        return Answer(obstacle, said, advice, proof.object_type, proof.intent, self.one, origins)

    def _run(self, verb: str) -> str:
        command = verb if verb == "sync" else f"{verb} {self.target.connector}"
        return f"`mimas {command}`, or the next run, does it."

    def _there(self) -> Iterator[Answer]:
        before, after = self.one.before, self.one.after
        if before is not None and before.present and after is not None and not after.ending:
            extra = "" if after.pending is None else f"; it is to be changed: {after.pending.state}"
            yield self._say(Obstacle.NONE, f"it is there: {self.target.connector} shows {before.key}{extra}")

    def _alive(self) -> Iterator[Answer]:
        of, proof = self.of, self.one.proof
        if not of.live:
            when = "it is deleted" if not of.was_live else "it is going to be deleted by the next sync"
            yield self._say(
                Obstacle.DELETED,
                f"{when}: no object that keeps it alive is linked to it any more",
                "What has become of its objects stands below; whoever comes back brings it back.",
            )
        if proof.error:
            rule = next(rule.rule for rule in proof.rules if rule.error)
            said = f"rule “{rule}” fails: {proof.error}"
            yield self._say(Obstacle.RULE_FAILED, said, "Change the rule, or the value at its source.")

    def _scope(self) -> Iterator[Answer]:
        proof = self.one.proof
        if not proof.provisioning:
            rules = ", ".join(f"“{rule.rule}”" for rule in proof.rules)
            said = f"no rule makes objects of type {proof.object_type}: {rules} only join"
            yield self._say(Obstacle.ONLY_JOINS, said, "Let one of them have `link: provision`.")
        failed = self.of.proof.error if self.of.proof is not None else ""
        if not proof.wanted and failed:
            said = f"an inbound rule fails, so that the values stay as they were: {failed}"
            yield self._say(Obstacle.RULE_FAILED, said, "Change the rule, or the value at its source.")
        if not proof.wanted:
            rules_ = [rule for rule in proof.rules if rule.rule in proof.provisioning]
            names = dict.fromkeys(name for rule in rules_ for clause in rule.scope.failed for name in clause.reads)
            assert self.of.proof is not None
            origins = [found for name in names if (found := self.of.proof.attribute(name)) is not None]
            which = ", ".join(f"“{rule.rule}”" for rule in rules_)
            said = f"it is out of the scope of {which}" + (", which make such objects" if len(rules_) > 1 else "")
            yield self._say(Obstacle.OUT_OF_SCOPE, said, "", *origins)

    def _birth(self) -> Iterator[Answer]:
        """It is wanted, and still the sync makes none."""
        if self.one.after is not None:
            return
        waits = next((rule.after for rule in self.target.rules if rule.after), "")
        if waits:
            rule = next(rule for rule in self.engine.setup.rules.rules if rule.name == waits)
            yield self._say(
                Obstacle.WAITS,
                f"it waits for the object of rule “{waits}” in {rule.connector}, which that system does not show yet",
                f"Ask for that one: `mimas why-not {self.of.type} {self.of.resource} --in {rule.connector}`.",
            )
        codes = {
            "invalid-dn": Obstacle.INVALID_NAME,
            "missing-anchor-component": Obstacle.MISSING_ANCHOR,
            "cd-existing-object": Obstacle.NAME_TAKEN,
        }
        mine = {str(self.one.proof.values.get(NAME)), self.target.object_type.key(self.one.proof.values)}
        for note in self.of.notes:
            if note["code"] == "cd-existing-object" and note["name"] in mine:
                yield self._say(Obstacle.NAME_TAKEN, f"{note['message']}{self._owner(note['name'])}", note["advice"])
            elif note["code"] in codes and self.target.connector in note["message"]:
                yield self._say(codes[note["code"]], note["message"], note["advice"])

    def _owner(self, key: str) -> str:
        """Whose object has the name or anchor."""
        engine = self.engine
        with engine.store.transaction() as tx:
            session = Session(engine.symbols, 0, engine.clock(), sweep=False)
            found = lookup(tx, session, self.target.connector, key, shown=False)
            row = tx.row("SELECT resource FROM link WHERE object = ?", found) if found is not None else None
            if row is None:
                return ""
            (owner,) = resources.load(tx, [row[0]])
        return f"; it is that of {engine.store.name(owner.type)} {owner.id}, {title(decode(owner.doc))}"

    def _sync(self) -> Iterator[Answer]:
        before, after = self.one.before, self.one.after
        if after is not None and after.ending:
            said = f"it is going to be deleted: {after.pending.state if after.pending else after.presence}"
            yield self._say(Obstacle.DELETING, said)
        if before is None and after is not None and not after.present:
            yield self._say(
                Obstacle.NOT_SYNCED, "the next sync makes it, and an export then sends it", self._run("sync")
            )
        if before is None and after is not None:
            said = f"{self.target.connector} shows {after.key}, and the next sync links it"
            yield self._say(Obstacle.NOT_SYNCED, said, self._run("sync"))

    def _export(self) -> Iterator[Answer]:
        standing, later = self.one.before or self.one.after, self.one.after
        pending = standing.pending if standing is not None else None
        if pending is None:
            return
        connector = self.target.connector
        if pending.hold:
            number = pending.hold.split(":")[0].removeprefix("hold ")
            release = f"`mimas holds release {number}` lets it through."
            yield self._say(Obstacle.HELD, f"it is held by {pending.hold}", release)
        if pending.behind:
            said = f"it waits until {pending.behind} is deleted, which has its name or anchor"
            yield self._say(Obstacle.WAITS_FOR_NAME, said)
        yield from self._sent(pending)
        if self.of.staging:
            said = "this installation is in staging mode: nothing is sent"
            yield self._say(Obstacle.STAGING, said, "`mimas staging off` takes over.")
        if later is not None and later.pending is not None and later.pending.hold:
            yield self._say(Obstacle.HELD, f"it will be held by {later.pending.hold}", "Then `mimas holds` lists it.")
        yield self._say(Obstacle.NOT_SENT, f"it is still to be sent to {connector}", self._run("export"))

    def _sent(self, pending: Pending) -> Iterator[Answer]:
        connector = self.target.connector
        if pending.error:
            due = f" Otherwise it is tried again from {pending.due} on." if pending.due else ""
            advice = f"Put the cause right; `mimas export {connector} --retry` tries it at once.{due}"
            yield self._say(Obstacle.EXPORT_FAILED, f"the export failed: {pending.error}", advice)
        if pending.state == STATES[SENDING]:
            said = "an export broke off while it was sent, so whether it was made is not known"
            advice = f"The next `mimas export {connector}` looks before it sends anything again."
            yield self._say(Obstacle.OUTCOME_UNKNOWN, said, advice)
        if pending.state == STATES[SENT]:
            said = f"it was sent, and {connector} has not shown it since"
            yield self._say(Obstacle.NOT_CONFIRMED, said, self._run("import"))
