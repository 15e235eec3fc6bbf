"""The test of the tests: each law catches an engine that breaks it, within the budget that the law has in CI."""

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis.stateful import run_state_machine_as_test

from mimas.language import proofs
from mimas.language.expressions import codegen
from mimas.language.filters import tree as filters
from mimas.language.keys import normal
from mimas.language.operations import OPERATIONS
from mimas.language.scope import Scope
from mimas.runs.explaining import named
from mimas.runs.explaining.restoring import Restorer
from mimas.runs.resolving import Resolver
from mimas.runs.session import Withheld
from mimas.runs.symbols import Symbols
from mimas.schema.values import as_list
from mimas.store.filtering import bounds, conditions, documents, edges, finding, narrowing
from mimas.store.filtering.readable import reading
from mimas.store.history import chain, past, recording
from mimas.store.store import Store
from mimas.sync import inbound, outbound
from mimas.sync.explain import Judged, contribution, explainer, flow, linking, target
from mimas.sync.rules import SyncRule
from tests.laws import test_filter_law, test_proofs
from tests.laws.machine import LAW, Life
from tests.laws.test_explaining import OBJECTS, contribute, rules, scope
from tests.laws.test_history import Remembering
from tests.laws.test_laws import Containers, Following, Order, Rest, Return
from tests.laws.test_named_inputs import Foreseen, Named
from tests.laws.test_planning import Planning
from tests.laws.test_retold import Retold

BUDGET = settings(LAW, phases=[Phase.generate], derandomize=True, database=None)

Patch = Callable[[pytest.MonkeyPatch], None]


def nothing(target: str, answer: Any = None) -> Patch:
    """A function that does nothing any more."""
    return lambda patch: patch.setattr(target, lambda *_, **__: answer)


def unordered_documents(patch: pytest.MonkeyPatch) -> None:
    """The same values do not give the same text, so everything seems to have changed."""
    chance = Random(1)

    def encode(values: dict[str, Any]) -> str:
        return msgspec.json.encode(dict(chance.sample(sorted(values.items()), len(values)))).decode()

    patch.setattr("mimas.runs.resolving.encode", encode)


def first_come_first_served(patch: pytest.MonkeyPatch) -> None:
    """Precedence goes by which object was there first."""

    def combine(parts: list[inbound.Contribution], *_: Any) -> Any:
        first, *others = sorted(parts, key=lambda part: part.object)
        values = {name: value for part in reversed(others) for name, value in part.values.items()}
        masks = tuple((part.contributor.number, part.mask) for part in parts)
        return {**values, **first.values}, masks

    patch.setattr("mimas.runs.resolving.combine", combine)


def no_keys_of_the_deleted(patch: pytest.MonkeyPatch) -> None:
    """Whoever is deleted is found no more when they come back."""
    keys = Symbols.keys

    def living(self: Symbols, *rest: Any, live: bool = True) -> Any:
        return keys(self, *rest, live=live) if live else set()

    patch.setattr(Symbols, "keys", living)


def deletions_unrecorded(patch: pytest.MonkeyPatch) -> None:
    """No trigger keeps what is deleted."""
    seal = chain.seal

    def forgetful(tx: Any, *rest: Any) -> None:
        for recorded in recording.RECORDED:
            tx.run(f"DROP TRIGGER IF EXISTS {recorded.past.name}_gone")
        seal(tx, *rest)

    patch.setattr(chain, "seal", forgetful)


def nothing_is_new(patch: pytest.MonkeyPatch) -> None:
    """What was made since is told of the past, too."""
    patch.setattr(past.Past, "_not_yet_made", lambda _, __, states: states)


def history_rewritten(patch: pytest.MonkeyPatch) -> None:
    """Somebody puts another value into what was kept."""
    seal = chain.seal

    def rewriting(tx: Any, *rest: Any) -> None:
        seal(tx, *rest)
        tx.run("UPDATE past_object SET seen = replace(seen, 'Ann', 'Eve') WHERE kept <> 0")

    patch.setattr(chain, "seal", rewriting)


def as_today(table: str) -> Patch:
    """What a table holds is told of the past, too."""
    put_back = Restorer._put_back

    def heedless(self: Restorer, name: str, column: str, values: Any) -> Any:
        if name == table:
            return past.Past(self.tx, name).rows(None, column, values)
        return put_back(self, name, column, values)

    return lambda patch: patch.setattr(Restorer, "_put_back", heedless)


def keys_of_today(patch: pytest.MonkeyPatch) -> None:
    """Resources are found by the keys that they have got since."""
    patch.setattr(Restorer, "_resources", lambda self, ids: self._put_back("resource", "id", ids))


def winner_alone(patch: pytest.MonkeyPatch) -> None:
    """Only what was applied is named, and not those that would have come first."""
    patch.setattr(named, "_counts", lambda proof, precedence: precedence in {o.giver.precedence for o in proof.applied})


def nothing_read(patch: pytest.MonkeyPatch) -> None:
    """Of flows only the scopes are named."""
    patch.setattr(named.Naming, "_offer", lambda self, source, offer, _: self._scope(source, offer.scope))


def not_undone(patch: pytest.MonkeyPatch) -> None:
    """A rehearsal is the thing itself."""
    patch.setattr(Store, "rehearsal", Store.transaction)


def plans_carried_out(patch: pytest.MonkeyPatch) -> None:
    """What was rehearsed stays."""
    patch.setattr(Store, "rehearsal", Store.transaction)


def withheld_resolved(patch: pytest.MonkeyPatch) -> None:
    """Resources that are to stay as they are get their new values all the same."""
    evaluate = Resolver._evaluate

    def heedless(self: Resolver, *rest: Any) -> Any:
        self.session.withheld = Withheld()
        return evaluate(self, *rest)

    patch.setattr(Resolver, "_evaluate", heedless)


BROKEN: dict[str, tuple[type[Life], Patch]] = {
    "law 1: documents without an order": (Rest, unordered_documents),
    "law 2: what is confirmed stays pending": (Rest, nothing("mimas.runs.confirming.Confirmer._write")),
    "law 3: who waits for a key is not woken": (Following, nothing("mimas.runs.linking.wake", False)),
    "law 3: references are not related": (Following, nothing("mimas.runs.syncing.relate_some")),
    "law 3: single values of references are not followed": (Following, nothing("mimas.store.moved.add")),
    "law 4: first come, first served": (Order, first_come_first_served),
    "law 5: the deleted are not found again": (Return, no_keys_of_the_deleted),
    "law 7: a plan is carried out": (Planning, plans_carried_out),
    "law 7: whatever has come of it since is done": (Planning, nothing("mimas.runs.planning.plan.Unit.covers", True)),
    "law 7: what is withheld is resolved": (Planning, withheld_resolved),
    "law 12: what is deleted is not kept": (Remembering, deletions_unrecorded),
    "law 12: whatever is there has always been": (Remembering, nothing_is_new),
    "law 12: an entry is changed afterwards": (Remembering, history_rewritten),
    "law 13: objects show what they show today": (Retold, as_today("object")),
    "law 13: they belong to whom they belong today": (Retold, as_today("link")),
    "law 13: they refer to whom they refer today": (Retold, as_today("reference")),
    "law 13: resources have the keys of today": (Retold, keys_of_today),
    "law 10: scopes are left out": (Named, nothing("mimas.runs.explaining.named.Naming._scope", ())),
    "law 10: links are left out": (Named, nothing("mimas.runs.explaining.named.Naming._link", ())),
    "law 10: nobody is absent": (Named, nothing("mimas.runs.explaining.named.Naming.absent", ())),
    "law 10: the winner alone": (Named, winner_alone),
    "law 10: what a flow read": (Named, nothing_read),
    "why: no reference is overruled": (Named, nothing("mimas.runs.explaining.references._better", "")),
    "preview: it is not undone": (Foreseen, not_undone),
    "preview: nothing follows": (Foreseen, nothing("mimas.runs.explaining.trial.Trial.settle")),
    "law 6: names stay as they were": (Containers, nothing("mimas.runs.staging.Stager._rename")),
}


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    """Within one object the last rule that gives a value wins."""
    write = inbound._write_offers
    patch.setattr(inbound, "_write_offers", lambda code, offers, load: write(code, offers[::-1], load))


def half_joined(patch: pytest.MonkeyPatch) -> None:
    """The generated code forgets what stands behind an ``&``."""
    patch.setattr(codegen, "OPERATIONS", {**OPERATIONS, "&": lambda left, *_: left})


BROKEN_RULES: dict[str, tuple[Callable[[list[SyncRule], dict[str, Any]], None], Patch]] = {
    "law 11: the last rule wins": (contribute, last_come_first_served),
    "law 11: half of a text": (contribute, half_joined),
    "law 11: numbers are compared as texts": (scope, nothing("mimas.language.scope._whole")),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_a_broken_compiler_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, patch = BROKEN_RULES[name]
    patch(monkeypatch)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        settings(BUDGET, max_examples=200)(given(rules(), OBJECTS)(law))()


def first_clause_only(patch: pytest.MonkeyPatch) -> None:
    """The evaluator that explains looks at the first clause of a scope and believes the rest."""
    prove = proofs.prove

    def hasty(scope_: Scope, *rest: Any) -> proofs.ScopeProof:
        return prove(tuple(group[:1] for group in scope_), *rest)

    for module in (contribution, target, linking):
        patch.setattr(module, "prove", hasty)


def given_again(patch: pytest.MonkeyPatch) -> None:
    """The evaluator that explains forgets what was given for once and all."""
    patch.setattr(flow.FlowExplainer, "once", flow.FlowExplainer.explain)


def never_new(patch: pytest.MonkeyPatch) -> None:
    """The generated code writes at every time what is to flow when an object is made."""
    write = outbound._write_flow
    patch.setattr(outbound, "_write_flow", lambda code, flow_, source: write(code, replace(flow_, once=False), source))
    rule = outbound._write_rule
    patch.setattr(
        outbound,
        "_write_rule",
        lambda code, rule_, flows, *rest: rule(
            code, rule_, [(replace(flow_, once=False), source) for flow_, source in flows], *rest
        ),
    )


def keys_as_they_are(patch: pytest.MonkeyPatch) -> None:
    """The generated side compares keys letter by letter."""
    patch.setattr("mimas.sync.linking.normals", lambda value, **_: list(map(str, as_list(value))))


def applied_to_the_wrong(patch: pytest.MonkeyPatch) -> None:
    """What was combined is told of contributions in another order."""
    patch.setattr(explainer, "Judged", lambda parts, masks, *rest: Judged(parts, masks[::-1], *rest))


BROKEN_PROOFS: dict[str, tuple[Callable[..., None], Patch]] = {
    "law 11: a scope is its first clause": (test_proofs.contribute, first_clause_only),
    "law 11: once is always": (test_proofs.contribute, given_again),
    "law 11: made is there": (test_proofs.provision, never_new),
    "law 11: clauses of targets": (test_proofs.provision, first_clause_only),
    "law 11: keys as they are": (test_proofs.link, keys_as_they_are),
    "law 11: the wrong one is praised": (test_proofs.judge, applied_to_the_wrong),
}


@pytest.mark.parametrize("name", BROKEN_PROOFS)
def test_a_broken_proof_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, patch = BROKEN_PROOFS[name]
    patch(monkeypatch)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        settings(BUDGET, max_examples=150)(
            given(test_proofs.rule_sets(), test_proofs.OBJECTS, test_proofs.OBJECTS, test_proofs.FACTS)(law)
        )()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_engine_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, patch = BROKEN[name]
    patch(monkeypatch)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_state_machine_as_test(law, settings=BUDGET)


def the_same_bound(patch: pytest.MonkeyPatch) -> None:
    """Under a ``not`` the same bound is asked for, not the other one."""
    taken = bounds._Row.taken

    def heedless(self: Any, condition: Any, room: int, *, upper: bool) -> Any:
        if isinstance(condition, filters.Not):
            return conditions.opposite(taken(self, condition.condition, room, upper=upper))
        return taken(self, condition, room, upper=upper)

    patch.setattr(bounds._Row, "taken", heedless)


def everything_plain(patch: pytest.MonkeyPatch) -> None:
    """Every text is taken for one that a database folds as Python does."""
    patch.setattr(documents.Documents, "plain", lambda _: conditions.TRUE)


def readable_where_visible(patch: pytest.MonkeyPatch) -> None:
    """Whoever sees a resource is believed to see all of it."""
    patch.setattr(bounds, "reading", lambda store, readable, _, row: reading(store, readable, "ObjectID", row))


def dead_members(patch: pytest.MonkeyPatch) -> None:
    """Whoever is deleted is referred to like anybody else."""
    patch.setattr(bounds, "LIVE", "0 OR 1 = 1")


def prefix_of_a_key(patch: pytest.MonkeyPatch) -> None:
    """A beginning is looked for as it is, though its last letter may be another one in a key."""
    patch.setattr(
        narrowing, "_beginning", lambda text: iter([narrowing._between(normal(text), normal(text) + narrowing._LAST)])
    )


def sorted_by_the_unreadable(patch: pytest.MonkeyPatch) -> None:
    """What may not be read decides who comes first."""
    walk = finding._Search._ordered

    def telling(self: Any, *rest: Any) -> Any:
        readable = self.bounds.readable
        if readable is not None:
            self.bounds = replace(self.bounds, readable=None)
        return walk(self, *rest)

    patch.setattr(finding._Search, "_ordered", telling)


BROKEN_FILTERS: dict[str, Patch] = {
    "law 9: the same bound under not": the_same_bound,
    "law 9: every text is plain": everything_plain,
    "law 9: what is visible is readable": readable_where_visible,
    "law 9: the deleted are referred to": dead_members,
    "law 9: keys begin as texts do": prefix_of_a_key,
    "law 9: sorted by what may not be read": sorted_by_the_unreadable,
    "law 9: members of sets are forgotten": lambda patch: patch.setattr(
        bounds, "edges_of", lambda *names: edges.edges_of(*names)[:1]
    ),
    "law 9: nothing is judged": lambda patch: patch.setattr(
        finding._Search, "judged", lambda _, rows: iter([(key, id_) for key, id_, _ in rows])
    ),
}


@pytest.mark.parametrize("name", BROKEN_FILTERS)
def test_a_broken_search_is_caught(
    name: str, monkeypatch: pytest.MonkeyPatch, sqlite_store: Path, tmp_path: Path
) -> None:
    BROKEN_FILTERS[name](monkeypatch)
    store = Store(f"sqlite:///{shutil.copy(sqlite_store, tmp_path / 'mimas.db')}")
    with closing(store), pytest.raises((AssertionError, BaseExceptionGroup)):
        settings(BUDGET, max_examples=3000)(given(*test_filter_law.GIVEN)(test_filter_law.law(store)))()
