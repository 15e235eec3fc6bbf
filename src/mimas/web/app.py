"""The application, as a server runs it (ASGI): the portal, and the page behind the links in letters."""

from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp
from starsessions import SessionAutoloadMiddleware, SessionMiddleware

from mimas.web import assets
from mimas.web.deciding import Page
from mimas.web.guarding import Guard
from mimas.web.portal.portal import Portal
from mimas.web.sessions import LIFETIME, Sessions


def create(letters: Page, portal: Portal, *, secure: bool) -> ASGIApp:
    """The application. ``secure``: whether people reach it by https, so that their browsers send the cookie only so."""
    asset = Route(f"{assets.PATH}{{mark}}/{{name}}", assets.asset, middleware=[Middleware(GZipMiddleware)])
    routes = [*letters.routes, asset, Mount("/", _signed_in(portal, secure=secure))]
    return Guard(Starlette(routes=routes, exception_handlers=letters.errors))


def _signed_in(portal: Portal, *, secure: bool) -> Starlette:
    sessions = Middleware(
        SessionMiddleware,
        store=Sessions(portal.pool),
        lifetime=int(LIFETIME.total_seconds()),
        rolling=True,
        cookie_name="__Host-mimas" if secure else "mimas",
        cookie_https_only=secure,
        cookie_path="/",
    )
    errors: dict[Any, Any] = {404: portal.failed, 405: portal.failed, 500: portal.failed}
    middleware = [sessions, Middleware(SessionAutoloadMiddleware)]
    return Starlette(routes=portal.routes, middleware=middleware, exception_handlers=errors)
