"""Equal precedence: the contribution that changed last wins (MIM), by facts that say when each was first seen."""

from collections.abc import Sequence
from typing import Any

from mimas.language.results import Outcome
from mimas.runs.cases import Case
from mimas.runs.session import Session
from mimas.store import facts
from mimas.store.database import Row, Transaction
from mimas.store.facts import OFFERED
from mimas.sync.inbound import Contribution

_UNKNOWN = (-1, None)


class Ages:
    """The ages of what is offered to a batch of resources, for the attributes that several write with equal right.

    An age is the number of the sync step that saw the value first; of two values first seen by one step the earlier
    by connector wins. What is offered alone has no record.
    """

    def __init__(self, tx: Transaction, session: Session, batch: Sequence[Case]) -> None:
        self.session = session
        concerned = [case for case in batch if len(case.parts) > 1 and case.type in session.symbols.tied]
        self._known = facts.offered(tx, [case.resource for case in concerned]) if concerned else {}
        self._new: dict[tuple[str, str], Row] = {}

    def latest(self, case: Case, attribute: str, offers: Sequence[tuple[Contribution, Any]]) -> int:
        """The place of the offer that changed last; the first, where the objects are of one kind."""
        if attribute not in self.session.symbols.tied.get(case.type, ()):
            return 0
        before = None if self.session.is_fresh(case.resource) else case.values_before().get(attribute)
        ages = [self._age(case, attribute, contribution.object, value, before) for contribution, value in offers]
        return max(range(len(offers)), key=lambda place: (ages[place], -place))

    def _age(self, case: Case, attribute: str, object_: int, value: Any, before: Any) -> int:
        place = (OFFERED + attribute, str(object_))
        value = None if isinstance(value, Outcome) else value
        age, known = self._known.get(place, _UNKNOWN)
        if age >= 0 and known == value:
            return age
        # One that has had the attribute alone until now has been there before.
        step = self.session.step
        age = step - 1 if value == before else step
        self._known[place] = (age, value)
        self._new[place] = facts.offer(place, case.resource, age, value, self.session.now)
        return age

    def write(self, tx: Transaction) -> None:
        """Remember what was seen for the first time."""
        facts.remember_offers(tx, list(self._new.values()))
