"""One request to the portal: who is there, what they want, and what they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response

from mimas.requests import duties
from mimas.requests.duties import Duty
from mimas.requests.policy import RULE
from mimas.requests.viewing import View, Viewer
from mimas.store.looking import title
from mimas.web.background import Background
from mimas.web.inside import Inside
from mimas.web.portal.frame import Frame, framed
from mimas.web.portal.places import Place
from mimas.web.wording import Words


class RefusedError(Exception):
    """The visitor does not get what they want. ``status`` as HTTP has it; the message is a whole sentence for them."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Signed:
    """Who is signed in; ``person`` None is the owner of the machine, of whom no rule is asked."""

    person: int | None
    how: str
    """``link``, ``password``: what they proved it with."""


@dataclass
class Visit:
    """One request, with the installation as it is open for it."""

    inside: Inside
    background: Background
    signed: Signed | None
    words: Words
    path: str
    parameters: Mapping[str, Any]
    query: QueryParams
    form: Mapping[str, list[str]] = field(default_factory=dict)
    """Field → what stands in it, once or several times."""
    partial: bool = False
    """Whether only a part of the page is wanted (htmx)."""
    said: str = ""
    """What the page before has left to say."""
    remembers: dict[str, Any] = field(default_factory=dict)
    """What the session keeps."""
    connection: HTTPConnection | None = None
    """For whoever begins a session, or ends it."""

    @property
    def actor(self) -> int | None:
        """Whose rights count. Only of a visit that is signed in."""
        assert self.signed is not None
        return self.signed.person

    @cached_property
    def viewer(self) -> Viewer:
        """What the visitor sees."""
        return self.inside.viewer(self.actor)

    @cached_property
    def me(self) -> View | None:
        """The visitor, as they see themselves; None is the owner of the machine, or somebody who may not."""
        return self.see(self.actor) if self.actor is not None else None

    @cached_property
    def duties(self) -> frozenset[Duty]:
        """What the visitor may do with what synchronises."""
        if self.signed is None:
            return frozenset()
        with self.inside.store.reading() as tx:
            return duties.of(tx, self.inside.store, self.inside.requests.policies, self.actor)

    @cached_property
    def governs(self) -> bool:
        """Whether the visitor may read policy rules, other than those that have to do with themselves."""
        if self.signed is None:
            return False
        with self.inside.store.reading() as tx:
            readable, policy = self.viewer.readable(tx), self.inside.requests.policies.current(tx)
        if readable is None:
            return True
        return any(policy.may_hold(grant.holder, RULE) for grant in readable.grants if not grant.relative)

    @cached_property
    def called(self) -> str:
        """What the visitor is called."""
        _ = self.words
        if self.actor is None:
            return _("Owner of this machine")
        return name_of(self.me) if self.me else _("Person {number}", number=self.actor)

    def see(self, id_: int) -> View | None:
        """A resource, if the visitor may see it."""
        with self.inside.store.reading() as tx:
            return next(iter(self.viewer.see(tx, [id_])), None)

    def name_of(self, person: int | None) -> str:
        """What somebody is called; whether the visitor may see them does not matter."""
        if person is None:
            return self.words("Owner of this machine")
        with self.inside.store.reading() as tx:
            found = self.inside.viewer(None).see(tx, [person])
        return name_of(found[0]) if found else str(person)

    @property
    def address(self) -> str:
        """Where the visitor comes from, as far as it is known."""
        client = self.connection.client if self.connection else None
        return client.host if client else ""

    def at(self, path: str) -> bool:
        """Whether this page is at a place of the navigation, or below."""
        return self.path == path or (path != "/" and self.path.startswith(f"{path}/"))

    def within(self, place: Place) -> bool:
        """Whether this page is one of those that an entry of the navigation leads to."""
        return any(map(self.at, (place.path, *place.also)))

    def may_go(self, place: Place) -> bool:
        """Whether the navigation leads the visitor there."""
        return (place.duty is None or place.duty in self.duties) and (not place.governs or self.governs)

    def given(self, name: str) -> str:
        """What stands in a field of the form; empty where there is none."""
        return next(iter(self.form.get(name, ())), "")

    def page(self, template: str, status: int = 200, **shown: Any) -> Response:
        """A page, in the frame that all of them have."""
        return framed(self, Frame.of(self), template, status, **shown)

    def go(self, to: str, said: str = "") -> Response:
        """On to another page, which first says something."""
        if said:
            self.remembers["said"] = said
        return RedirectResponse(to, 303)

    def here(self, **changed: str | None) -> str:
        """The address of this page with some of its query changed; None takes it away."""
        query = {**dict(self.query), **changed}
        kept = {name: value for name, value in query.items() if value}
        return f"{self.path}?{urlencode(kept)}" if kept else self.path


def name_of(view: View) -> str:
    """What a resource is called."""
    return title(view.plain) or f"{view.type} {view.id}"


def names(views: Sequence[View]) -> dict[int, str]:
    """Id → what it is called."""
    return {view.id: name_of(view) for view in views}
