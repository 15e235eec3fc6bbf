"""Checks of templates for letters: look-ups that mean nothing, and texts of which nobody knows the language."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.mail.templates import is_localised, mistakes
from mimas.schema.values import as_list

TEMPLATE = "EmailTemplate"
_TEXTS = ("EmailSubject", "EmailBody")


def check_templates(world: World) -> Iterator[Problem]:
    """Problems of the documents of kind EmailTemplate."""
    for (kind, _), document in world.documents.items():
        if kind == TEMPLATE:
            for attribute in _TEXTS:
                yield from _text(document, (attribute,), document.body.get(attribute))
                yield from _others(document, f"Localized{attribute}")


def _others(document: Document, attribute: str) -> Iterator[Problem]:
    for index, text in enumerate(as_list(document.body.get(attribute))):
        path = (attribute, index)
        if not is_localised(str(text)):
            message = f"a text of `{attribute}` does not say its language"
            yield document.problem(path, message, "begin it with the language, as in `de: Ihr Antrag`")
        yield from _text(document, path, text)


def _text(document: Document, path: tuple[str | int, ...], text: object) -> Iterator[Problem]:
    if not isinstance(text, str):
        return
    start = document.at(*path)
    # A text of several lines is a block, which begins below its key.
    block = "\n" in text
    for one in mistakes(text):
        line = start.line + one.line if block else start.line
        yield Problem(type(start)(start.file, line), one.message, one.hint, document.name)
