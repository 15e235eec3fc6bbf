"""What the filters of sets and groups may ask for."""

from collections.abc import Iterator

from pydantic import Field

from mimas.language.errors import ExpressionError
from mimas.language.filters import tree
from mimas.language.filters.binding import IMPLICIT, understood
from mimas.language.filters.tree import Filter
from mimas.requests.authoring import FILTER
from mimas.store.filtering.finding import find
from mimas.store.identifying import finder
from mimas.workflows.activities.contract import Activity
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import ActivityError, Done, Outcome, Refused
from mimas.workflows.situation import AUTHORIZATION, Situation

_MEMBERS = ("ComputedMember", "ExplicitMember")
_SCOPE = "FilterScope"
_MOST = 1_000


class FilterValidation(Activity):
    """Hold the filter of a set or a group to a `FilterScope` (MIM: *Filter Validation*).

    The scope names the attributes that may be asked for (`AllowedAttributes`), and the sets whose members may be
    (`AllowedMembershipReferences`). Apart from it, nobody can ask for what they may not read.
    """

    phases = frozenset({AUTHORIZATION})

    scope: str = Field(description="The name of the FilterScope.")

    def run(self, at: Situation) -> Outcome:
        """Look at the filter as it is to be."""
        wish = at.about.request.wish if at.about.request is not None else None
        changed = wish is not None and any(change.attribute == FILTER for change in wish.changes)
        texts = [str(value) for value in at.lookups(f"//Effective/{FILTER}")] if changed else []
        scope = self._scope(at) if texts else 0
        for text in texts:
            try:
                wanted = understood(text, at.store.catalogue, finder(at.tx))
            except ExpressionError as error:
                return Refused(f"The filter cannot be understood: {error}")
            for wrong in (*self._attributes(at, scope, wanted), *self._memberships(at, scope, wanted)):
                return Refused(wrong)
        return Done()

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Its scope."""
        yield "scope", _SCOPE, self.scope

    def _scope(self, at: Situation) -> int:
        name = at.text(self.scope)
        find_ = finder(at.tx)
        id_ = find_(name) or find_(f"{_SCOPE}/{name}")
        if id_ is None or at.type_of(id_) != _SCOPE:
            raise ActivityError(f"There is no {_SCOPE} '{name}'.", final=True)
        return id_

    def _attributes(self, at: Situation, scope: int, wanted: Filter) -> Iterator[str]:
        allowed = {str(name) for name in at.lookups.along([scope], ["allowedattributes", "name"])}
        members = {one.attribute for one in tree.conditions(wanted) if isinstance(one, tree.Referred)} & {*_MEMBERS}
        for name in sorted(tree.attributes(wanted) - allowed - IMPLICIT.keys() - members):
            yield f"A filter here may not ask for '{name}'."

    def _memberships(self, at: Situation, scope: int, wanted: Filter) -> Iterator[str]:
        allowed = {
            int(one) for one in at.lookups.along([scope], ["allowedmembershipreferences"]) if isinstance(one, Id)
        }
        for condition in tree.conditions(wanted):
            if isinstance(condition, tree.Referred) and condition.attribute in _MEMBERS:
                found = find(at.tx, at.store, condition.by, now=at.now, limit=_MOST).ids
                if not found or not {*found} <= allowed:
                    yield "A filter here may not ask for the members of any other set or group than is allowed for it."
