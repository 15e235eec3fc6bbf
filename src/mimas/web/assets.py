"""Styles, scripts and icons. Their address says what they hold, so browsers may keep them for ever."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

PATH = "/assets/"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def address(name: str) -> str:
    """Where an asset is served."""
    return f"{PATH}{sha256(_content(name)).hexdigest()[:16]}/{name}"


async def asset(request: Request) -> Response:
    """An asset; an address of an earlier release gives what there is now."""
    name = request.path_params["name"]
    suffix = name[name.rfind(".") :]
    if suffix not in _TYPES or name not in _names():
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_content(name), media_type=_TYPES[suffix], headers=headers)


@cache
def _names() -> frozenset[str]:
    return frozenset(one.name for one in (files("mimas.web") / "assets").iterdir())


@cache
def _content(name: str) -> bytes:
    return (files("mimas.web") / "assets" / name).read_bytes()
