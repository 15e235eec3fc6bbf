"""Where look-ups begin: the request and what it changes, whoever asked, the resource, and what workflows leave."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import understood
from mimas.language.filters.variables import look_ups_filled
from mimas.requests.processing import Requests
from mimas.requests.target import Target, load
from mimas.requests.waiting import Waiting
from mimas.requests.wishes import Change, Mode, read
from mimas.schema.values import Scalar, as_list
from mimas.store.database import Transaction
from mimas.store.filtering.finding import find
from mimas.store.identifying import finder
from mimas.store.subjects import Subjects
from mimas.store.workflows import Progress
from mimas.workflows import wording
from mimas.workflows.lookups import Found, Id, Lookups, Root
from mimas.workflows.outcome import ActivityError
from mimas.workflows.situation import About

_MOST = 1_000
"""Resources that a query finds at most."""


class Roots:
    """The roots of one turn of one workflow."""

    def __init__(self, tx: Transaction, requests: Requests, about: About, progress: Progress, now: datetime) -> None:
        self.tx = tx
        self.requests = requests
        self.about = about
        self.data = progress.data
        self.now = now
        self.queries: Mapping[str, str] = {}
        roots: dict[str, Root] = {
            "Request": lambda rest: self._along(self.request.request if self.request else None, rest),
            "Requestor": lambda rest: self._along(about.requestor, rest),
            "Target": self._target,
            "Effective": self._effective,
            "WorkflowData": self._data,
            "Delta": self._delta,
            "RequestParameter": lambda _: [f"{c.attribute}: {self._words(c)}" for c in self.changes],
            "Queries": self._query,
            "Value": lambda rest: self._given("Value", rest),
            "UniquenessKey": lambda rest: self._given("UniquenessKey", rest),
            "ComparedRequest": self._compared,
            "Approvers": lambda rest: self.lookups.along(list(map(int, self.data.get("Approvers", ()))), rest),
        }
        self.lookups = Lookups(Subjects(tx, requests.store), roots, self.found)

    @property
    def request(self) -> Waiting | None:
        """The request that set the workflow going, if one did."""
        return self.about.request

    @property
    def changes(self) -> Sequence[Change]:
        """What it changes."""
        return self.request.wish.changes if self.request is not None else ()

    def _along(self, id_: int | None, rest: Sequence[str]) -> Found:
        return self.lookups.along([id_], rest) if id_ is not None else ()

    def _target(self, rest: tuple[str, ...]) -> Found:
        # What is yet to be made is what it is to become.
        return self._along(self.about.target, rest) if self.about.target is not None else self._effective(rest)

    def _effective(self, rest: tuple[str, ...]) -> Found:
        """The target as it is to become (MIMWAL)."""
        wish = self.request.wish if self.request is not None else None
        changes = [change for change in self.changes if rest and change.attribute.casefold() == rest[0]]
        if wish is None or not changes:
            return self._along(self.about.target, rest)
        store = self.requests.store
        attributes = store.catalogue.get(wish.type, {})
        target = load(self.tx, store, wish.target, changes) if wish.target is not None else None
        target = target or Target(None, wish.type, attributes)
        name = changes[0].attribute
        values, added, removed = target.after(changes)
        if not target.is_reference(name):
            return as_list(values.get(name))
        # Of a long list only what the changes are about has been loaded.
        ids = {int(value) for value in self._along(wish.target, rest[:1]) if isinstance(value, Id)}
        if any(change.mode is Mode.REPLACE for change in changes):
            ids = set()
        return self.lookups.along(sorted(ids - {id_ for _, id_ in removed} | {id_ for _, id_ in added}), rest[1:])

    def _given(self, name: str, rest: tuple[str, ...]) -> Found:
        found = self.lookups.given.get(name, ())
        return self.lookups.along([int(one) for one in found if isinstance(one, Id)], rest) if rest else found

    def _compared(self, rest: tuple[str, ...]) -> Found:
        """Another request that waits, and its ``Delta`` (MIMWAL: *Verify Request*)."""
        if rest[:1] != ("delta",):
            return self._given("ComparedRequest", rest)
        found = self.lookups.subjects.load(int(one) for one in self._given("ComparedRequest", ()))
        return [
            value
            for request in found
            for type_ in request.values("TargetObjectType")
            for value in self._changed(str(type_), read(list(map(str, request.values("RequestParameter")))), rest[1:])
        ]

    def _data(self, rest: tuple[str, ...]) -> Found:
        if not rest:
            return ()
        folded = {name.casefold(): value for name, value in self.data.items()}
        found = [_read(value) for value in as_list(folded.get(rest[0]))]
        ids = [int(value) for value in found if isinstance(value, Id)]
        return self.lookups.along(ids, rest[1:]) if rest[1:] else found

    def _delta(self, rest: tuple[str, ...]) -> Found:
        """What is changed: ``Delta/Attribute``, ``Delta/Attribute/Added``, ``Delta/Attribute/Removed`` (MIMWAL)."""
        return self._changed(self.request.wish.type if self.request is not None else "", self.changes, rest)

    def _changed(self, type_: str, changes: Sequence[Change], rest: tuple[str, ...]) -> Found:
        name, *further = rest or ("",)
        modes = {"added": (Mode.INSERT, Mode.REPLACE), "removed": (Mode.REMOVE,)}
        wanted = tuple(Mode)
        if further and further[0] in modes:
            wanted, further = modes[further[0]], further[1:]
        found = [change for change in changes if change.attribute.casefold() == name and change.mode in wanted]
        values: list[Scalar] = [value for change in found for value in self._values(type_, change)]
        return self.lookups.along(list(map(int, values)), further) if further else values

    def _values(self, type_: str, change: Change) -> Found:
        attribute = self.requests.store.catalogue.get(type_, {}).get(change.attribute)
        if attribute is not None and attribute.kind.value == "reference":
            return [Id(value) for value in change.values]
        return change.values

    def _words(self, change: Change) -> str:
        signs = {Mode.INSERT: "+ ", Mode.REMOVE: "- ", Mode.REPLACE: ""}
        type_ = self.request.wish.type if self.request is not None else ""
        return signs[change.mode] + (wording.shown(self._values(type_, change), self.lookups) or "–")

    def _query(self, rest: tuple[str, ...]) -> Found:
        folded = {name.casefold(): text for name, text in self.queries.items()}
        text = folded.get(rest[0]) if rest else None
        return self.lookups.along(self.found(text), rest[1:]) if text else ()

    def found(self, text: str) -> list[int]:
        """The resources that a filter with look-ups in it finds. Raises `ActivityError` where it is no filter."""
        try:
            wanted = understood(
                text,
                self.requests.store.catalogue,
                finder(self.tx),
                lambda one: look_ups_filled(one, lambda path: [str(value) for value in self.lookups(path)]),
            )
        except ExpressionError as error:
            raise ActivityError(f"The filter {text} cannot be asked: {error}", final=True) from None
        page = find(self.tx, self.requests.store, wanted, now=self.now, limit=_MOST + 1)
        if len(page.ids) > _MOST:
            raise ActivityError(f"The filter {text} finds more than {_MOST:,} resources: narrow it.", final=True)
        return list(page.ids)


def kept(value: Scalar) -> Any:
    """A value as the data of a workflow keep it: ids are told apart from numbers."""
    return {"id": int(value)} if isinstance(value, Id) else value


def _read(value: Any) -> Scalar:
    return Id(value["id"]) if isinstance(value, dict) else value
