"""The instant at which rules are evaluated, and when their result will change by itself."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class Context:
    """What is not pure, handed to the generated code as ``x``.

    ``now`` is the run's instant, in UTC. ``due`` is the earliest instant after it at which a result computed since
    ``due`` was last set to None may be another one; None: it does not depend on the time.
    """

    now: datetime
    due: datetime | None = None
    groups: frozenset[tuple[str, str]] = frozenset()
    """Of the groups that scopes ask for, those the object at hand is in: (reference attribute, name as asked)."""

    def flip(self, instant: datetime) -> None:
        """A result may change at this instant; what is not after ``now`` changes nothing any more."""
        if instant > self.now and (self.due is None or instant < self.due):
            self.due = instant

    def clock(self) -> datetime:
        """``now`` where its use says nothing of the next change: it is then taken to be the next midnight in UTC."""
        day = self.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        self.flip(day + timedelta(days=1))
        return self.now
