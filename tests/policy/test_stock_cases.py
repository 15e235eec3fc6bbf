"""MIM's stock policy, carried over and applied: each case of the table is asked of it, in a world of its own.

Reading is asked as people do it, by looking; everything else is requested, and undone. A request that is granted may
still wait for a workflow, or fail for the schema; neither is a matter of rights.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mimas.configuration.apply import apply, in_force
from mimas.configuration.build import setup
from mimas.configuration.reading import read_folder
from mimas.migrate.mim import carry
from mimas.requests.journal import Status
from mimas.requests.owners import owners
from mimas.requests.policy import Action
from mimas.requests.processing import Outcome, Requests
from mimas.requests.rights import Need, readable, standing
from mimas.requests.rights import candidates as candidates_
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.requests.writing import Writer
from mimas.runs.engine import Engine
from mimas.schema.attributes import Kind
from mimas.store import naming, resources
from mimas.store.database import Transaction
from mimas.store.filtering.readable import sight
from mimas.store.membership import settle
from mimas.store.referring import refer, sets_of
from mimas.store.store import Store
from tests.policy.stock_table import Case, Table, load

EXPORT = Path(__file__).parents[1] / "data/mim/ServiceConfig"
TABLE = load()


class Stock:
    """An installation with the stock policy and the world of the table."""

    def __init__(self, home: Path, table: Table) -> None:
        (home / "export").mkdir(parents=True)
        shutil.copytree(EXPORT, home / "export/ServiceConfig")
        carry(home / "export").write(home / "home")
        documents, problems = read_folder(home / "home")
        assert not problems
        self.store = Store(f"sqlite:///{home / 'mimas.db'}")
        self.store.prepare()
        self.store.catalogue = setup(home, documents).catalogue
        apply(self.store, documents)
        self.engine = Engine(self.store, setup(home, in_force(self.store)))
        self.requests = Requests(self.store, self.engine.symbols, owners(self.engine.setup.rules))
        self.ids: dict[str, int] = {}
        self.scenario = ""
        with self.store.transaction() as tx:
            self._bring(tx, table)

    def _bring(self, tx: Transaction, table: Table) -> None:
        """The world, and who is listed; written as the server would have, whoever may."""
        writer = Writer(tx, self.engine.symbols)
        for name, given in table.world.items():
            values = {
                key: value for key, value in given.items() if key != "ObjectType" and not self._refers(given, key)
            }
            self.ids[name] = writer.create(given["ObjectType"], values, [], fact=True)
        for name, given in table.world.items():
            pairs = [
                (key, self.id(tx, one))
                for key, value in given.items()
                if self._refers(given, key)
                for one in (value if isinstance(value, list) else [value])
            ]
            refer(tx, self.store, self.ids[name], pairs, [])
        for set_, people in table.listed.items():
            refer(tx, self.store, self.id(tx, f"Set/{set_}"), [("ExplicitMember", self.ids[one]) for one in people], [])
        settle(tx, self.store, self.engine.clock())

    def _refers(self, given: Mapping[str, Any], key: str) -> bool:
        return self._kind(given["ObjectType"], key) is Kind.REFERENCE

    def _kind(self, type_: str, key: str) -> Kind | None:
        attribute = self.store.catalogue[type_].get(key)
        return attribute.kind if attribute is not None else None

    def id(self, tx: Transaction, name: str) -> int:
        """A resource by its name in the world, or by ``Type/Name``."""
        if name in self.ids:
            return self.ids[name]
        type_, _, title = name.partition("/")
        if type_ == "BindingDescription":
            found = self._binding(tx, *title.split("."))
        elif type_ in ("AttributeTypeDescription", "ObjectTypeDescription"):
            found = naming.by_key(tx, [f"{type_}.Name"], [title.lower()])[title.lower()]
        elif type_ == "ConstantSpecifier":
            found = naming.by_key(tx, [f"{type_}.DisplayName"], [title.lower()])[title.lower()]
        else:
            found = list(naming.resources(tx, {(type_, title)}).values())
        self.ids[name] = found[0]
        return found[0]

    def _binding(self, tx: Transaction, type_: str, attribute: str) -> list[int]:
        ends = [self.id(tx, f"ObjectTypeDescription/{type_}"), self.id(tx, f"AttributeTypeDescription/{attribute}")]
        of, to = (
            {row[0] for row in tx.rows("SELECT resource FROM resource_reference WHERE target = ?", end)} for end in ends
        )
        bindings = {row.id for row in resources.living(tx, [self.store.symbol("BindingDescription")])}
        return sorted(of & to & bindings)

    def ask(self, case: Case, table: Table) -> tuple[bool, frozenset[str]]:
        """Whether it is granted, and by which rules: by all of them for a Read, otherwise by some."""
        self._switch(case.scenario, table)
        with self.store.rehearsal() as tx:
            who = self.id(tx, case.who)
            if case.may == "Read":
                return self._read(tx, case, who)
            return self._request(tx, case, who)
        raise AssertionError

    def _switch(self, scenario: str, table: Table) -> None:
        """Switch the rules of a scenario, and those of the last one back: most cases stand beside one of the same."""
        if scenario == self.scenario:
            return
        old, self.scenario = self.scenario, scenario
        for of, back in ((old, True), (scenario, False)):
            for rules, off in ((table.switched_on, back), (table.switched_off, not back)):
                for rule in rules.get(of, ()):
                    self._disable(rule, off=off)

    def _disable(self, rule: str, *, off: bool) -> None:
        with self.store.reading() as tx:
            id_ = self.id(tx, f"ManagementPolicyRule/{rule}")
        change = Change("Disabled", Mode.REPLACE, (off,))
        (outcome,) = self.requests.submit(None, Wish(Operation.PUT, "ManagementPolicyRule", id_, (change,)))
        assert outcome.status.done

    def _read(self, tx: Transaction, case: Case, who: int) -> tuple[bool, frozenset[str]]:
        target = self.id(tx, case.of)
        policy = self.requests.policies.current(tx)
        seen = sight(tx, self.store, readable(policy, who, sets_of(tx, [who])[who]))([target])
        granted = all(name in seen.get(target, ()) for name in case.values)
        stands = standing(tx, self.store, policy, who, target)
        by = [{rule.name for rule in candidates_(policy, Need(Action.READ, name), stands)} for name in case.values]
        return granted, frozenset(set.intersection(*by)) if by else frozenset()

    def _request(self, tx: Transaction, case: Case, who: int) -> tuple[bool, frozenset[str]]:
        policy = self.requests.policies.current(tx)
        outcome = self._outcome(tx, case, who)
        rows = tx.rows(
            "SELECT target FROM resource_reference WHERE resource = ? AND attribute = ?",
            outcome.request,
            self.store.symbol("ManagementPolicy"),
        )
        under = {row[0] for row in rows}
        return outcome.status is not Status.DENIED, frozenset(
            rule.name for rule in policy.rules if rule.id in under and rule.grants
        )

    def _outcome(self, tx: Transaction, case: Case, who: int) -> Outcome:
        if case.may == "Create":
            type_, target, operation = str(case.values["ObjectType"]), None, Operation.CREATE
        else:
            target = self.id(tx, case.of)
            type_ = self.store.name(resources.load(tx, [target])[0].type)
            operation = Operation.DELETE if case.may == "Delete" else Operation.PUT
        mode = {"Add": Mode.INSERT, "Remove": Mode.REMOVE}.get(case.may, Mode.REPLACE)
        changes = tuple(
            Change(name, mode, self._values(tx, type_, name, value))
            for name, value in case.values.items()
            if name != "ObjectType"
        )
        (outcome,) = self.requests.submit(who, Wish(operation, type_, target, changes))
        return outcome

    def _values(self, tx: Transaction, type_: str, name: str, value: Any) -> tuple[Any, ...]:
        several = value if isinstance(value, list) else [value]
        if self._kind(type_, name) is Kind.REFERENCE:
            return tuple(self.id(tx, one) for one in several)
        return tuple(several)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stock]:
    """The installation, made once."""
    made = Stock(tmp_path_factory.mktemp("stock"), TABLE)
    yield made
    made.store.close()


@pytest.mark.parametrize("case", TABLE.cases, ids=str)
def test_a_case(case: Case, stock: Stock) -> None:
    granted, by = stock.ask(case, TABLE)
    assert granted is case.granted, case.because or sorted(case.rules)
    if case.may == "Read" and not case.parts:
        assert by == case.rules
    elif granted and len(case.values) < 2:
        assert by <= case.rules | frozenset().union(*case.parts.values())
