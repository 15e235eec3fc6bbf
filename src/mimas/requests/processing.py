"""What comes of a request: rights, the schema's check, the change itself, and what it sets going.

A request is done within one transaction: the resource is changed, the sets and groups are brought up to date, and only
then it is asked whether rules allow what has come of it, by the sets that the resource is in by now. If they do not,
all of it is undone, and only the request is written down, with what became of it. So what is decided upon is never a
guess at what the change would do. Source of the phases: MIM's SDK, *Request Processing*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from mimas.mail.answering import Answering
from mimas.requests import authoring, effects, journal, waiting
from mimas.requests.authoring import FILTER
from mimas.requests.carrying_out import Seal, carry_out
from mimas.requests.course import Course, EndedError, WaitsError
from mimas.requests.journal import Status
from mimas.requests.policy import Policies, Policy, PolicyRule
from mimas.requests.rights import Standing, candidates, creators, decide, matches, readable, related, standing
from mimas.requests.target import Target, load
from mimas.requests.validation import Fault, faults
from mimas.requests.wishes import Operation, Wish
from mimas.requests.writing import Writer
from mimas.runs.symbols import Symbols
from mimas.schema.system import RUNTIME
from mimas.schema.values import decode
from mimas.store import outbox, resources
from mimas.store.database import Transaction
from mimas.store.filtering.readable import sight
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.membership import settle
from mimas.store.referring import sets_of
from mimas.store.resources import alive
from mimas.store.store import Store

NO_ANSWERS = Answering()

Asked: TypeAlias = tuple[Wish, int | None]
"""A wish, and of one that has waited its request."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request."""

    request: int
    """Its id, as it is written down."""
    status: Status
    target: int | None = None
    """The resource that it was about; of one that was made, its id."""
    message: str = ""
    """Why it was not done, for whoever asked: nothing that they may not know."""
    faults: tuple[Fault, ...] = ()


class Requests:
    """Does what people wish, as far as policy lets them.

    ``owners``: type → the attributes that sync rules write, and which. ``seal``: seals a secret value under a name.
    ``answering``: how the letters of workflows can be answered.
    """

    def __init__(
        self,
        store: Store,
        symbols: Symbols,
        owners: Mapping[str, Mapping[str, str]],
        seal: Seal | None = None,
        answering: Answering = NO_ANSWERS,
    ) -> None:
        self.store = store
        self.symbols = symbols
        self.owners = owners
        self.seal = seal
        self.answering = answering
        self.policies = Policies(store)

    def submit(
        self, actor: int | None, *wishes: Wish, authorized: bool = False, cause: int | None = None
    ) -> list[Outcome]:
        """Do all of some wishes, or none; what became of each.

        ``actor``: the resource that asks; None is the owner of the machine, whom no rule is asked about.
        ``authorized``: whether consent has been given, so that nothing has to wait for it. ``cause``: the request whose
        workflow asks this.
        """
        return self._submit(actor, [(wish, None) for wish in wishes], authorized=authorized, cause=cause)

    def resume(self, request: int) -> list[Outcome]:
        """Do what has waited, and what was asked together with it, now that all workflows have let it through."""
        with self.store.transaction() as tx:
            family = [waiting.read(tx, self.store, id_) for id_ in waiting.family(tx, self.store, request)]
        asked = [(one.wish, one.request) for one in family if one is not None]
        actor = next((one.actor for one in family if one is not None), None)
        return self._submit(actor, asked, authorized=True, cause=None)

    def _submit(
        self, actor: int | None, asked: Sequence[Asked], *, authorized: bool, cause: int | None
    ) -> list[Outcome]:
        at = 0
        before = self.store.cause
        try:
            with self.store.caused_by(before), self.store.undoable() as tx:
                outcomes, waits = [], []
                for at, (wish, request) in enumerate(asked):  # noqa: B007 - it tells below which one has ended
                    outcome, rules = self._do(tx, actor, wish, request, authorized=authorized, cause=cause)
                    outcomes.append(outcome)
                    waits.append(rules)
                _raise_waits(waits)
                return outcomes
        except WaitsError as error:
            return self._wait(actor, [wish for wish, _ in asked], error, cause)
        except EndedError as ended:
            return [
                self._ended(actor, wish, request, ended if place == at else _beside(asked[at][0]), cause)
                for place, (wish, request) in enumerate(asked)
            ]

    def _do(
        self,
        tx: Transaction,
        actor: int | None,
        wish: Wish,
        request: int | None,
        *,
        authorized: bool,
        cause: int | None,
    ) -> tuple[Outcome, list[PolicyRule]]:
        """What became of it, and the rules that it has to wait for: then all of it is to be undone."""
        policy = self.policies.current(tx)
        course = self._begin(tx, policy, actor, wish)
        target = course.target
        wish = course.wish = replace(wish, changes=target.telling(wish.changes))
        owners = self.owners.get(wish.type, {})
        wrong = faults(target, wish.operation, wish.changes, owners, partial(self._there, tx, policy, course.standing))
        _raise(wrong)
        writer = Writer(tx, self.symbols)
        id_ = carry_out(writer, course, self.seal)
        if failure := effects.follow(writer, policy, wish, target, id_, self.owners):
            raise EndedError(Status.FAILED, failure)
        called = self._title(wish, target)
        person = self._person(tx, course, called)
        # Who has done it is told of all that comes of it, transitions among them.
        self.store.cause = replace(self.store.cause, person=person)
        settle(tx, self.store, writer.context.now)
        rules = self._decide(tx, policy, course, id_)
        _raise(self._filters(tx, policy, actor, wish))
        if course.waits and not authorized:
            _keeps_no_secret(wish, target)
            return Outcome(0, Status.AUTHORIZING, id_), course.waits
        following = [rule for rule in rules if rule.action]
        status = Status.POST_PROCESSING if following else Status.COMPLETED
        # The last thing to be written: on PostgreSQL others who make a resource wait from here to the commit.
        entry = journal.Entry(wish, actor, id_, called, tuple(rules), cause)
        if request is None:
            request = journal.enter(writer, entry, status)
        else:
            journal.commit(writer, request, status, entry)
        happened = [(outbox.FOLLOWS, rule.id, request) for rule in following]
        outbox.put(tx, happened, stamp(writer.context.now), person)
        because = f": {wish.justification}" if wish.justification else ""
        what = f"request {request}: {wish.operation} {wish.type} {called}{because}"
        self.store.cause = replace(self.store.cause, what=what)
        return Outcome(request, status, id_), []

    def _there(self, tx: Transaction, policy: Policy, stands: Standing | None, ids: Sequence[int]) -> set[int]:
        """Those of some resources that whoever asks may know of; themselves, always."""
        live = alive(tx, ids)
        if stands is None:
            return live
        sees = sight(tx, self.store, readable(policy, stands.actor, stands.sets))
        return {*sees(sorted(live)), *(live & {stands.actor})}

    def _filters(self, tx: Transaction, policy: Policy, actor: int | None, wish: Wish) -> list[Fault]:
        """What is wrong with the filters that a wish writes."""
        texts = [str(value) for change in wish.changes if change.attribute == FILTER for value in change.values]
        found = [authoring.fault(tx, self.store, policy, actor, text) for text in texts]
        return [Fault(FILTER, "CannotProcessFilter", message) for message in found if message]

    def _begin(self, tx: Transaction, policy: Policy, actor: int | None, wish: Wish) -> Course:
        """The resource, and who may change it as far as can be told beforehand."""
        attributes = dict(self.store.catalogue.get(wish.type, {}))
        target: Target | None = Target(None, wish.type, attributes)
        if wish.target is not None:
            target = load(tx, self.store, wish.target, wish.changes)
        if target is None or not attributes or target.type != wish.type:
            raise EndedError(Status.DENIED if actor is not None else Status.FAILED, _refusal(wish, actor))
        course = Course(wish, target, actor, None, wish.needs(attributes))
        if actor is not None:
            course.standing = standing(tx, self.store, policy, actor, wish.target)
            if wish.operation is Operation.CREATE:
                # How the resource will refer to the actor is known when it is there.
                course.among = [creators(policy, need, course.standing, wish.type) for need in course.needs]
            else:
                course.among = [candidates(policy, need, course.standing) for need in course.needs]
            # Requests and approvals come of what people do: nobody makes them by themselves.
            made_up = wish.operation is Operation.CREATE and wish.type in RUNTIME
            if made_up or not course.needs or not all(course.among):
                raise EndedError(Status.DENIED, _refusal(wish, actor))
        return course

    def _decide(self, tx: Transaction, policy: Policy, course: Course, id_: int) -> list[PolicyRule]:
        """The rules that grant what has been done, and those from which workflows follow."""
        stands, wish = course.standing, course.wish
        if stands is None:
            return []
        after = sets_of(tx, [id_])[id_]
        if wish.operation is Operation.CREATE:
            stands = replace(stands, relations=related(tx, self.store, policy, stands.actor, id_))
            course.among = [candidates(policy, need, stands) for need in course.needs]
        decision = decide(course.needs, course.among, after)
        if not decision.allowed:
            raise EndedError(Status.DENIED, _refusal(wish, course.actor))
        came_under = [
            rule
            for need in course.needs
            for rule in policy.starting(need.action)
            if matches(rule, need, stands) and (not need.action.looks_after or rule.after in after)
        ]
        course.waits = list(dict.fromkeys(rule for rule in came_under if rule.authentication or rule.authorization))
        return list(dict.fromkeys((*decision.granted.values(), *(rule for rule in came_under if rule.action))))

    def _title(self, wish: Wish, target: Target) -> str:
        values = target.values if target.row is not None else target.after(wish.changes)[0]
        return title(values) or wish.type

    def _person(self, tx: Transaction, course: Course, called: str) -> str:
        """Who the history says has done it."""
        actor = course.actor
        if actor is None:
            return self.store.cause.person
        if actor != course.wish.target:
            asks = next(iter(resources.load(tx, [actor])), None)
            called = title(decode(asks.doc)) if asks else ""
        return f"{called} ({actor})".lstrip()

    def _ended(
        self, actor: int | None, wish: Wish, request: int | None, ended: EndedError, cause: int | None
    ) -> Outcome:
        """Write down that a request came to nothing."""
        with self.store.transaction() as tx:
            writer = Writer(tx, self.symbols)
            if request is not None:
                journal.move(writer, request, ended.status, [ended.message])
            else:
                request = journal.enter(writer, self._entry(tx, actor, wish, (), cause), ended.status, [ended.message])
        return Outcome(request, ended.status, wish.target, ended.message, ended.faults)

    def _wait(self, actor: int | None, wishes: Sequence[Wish], waits: WaitsError, cause: int | None) -> list[Outcome]:
        """Write down requests that wait for one another, and the workflows that are to let them through."""
        with self.store.transaction() as tx:
            writer = Writer(tx, self.symbols)
            entries = [
                self._entry(tx, actor, wish, rules, cause) for wish, rules in zip(wishes, waits.rules, strict=True)
            ]
            status, ids = waiting.enter(writer, entries)
        return [Outcome(id_, status, wish.target, str(waits)) for id_, wish in zip(ids, wishes, strict=True)]

    def _entry(
        self, tx: Transaction, actor: int | None, wish: Wish, rules: Sequence[PolicyRule], cause: int | None
    ) -> journal.Entry:
        target = load(tx, self.store, wish.target, ()) if wish.target is not None else None
        called = self._title(wish, target or Target(None, wish.type, self.store.catalogue.get(wish.type, {})))
        there = wish.target if target is not None else None
        return journal.Entry(wish, actor, there, called, tuple(rules), cause)


def _keeps_no_secret(wish: Wish, target: Target) -> None:
    """What waits is kept as it was asked, and no secret may stand there."""
    secret = [change.attribute for change in wish.changes if target.attributes[change.attribute].secret]
    if secret:
        names = " and ".join(secret)
        message = (
            f"{names} is secret, and this has to wait for consent: ask for the rest, and give {names} when it is done."
        )
        raise EndedError(Status.FAILED, message)


def _raise_waits(rules: Sequence[Sequence[PolicyRule]]) -> None:
    if any(rules):
        raise WaitsError(rules)


def _raise(wrong: Sequence[Fault]) -> None:
    if wrong:
        raise EndedError(Status.FAILED, " ".join(f"{fault.message}." for fault in wrong), faults=wrong)


def _beside(wish: Wish) -> EndedError:
    """What becomes of the wishes beside one that has ended."""
    about = f"of {wish.type} {wish.target or ''}".rstrip()
    return EndedError(Status.CANCELED, f"It was to be done together with the {wish.operation} {about}, which was not.")


def _refusal(wish: Wish, actor: int | None) -> str:
    """Said of what is not there, and of what may not be done: who may not see it learns nothing of it."""
    if actor is None:
        return f"There is no {wish.type} with the id {wish.target}."
    which = f"{wish.type} {wish.target}" if wish.target is not None else f"a {wish.type}"
    if wish.operation is Operation.PUT:
        names = ", ".join(dict.fromkeys(change.attribute for change in wish.changes)) or "anything"
        return f"No policy rule lets you change {names} of {which} so."
    verb = "create" if wish.operation is Operation.CREATE else "delete"
    return f"No policy rule lets you {verb} {which}."
