"""Changes from connected systems that wait for somebody's consent, because a policy rule says so.

A rule with ``HoldsSynchronization`` names a set, attributes and actions. Where a sync would change such an attribute of
a resource in the set, or end the resource, it stays as it is, and its objects are held until somebody lets them through
(`mimas holds`). Consent is for what was shown: what becomes something else meanwhile is asked anew. MIM has nothing of
the kind: there what the synchronisation account does skips authorization.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from mimas.runs.cases import Case
from mimas.runs.session import Session
from mimas.schema.values import encode
from mimas.store import consents, holds
from mimas.store.database import Transaction
from mimas.store.referring import sets_of

CONSENT = "consent"
"""The kind of these holds."""


class Consenting:
    """What waits in one batch."""

    def __init__(self, tx: Transaction, session: Session) -> None:
        self.session = session
        self.rules = consents.rules(tx, session.store)
        self._open = holds.all_held(tx, CONSENT)
        self._held: dict[int, list[int]] = {}
        """Connector → the objects that are held."""
        self._free: dict[int, int] = {}
        """Object that waits no more → its connector."""
        self._done: list[int] = []
        """Resources that wait no more."""

    def waits(self, tx: Transaction, case: Case, values: Mapping[str, Any] | None) -> bool:
        """Whether a resource is to stay as it is; ``values``: what it would become, None: it would end."""
        before = case.values_before()
        now = values or {}
        changed = frozenset(
            name for name in {*before, *now} if values is not None and before.get(name) != now.get(name)
        )
        action = "Delete" if values is None else "Modify"
        asked = [rule for rule in self.rules if rule.covers(action, changed) and (changed or values is None)]
        if asked:
            sets = sets_of(tx, [case.resource])[case.resource]
            asked = [rule for rule in asked if rule.set in sets]
        if not asked or not case.parts:
            self.passes(case)
            return False
        digest = sha256(encode(now if values is not None else {"": "ended"}).encode()).hexdigest()
        if consents.is_given(tx, case.resource, digest):
            self.passes(case)
            self._done.append(case.resource)
            return False
        consents.ask(tx, case.resource, digest, self.session.now)
        for part in case.parts:
            self._held.setdefault(part.connector, []).append(part.object)
            self.session.retried.add((part.connector, part.object))
        return True

    @property
    def idle(self) -> bool:
        """Whether nothing waits, and nothing is to."""
        return not self.rules and not self._open

    def passes(self, case: Case) -> None:
        """Nothing of a resource waits, or no more."""
        waited = [part for part in case.parts if part.object in self._open]
        self._free.update((part.object, part.connector) for part in waited)
        self._done += [case.resource] if waited else []

    def write(self, tx: Transaction) -> None:
        """Hold what waits, and let go of what waits no more."""
        session = self.session
        for connector in sorted(set(self._free.values())):
            holds.answer(tx, connector, CONSENT, self._free.__contains__)
        for connector, objects in sorted(self._held.items()):
            holds.add(tx, CONSENT, connector, session.step, objects, _REASON, session.now)
            session.held += len(objects)
            session.counters.look(tx, "consent-awaited", objects)
        consents.done(tx, self._done)
        self._held, self._free, self._done = {}, {}, []


_REASON = "objects whose changes wait for consent, as policy rules say"
