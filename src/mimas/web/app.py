"""The application, as a server runs it (ASGI)."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from mimas.mail.deciding import Opens
from mimas.mail.links import PATH
from mimas.secrets.sealing import Keys
from mimas.web.deciding import Page
from mimas.web.guarding import Guard

STYLE = "/style.css"


def create(name: str, opens: Opens, keys: Callable[[], Keys]) -> ASGIApp:
    """The application of an installation called ``name``; ``keys`` gives those that sign links."""
    page = Page(name, opens, keys)
    style = (files("mimas.web") / "templates" / "style.css").read_text("utf-8")

    async def styled(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    routes = [
        Route(f"{PATH}{{word}}", page.shown, methods=["GET"]),
        Route(f"{PATH}{{word}}", page.decided, methods=["POST"]),
        Route(STYLE, styled),
    ]
    errors: dict[Any, Any] = {404: page.missing, 405: page.missing, 500: page.failed}
    return Guard(Starlette(routes=routes, exception_handlers=errors))
