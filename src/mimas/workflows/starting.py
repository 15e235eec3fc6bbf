"""What has happened, and which workflows begin because of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mimas.requests import journal, policy, waiting
from mimas.requests.journal import Status
from mimas.requests.policy import REQUEST, RULE
from mimas.requests.waiting import read
from mimas.requests.writing import Writer
from mimas.schema.values import decode
from mimas.store import outbox, resources, workflows
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.membership import members
from mimas.store.membership.transitions import ENTERED
from mimas.store.outbox import Entry
from mimas.store.referring import everything
from mimas.store.store import Store
from mimas.workflows import instances

EVENT = "SystemEvent"
"""The operation of a request that stands for a change of sets (MIM)."""
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class TransitionRule:
    """A policy rule about resources that enter a set, or leave it (MIM: Set Transition)."""

    id: int
    entering: bool
    set: int
    workflows: tuple[int, ...]


def start(writer: Writer, entry: Entry) -> list[int]:
    """Begin with the workflows that follow from what has happened; the ids of the instances."""
    tx, store = writer.tx, writer.store
    if entry.kind == outbox.AUTHORIZES:
        return _of_request(writer, entry.resource, [entry.holder])
    if entry.kind == outbox.FOLLOWS:
        references = everything(tx, store, [entry.holder]).get(entry.holder, {})
        return _of_request(writer, entry.resource, references.get("ActionWorkflowDefinition", ()))
    if entry.kind == outbox.APPLIES:
        rules = [rule for rule in transition_rules(tx, store) if rule.id == entry.holder]
        return [id_ for rule in rules for id_ in _of_event(writer, rule, entry.resource, updated=True)]
    wanted = entry.kind == ENTERED
    rules = [rule for rule in transition_rules(tx, store) if rule.set == entry.holder and rule.entering is wanted]
    return [id_ for rule in rules for id_ in _of_event(writer, rule, entry.resource)]


def _of_request(writer: Writer, request: int, workflows_: Iterable[int]) -> list[int]:
    found = read(writer.tx, writer.store, request)
    if found is None:
        return []
    target = found.wish.target
    return [
        id_
        for definition in instances.definitions(writer.tx, writer.store, workflows_)
        for id_ in instances.begin(writer, definition, request, found.actor, [target])
    ]


def _of_event(writer: Writer, rule: TransitionRule, resource: int, *, updated: bool = False) -> list[int]:
    """Begin with the workflows of a rule for whoever has entered or left its set; a request stands for it."""
    found = instances.definitions(writer.tx, writer.store, rule.workflows)
    if updated:
        found = [definition for definition in found if definition.on_policy_update]
    rows = resources.load(writer.tx, [resource])
    if not found or not rows:
        return []
    values, now = decode(rows[0].doc), stamp(writer.context.now)
    verb = "Enter" if rule.entering else "Leave"
    event = {
        "DisplayName": f"{verb} a set: '{title(values)}'",
        "Operation": EVENT,
        "RequestStatus": str(Status.POST_PROCESSING),
        "TargetObjectType": writer.store.name(rows[0].type),
        "CreatedTime": now,
        "CommittedTime": now,
    }
    request = writer.create("Request", event, [("Target", resource), ("ManagementPolicy", rule.id)], fact=False)
    return [id_ for one in found for id_ in instances.begin(writer, one, request, None, [resource])]


def transition_rules(tx: Transaction, store: Store) -> list[TransitionRule]:
    """The rules about sets that are in force."""
    found = [(row.id, decode(row.doc)) for row in resources.living(tx, [store.symbol(RULE)])]
    asked = [
        id_
        for id_, values in found
        if values.get("ManagementPolicyRuleType", REQUEST) != REQUEST and values.get("Disabled") is not True
    ]
    references = everything(tx, store, asked)
    return [rule for id_ in asked for rule in _transitions(id_, references.get(id_, {}))]


def _transitions(id_: int, references: dict[str, list[int]]) -> Iterator[TransitionRule]:
    started = tuple(references.get("ActionWorkflowDefinition", ()))
    for attribute, entering in (("ResourceFinalSet", True), ("ResourceCurrentSet", False)):
        for set_ in references.get(attribute, ()):
            yield TransitionRule(id_, entering, set_, started)


def look(store: Store) -> None:
    """See what has become of the policy since somebody looked last."""
    with store.reading() as tx:
        if not workflows.policy_changed(tx, policy.KEY):
            return
    with store.transaction() as tx:
        _apply(tx, store, stamp(store.clock()))
        workflows.see_policy(tx, policy.KEY)


def _apply(tx: Transaction, store: Store, at: str) -> None:
    """Put into the queue whoever has long been in a set that a rule speaks of by now.

    Source: MIM, *Run On Policy Update*: a workflow with that flag is run for everybody in the set when a rule comes
    into force, gets the workflow, or gets another set.
    """
    rules = [rule for rule in transition_rules(tx, store) if rule.entering]
    ids = {id_ for rule in rules for id_ in rule.workflows}
    updating = {one.id for one in instances.definitions(tx, store, ids) if one.on_policy_update}
    now = {(rule.id, rule.set, id_) for rule in rules for id_ in rule.workflows if id_ in updating}
    before = workflows.applied(tx)
    workflows.apply(tx, sorted(now - before), sorted(before - now))
    happened = [
        (outbox.APPLIES, rule, resource)
        for rule, set_ in sorted({(rule, set_) for rule, set_, _ in now - before})
        for resource in _members(tx, set_)
    ]
    outbox.put(tx, happened, at, store.cause.person)


def _members(tx: Transaction, set_: int) -> Iterator[int]:
    last, some = 0, members(tx, set_, 0, _CHUNK)
    while some:
        yield from some
        last = some[-1]
        some = members(tx, set_, last, _CHUNK)


def ended(writer: Writer, request: int, failed: Sequence[str]) -> None:
    """All that a request has set going has come to its end, or something of it has failed."""
    status = Status.POST_PROCESSING_ERROR if failed else Status.COMPLETED
    journal.move(writer, request, status, failed)


def none_began(writer: Writer, entry: Entry) -> None:
    """The workflow that a request was to have is not there any more: nothing follows, and nothing is let through."""
    if entry.kind == outbox.FOLLOWS:
        if not any(not one.ended for one in workflows.of_request(writer.tx, entry.resource)):
            ended(writer, entry.resource, ())
    elif entry.kind == outbox.AUTHORIZES:
        waiting.end(writer, entry.resource, Status.DENIED, "The workflow that was to decide is not there any more.")
