"""The application, as a server runs it (ASGI)."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp
from starsessions import SessionAutoloadMiddleware, SessionMiddleware

from mimas.mail.deciding import Opens
from mimas.mail.links import PATH
from mimas.secrets.sealing import Keys
from mimas.web import assets
from mimas.web.deciding import Page
from mimas.web.guarding import Guard
from mimas.web.inside import Pool
from mimas.web.portal.pages import WAYS
from mimas.web.portal.portal import Portal
from mimas.web.sessions import LIFETIME, Sessions

STYLE = "/style.css"


def create(name: str, opens: Opens, keys: Callable[[], Keys], pool: Pool, *, secure: bool) -> ASGIApp:
    """The application of an installation called ``name``; ``keys`` gives those that sign links.

    ``secure``: whether people reach it by https, so that their browsers send the cookie in no other way.
    """
    page = Page(name, opens, keys)
    style = (files("mimas.web") / "templates" / "style.css").read_text("utf-8")

    async def styled(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    portal = Portal(pool, WAYS)
    lasts = int(LIFETIME.total_seconds())
    sessions = Middleware(
        SessionMiddleware,
        store=Sessions(pool),
        lifetime=lasts,
        rolling=True,
        cookie_name="__Host-mimas" if secure else "mimas",
        cookie_https_only=secure,
        cookie_path="/",
    )
    errors: dict[Any, Any] = {404: portal.failed, 405: portal.failed, 500: portal.failed}
    rooms = Starlette(
        routes=portal.routes, middleware=[sessions, Middleware(SessionAutoloadMiddleware)], exception_handlers=errors
    )
    small = Middleware(GZipMiddleware)
    routes = [
        Route(f"{PATH}{{word}}", page.shown, methods=["GET"]),
        Route(f"{PATH}{{word}}", page.decided, methods=["POST"]),
        Route(STYLE, styled),
        Route(f"{assets.PATH}{{mark}}/{{name}}", assets.asset, middleware=[small]),
        Mount("/", rooms),
    ]
    outside: dict[Any, Any] = {404: page.missing, 405: page.missing, 500: page.failed}
    return Guard(Starlette(routes=routes, exception_handlers=outside))
