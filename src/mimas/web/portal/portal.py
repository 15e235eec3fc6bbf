"""The portal as routes: who may come in, with what installation a page is made, and what is said when it fails."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mimas.requests.duties import Duty
from mimas.store.history.chain import Cause
from mimas.store.resources import alive
from mimas.web.background import Background
from mimas.web.inside import Inside, Pool
from mimas.web.portal.visit import RefusedError, Signed, Visit
from mimas.web.wording import Words, chosen

Page: TypeAlias = Callable[[Visit], Response]
"""Makes a page. It may take its time: it is called in a thread of its own."""

_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Way:
    """A route: which page is where, for which method."""

    path: str
    page: Page
    method: str = "GET"
    open: bool = False
    """For whoever is not signed in, too."""
    duty: Duty | None = None
    """What one has to be allowed to do with the engine; for whoever is not, there is no such page."""


class Portal:
    """The portal of one installation."""

    def __init__(self, pool: Pool, ways: Sequence[Way], background: Background) -> None:
        self.pool = pool
        self.ways = ways
        self.background = background

    @property
    def routes(self) -> list[Route]:
        """The routes, for Starlette."""
        return [Route(way.path, self._endpoint(way), methods=[way.method]) for way in self.ways]

    def _endpoint(self, way: Way) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = {} if request.method in _SAFE else await _form(request)
            return await run_in_threadpool(self._visited, way, request, form)

        return endpoint

    async def failed(self, request: Request, error: Exception) -> Response:
        """What is shown where there is no page, or making it has failed."""
        status = error.status_code if isinstance(error, HTTPException) else 500

        def refuse(_: Visit) -> Response:
            raise RefusedError(status)

        return await run_in_threadpool(self._visited, Way(request.url.path, refuse, open=True), request, {})

    def _visited(self, way: Way, request: Request, form: Mapping[str, list[str]]) -> Response:
        with self.pool.take() as inside:
            visit = _visit(inside, self.background, request, form)
            if visit.signed is None and not way.open:
                return _sign_in(request)
            store = inside.store
            with store.caused_by(Cause(visit.called if visit.signed else "", "portal")):
                try:
                    return _page(way, visit)
                except RefusedError as refused:
                    return visit.page("refused.html", refused.status, code=refused.status, message=refused.message)


def _page(way: Way, visit: Visit) -> Response:
    if way.duty is not None and way.duty not in visit.duties:
        raise RefusedError(404)
    return way.page(visit)


def _visit(inside: Inside, background: Background, request: Request, form: Mapping[str, list[str]]) -> Visit:
    remembers: dict[str, Any] = request.session
    signed = _signed(inside, remembers)
    said = str(remembers.pop("said", ""))
    language = chosen(str(remembers.get("language", "")), request.headers.get("accept-language", ""))
    return Visit(
        inside,
        background,
        signed,
        Words(language),
        request.url.path,
        request.path_params,
        request.query_params,
        form,
        request.headers.get("hx-request") == "true",
        said,
        remembers,
        request,
    )


def _signed(inside: Inside, remembers: Mapping[str, Any]) -> Signed | None:
    """Who is signed in; whoever is not there any more is nobody."""
    how = remembers.get("how")
    if not isinstance(how, str):
        return None
    person = remembers.get("person")
    if person is not None:
        with inside.store.reading() as tx:
            if not alive(tx, [person]):
                return None
    return Signed(person, how)


def _sign_in(request: Request) -> Response:
    """To the sign-in, and from there back to where somebody wanted to go."""
    if request.method not in _SAFE:
        return RedirectResponse("/sign-in", 303)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/sign-in?{urlencode({'to': request.url.path + query})}", 303)


async def _form(request: Request) -> dict[str, list[str]]:
    """The fields of a form. Raises `HTTPException` for what is no form."""
    found: dict[str, list[str]] = {}
    async with request.form(max_files=4, max_fields=2_000) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                found.setdefault(name, []).append(value)
    return found
