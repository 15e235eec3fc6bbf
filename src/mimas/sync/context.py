"""What a generated function is given besides values: the instant, and the facts of the resource known so far."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mimas.language.context import Context as LanguageContext
from mimas.language.results import Outcome
from mimas.schema.values import Value
from mimas.sync.generated import Failure

UNIQUE, ONCE = "unique:", "once:"
"""The kinds of facts that flows ask for: ``unique:attribute`` and ``once:rule/attribute``."""


class Context(LanguageContext):
    """One evaluation's surroundings.

    ``needs`` collects unique values that must be reserved first, ``done`` what has been given for once and is to be
    remembered; ``failures`` what went wrong in conditions that were then taken not to hold.
    """

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.facts: Mapping[str, Any] = {}
        self.needs: dict[str, list[str]] = {}
        self.done: dict[str, Any] = {}
        self.new = False
        self.shown: Mapping[str, Value] | None = None
        """What the system shows of the object, where its contribution leaves something out; scopes read this."""
        self.failures: list[Failure] = []

    def begin(self, facts: Mapping[str, Any] | None = None, *, new: bool = False) -> None:
        """Start with another object or resource."""
        self.due = None
        self.new = new
        self.facts = facts or {}
        self.needs = {}
        self.done = {}

    def unique(self, attribute: str, candidates: Callable[[], Sequence[Any]]) -> str | None:
        """The value given out to this resource, if there is one; otherwise the candidates become a need."""
        known: str | None = self.facts.get(UNIQUE + attribute)
        if known is None:
            texts = [str(candidate) for candidate in candidates() if candidate not in (None, "")]
            if texts:
                self.needs[attribute] = texts
        return known

    def once(self, flow: str, value: Callable[[], Any]) -> Any:
        """What the flow, as ``rule/attribute``, has given to this resource the first time that it gave anything."""
        kind = ONCE + flow
        for known in (self.facts, self.done):
            if kind in known:
                return known[kind]
        given = value()
        if given is not None and not isinstance(given, Outcome):
            self.done[kind] = given
        return given
