"""Whether a resource lives on: the deletion rule of its type (MIM: object deletion rule)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mimas.runs.cases import Case, Part
from mimas.runs.session import Session
from mimas.store import facts
from mimas.store.database import Transaction
from mimas.sync.generated import About, Failure
from mimas.sync.rules import Deletion, DeletionRule


class DeletionRules:
    """Asked for every resource that has been resolved."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._symbols = session.symbols
        self._left: set[int] = set()
        self._made: set[int] = set()
        self.dependent = {
            number for number, deletion in self._symbols.deletions.items() if deletion.rule is DeletionRule.ANY
        }
        """Types whose resources end when a connector leaves them: `load` says which of them it has left."""

    def needs(self, tx: Transaction) -> bool:
        """Whether `load` has something to ask."""
        return bool(self.dependent) or facts.any_made(tx)

    def load(self, tx: Transaction, cases: Sequence[Case]) -> None:
        """Before a batch with resources of such a type, or with such as were not made by rules."""
        self._left = facts.left(tx, [case.resource for case in cases if case.type in self.dependent and case.before])
        self._made = facts.made(tx, [case.resource for case in cases if case.before])

    def is_made(self, resource: int) -> bool:
        """Whether a request or a document has made it: it lives on without any link."""
        return resource in self._made

    def keep(self, case: Case, strays: Sequence[Part], values: Mapping[str, Any]) -> bool:
        """Whether it lives on; ``strays`` are the parts whose links are about to be cut. Raises `KeepError`."""
        if self.is_made(case.resource):
            return True
        deletion = self._symbols.deletions.get(case.type)
        if deletion is not None and deletion.rule is not DeletionRule.LAST:
            return self._keep_by(deletion, case, strays, values)
        keeping = self._symbols.keeps_alive
        for part in case.parts:  # noqa: SIM110 - a loop costs half of `any`, and this is asked of every resource
            if part.rule in keeping and part not in strays:
                return True
        return False

    def _keep_by(self, deletion: Deletion, case: Case, strays: Sequence[Part], values: Mapping[str, Any]) -> bool:
        if deletion.rule is DeletionRule.NEVER:
            return True
        if deletion.rule is DeletionRule.ANY:
            return case.resource not in self._left
        name, names = self._symbols.types[case.type].name, self._session.store.name
        connectors = frozenset(names(part.connector) for part in case.parts if part not in strays)
        try:
            return not self._symbols.compiled.deletions[name](MappingProxyType(values), connectors)
        except Exception as error:
            about = About(f"deletion of {name}", "", self._symbols.types[case.type].place)
            raise KeepError(Failure(about, str(error) or repr(error))) from error


class KeepError(Exception):
    """The function that decides over a deletion has failed for one resource."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure
