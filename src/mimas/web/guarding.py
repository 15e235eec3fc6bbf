"""What every page is sent with, so that nothing on it can be made to do anything else, and whose forms are taken.

There is nothing from elsewhere, and no script or style within a page (Content Security Policy, level 3); addresses, of
which some hold a signed word, are told to nobody else (Referrer Policy), and kept by no cache, search engine or frame.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Adds the headers to every answer that does not bring its own; takes forms of our own pages only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] == "http" and scope["method"] not in _SAFE and not ours(Headers(scope=scope)):
            refused = PlainTextResponse("This form comes from another site, so nothing was done.\n", 403)
            await refused(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)


def ours(headers: Headers) -> bool:
    """Whether a browser sends this from one of our pages.

    It says so by itself (Fetch Metadata); an old one says at least from where (RFC 6454). What is sent by no browser
    has no cookie that somebody else could make use of.
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
