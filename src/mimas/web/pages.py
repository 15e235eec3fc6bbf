"""Pages made from templates."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from mimas.web.words import WORDS

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
}
"""There is no script on these pages; their address is told to nobody but ourselves."""


def page(template: str, language: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page in a language; whatever is shown on it is text."""
    made = _environment().get_template(template).render(language=language, words=WORDS[language], **shown)
    return HTMLResponse(made, status, _HEADERS)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("mimas.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
