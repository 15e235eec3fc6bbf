"""What an activity finds when its turn comes: what it is about, and what it can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mimas.language.coercion import as_boolean, as_condition, as_date, as_integer, iso
from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.requests.processing import Outcome, Requests
from mimas.requests.target import load
from mimas.requests.waiting import Waiting
from mimas.requests.wishes import Change, Mode, Wish
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar
from mimas.store.database import Transaction
from mimas.store.identifying import finder
from mimas.store.store import Store
from mimas.store.workflows import Progress
from mimas.workflows.durations import duration
from mimas.workflows.lookups import Id, Lookups
from mimas.workflows.outcome import ActivityError
from mimas.workflows.wording import shown
from mimas.workflows.wording import values as worded

Phase = str
AUTHENTICATION, AUTHORIZATION, ACTION = "Authentication", "Authorization", "Action"
"""The phases of a request (MIM: RequestPhase)."""
SERVICE, REQUESTOR = "service", "requestor"
"""As whom an activity asks: as Mimas itself, without any right being asked; or as whoever made the request."""


@dataclass(frozen=True, slots=True)
class About:
    """What a workflow is about."""

    instance: int
    definition: int
    workflow: str
    """What the workflow is called."""
    phase: Phase
    request: Waiting | None
    requestor: int | None
    target: int | None


@dataclass(slots=True)
class Situation:
    """One turn of one activity, within one transaction."""

    tx: Transaction
    requests: Requests
    about: About
    progress: Progress
    now: datetime
    lookups: Lookups
    rehearsed: bool = False
    """Whether all of it is undone afterwards: nothing outside of the database may be touched."""
    told: list[str] = field(default_factory=list)
    """What an activity says of itself, for people."""

    @property
    def store(self) -> Store:
        """The store."""
        return self.requests.store

    @property
    def data(self) -> dict[str, Any]:
        """What activities leave for later ones (MIM: WorkflowData)."""
        return self.progress.data

    @property
    def state(self) -> dict[str, Any] | None:
        """What the activity has remembered while it waited; none at its first turn."""
        return self.progress.state

    def values(self, text: str) -> list[Scalar]:
        """What a text comes to: see `mimas.workflows.wording`."""
        return worded(text, self.lookups, Context(self.now))

    def text(self, text: str) -> str:
        """The same as words."""
        return shown(self.values(text), self.lookups)

    def holds(self, condition: str) -> bool:
        """Whether a condition holds; none always does."""
        if not condition:
            return True
        found = self.values(condition)
        try:
            return as_condition(found[0] if len(found) == 1 else found or None)
        except FlowError as error:
            raise ActivityError(f"{condition} is no condition: {error}.") from None

    def instant(self, text: str) -> datetime | None:
        """The instant that a text comes to; none where there is none."""
        found = self.values(text)
        try:
            return as_date(str(found[0])) if found else None
        except FlowError as error:
            raise ActivityError(f"{text} is no point in time: {error}.") from None

    def duration(self, text: str) -> timedelta:
        """The time that a text comes to; none where there is none."""
        found = self.values(text)
        try:
            return duration(str(found[0])) if found else timedelta()
        except FlowError as error:
            raise ActivityError(f"{error}.") from None

    def along(self, owner: Sequence[str]) -> list[int]:
        """The resources that a path leads to."""
        return [int(value) for value in self.lookups("//" + "/".join(owner)) if isinstance(value, Id)]

    def type_of(self, id_: int) -> str:
        """The type of a resource. Raises `ActivityError` where there is none."""
        resource = self.lookups.subjects.other(id_)
        if resource is None:
            raise ActivityError(f"There is no resource {id_} any more.")
        return resource.type

    def change(self, id_: int, attribute: str, mode: Mode, values: Sequence[Scalar]) -> Change:
        """What is to become of an attribute of a resource, whose name may be written in any case."""
        return self.changed(self.type_of(id_), attribute, mode, values)

    def changed(self, type_: str, attribute: str, mode: Mode, values: Sequence[Scalar]) -> Change:
        """What is to become of an attribute of a type. Raises `ActivityError` for one that there is not."""
        attributes = self.store.catalogue.get(type_, {})
        found = next((one for name, one in attributes.items() if name.casefold() == attribute.casefold()), None)
        if found is None:
            raise ActivityError(f"{type_} has no attribute '{attribute}'.", final=True)
        try:
            made = [self._fitted(found, value) for value in values if value != ""]
        except FlowError as error:
            raise ActivityError(f"'{found.name}' of {type_} cannot be set: {error}.") from None
        if len(made) > 1 and not found.multivalued:
            raise ActivityError(f"'{found.name}' of {type_} holds one value, and there are {len(made)}.")
        return Change(found.name, mode, tuple(dict.fromkeys(made)))

    def _fitted(self, attribute: Attribute, value: Scalar) -> Scalar:
        match attribute.kind:
            case Kind.REFERENCE:
                return self.known(str(value), [value])[0]
            case Kind.INTEGER:
                return as_integer(value)
            case Kind.BOOLEAN:
                return as_boolean(value)
            case Kind.DATETIME:
                return iso(as_date(value))
        return shown([value], self.lookups)

    def changes_something(self, wish: Wish) -> bool:
        """Whether a wish about a resource would change it."""
        assert wish.target is not None
        target = load(self.tx, self.store, wish.target, wish.changes)
        return target is not None and bool(target.telling(wish.changes))

    def resources(self, text: str) -> list[int]:
        """The resources that a text comes to, separated by ``;``: look-ups, ids, ``Type/name``, GUIDs; or a filter.

        Raises `ActivityError` for words that name nobody.
        """
        if text.startswith("/"):
            return self.lookups.select(text)
        if text.startswith("="):
            return self.known(text, self.values(text))
        found: list[int] = []
        for part in filter(None, map(str.strip, text.split(";"))):
            found += self.known(part, self.values(part))
        return list(dict.fromkeys(found))

    def known(self, text: str, values: Sequence[Scalar]) -> list[int]:
        """The resources that values mean, found by a text. Raises `ActivityError` where there is none."""
        find = finder(self.tx)
        found = []
        for value in values:
            id_ = int(value) if isinstance(value, Id) else find(str(value))
            if id_ is None:
                raise ActivityError(f"{text} names {value}, and there is no such resource.")
            found.append(id_)
        return found

    def submit(self, wishes: Sequence[Wish], actor: str = SERVICE, *, authorize: bool = False) -> list[Outcome]:
        """Ask for something, as a request of its own. Raises `ActivityError` where it is not done.

        ``authorize``: whether it may have to wait for consent, as whoever asks would have to; then nobody waits for it
        here (MIMWAL: *Apply Authorization Policy*).
        """
        who = None if actor == SERVICE else self.actor(actor)
        cause = self.about.request.request if self.about.request is not None else None
        outcomes = self.requests.submit(who, *wishes, authorized=not authorize, cause=cause)
        for outcome in outcomes:
            if not outcome.status.done and not (authorize and outcome.status.waits):
                raise ActivityError(f"The request {outcome.request} was not done: {outcome.message}")
        self.lookups.forget()
        return outcomes

    def actor(self, text: str) -> int:
        """As whom something is asked. Raises `ActivityError` where nobody is meant."""
        found = [self.about.requestor] if text == REQUESTOR else self.resources(text)
        if len(found) != 1 or found[0] is None:
            raise ActivityError(f"It is to be asked as {text}, and that is {len(found)} resources instead of one.")
        return found[0]
