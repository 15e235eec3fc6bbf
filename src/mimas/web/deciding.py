"""The page behind the link in a letter: opening it shows what is asked, and only its form decides.

Programs that look at mails for harm open every link in them, so opening one must not decide anything.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from mimas.mail import links
from mimas.mail.deciding import DECISIONS, LONGEST_COMMENT, Matter, Opens
from mimas.mail.links import Asked
from mimas.secrets.errors import SecretError
from mimas.secrets.sealing import Keys
from mimas.web.pages import page
from mimas.web.words import WORDS, chosen

_LARGEST = 64_000
"""Bytes of a form; ours has a comment."""


class Page:
    """The page of one installation."""

    def __init__(self, name: str, opens: Opens, keys: Callable[[], Keys]) -> None:
        self.name = name
        self.opens = opens
        self.keys = keys

    @property
    def routes(self) -> list[Route]:
        """Where it is served, and what it looks like."""
        return [
            Route(f"{links.PATH}{{word}}", self.shown, methods=["GET"]),
            Route(f"{links.PATH}{{word}}", self.decided, methods=["POST"]),
            Route("/style.css", styled),
        ]

    @property
    def errors(self) -> dict[Any, Any]:
        """What is shown where there is no page, or it fails."""
        return {404: self.missing, 405: self.missing, 500: self.failed}

    async def shown(self, request: Request) -> Response:
        """What is asked, and the form."""
        asked = await run_in_threadpool(self._asked, request)
        matter = await run_in_threadpool(self._matter, asked) if asked else None
        if asked is None or matter is None:
            return self.missing(request)
        return self._form(request, asked, matter)

    async def decided(self, request: Request) -> Response:
        """What has come of the form."""
        asked = await run_in_threadpool(self._asked, request)
        if asked is None:
            return self.missing(request)
        given = await _form(request)
        matter = await run_in_threadpool(self._matter, asked)
        if matter is None:
            return self.missing(request)
        decision, comment = given.get("decision", ""), given.get("comment", "").strip()[:LONGEST_COMMENT]
        language = _language(request, matter)
        if self._over(asked, matter, language):
            return self._form(request, asked, matter)
        if decision not in DECISIONS:
            return self._form(request, asked, matter, WORDS[language]["choose"], comment, 400)
        refusal = await run_in_threadpool(self._decide, asked, decision, comment)
        if refusal:
            return self._said("not_taken", refusal, 409, language)
        title = "approved" if decision == "approve" else "rejected"
        return self._said(title, WORDS[language]["thanks"], 200, language)

    def missing(self, request: Request, error: Exception | None = None) -> Response:
        """A link that means nothing, or any other address."""
        language = _language(request)
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._said("unknown", WORDS[language]["unknown_hint"], status, language)

    def failed(self, request: Request, _: Exception) -> Response:
        """What has gone wrong is for those who run this, and stands in their log."""
        language = _language(request)
        return self._said("failed", WORDS[language]["failed_hint"], 500, language)

    def _asked(self, request: Request) -> Asked | None:
        try:
            keys = self.keys()
        except SecretError:
            return None
        return links.read(keys, request.path_params["word"])

    def _matter(self, asked: Asked) -> Matter | None:
        with self.opens() as approvals:
            return approvals.describe(asked.approval, asked.approver)

    def _decide(self, asked: Asked, decision: str, comment: str) -> str:
        with self.opens() as approvals:
            return approvals.decide(asked.approval, asked.approver, decision, comment)

    def _over(self, asked: Asked, matter: Matter, language: str) -> str:
        if matter.over:
            return matter.over
        return WORDS[language]["late"] if asked.until < datetime.now(UTC) else ""

    def _form(
        self,
        request: Request,
        asked: Asked,
        matter: Matter,
        problem: str = "",
        comment: str = "",
        status: int = 200,
    ) -> Response:
        language = _language(request, matter)
        return page(
            "decide.html",
            language,
            410 if self._over(asked, matter, language) else status,
            name=self.name,
            matter=matter,
            over=self._over(asked, matter, language),
            problem=problem,
            comment=comment,
            first="reject" if request.query_params.get("answer") == "reject" else "approve",
            longest=LONGEST_COMMENT,
        )

    def _said(self, title: str, text: str, status: int, language: str) -> Response:
        return page("said.html", language, status, name=self.name, title=title, text=text)


async def styled(_: Request) -> Response:
    """The style of the page."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(_style(), media_type="text/css", headers=headers)


@cache
def _style() -> str:
    return (files("mimas.web") / "templates" / "style.css").read_text("utf-8")


def _language(request: Request, matter: Matter | None = None) -> str:
    return chosen(matter.language if matter else "", request.headers.get("accept-language", ""))


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; none where it is too large, or no form."""
    data = b""
    try:
        async for part in request.stream():
            data += part
            if len(data) > _LARGEST:
                return {}
    except ClientDisconnect:
        return {}
    try:
        fields = parse_qs(data.decode("ascii"), max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[-1] for name, values in fields.items()}
