"""What a generated function is given besides values: the instant, and the unique values known so far."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from mimas.language.context import Context as LanguageContext
from mimas.schema.values import Value
from mimas.sync.generated import Failure


class Context(LanguageContext):
    """One evaluation's surroundings. ``needs`` collects unique values that must be reserved first.

    ``failures`` collects what went wrong in conditions that were then taken not to hold.
    """

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.unique_values: dict[str, str] = {}
        self.needs: dict[str, list[str]] = {}
        self.new = False
        self.shown: Mapping[str, Value] | None = None
        """What the system shows of the object, where its contribution leaves something out; scopes read this."""
        self.failures: list[Failure] = []

    def begin(self, unique_values: dict[str, str] | None = None, *, new: bool = False) -> None:
        """Start with another object or resource."""
        self.due = None
        self.new = new
        self.unique_values = unique_values or {}
        self.needs = {}

    def unique(self, attribute: str, candidates: Callable[[], Sequence[Any]]) -> str | None:
        """The value given out to this resource, if there is one; otherwise the candidates become a need."""
        known = self.unique_values.get(attribute)
        if known is None:
            texts = [str(candidate) for candidate in candidates() if candidate not in (None, "")]
            if texts:
                self.needs[attribute] = texts
        return known
