"""The texts of an object in other languages, as Export-FIMConfig writes them with ``-AllLocales``.

``LocalizedResourceManagementAttributes`` holds, for each ``Culture``, attributes like those of the object itself.
"""

import re
from collections.abc import Iterator

from mimas.migrate.elements import Element
from mimas.migrate.service.objects import Exported, line

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def texts(one: Exported, name: str) -> dict[str, str]:
    """Language → the text of an attribute."""
    found: dict[str, str] = {}
    for culture, attribute, text in _all(one):
        if attribute == name and text and _LANGUAGE.fullmatch(culture):
            found.setdefault(culture, line(text))
    return found


def words(one: Exported) -> Iterator[str]:
    """Each text, with its attribute and language, as a sentence."""
    for culture, attribute, text in _all(one):
        if text:
            yield f"{line(attribute)} in {line(culture) or 'another language'}: {line(text)}"


def _all(one: Exported) -> Iterator[tuple[str, str, str]]:
    for outer in one.element.walk():
        if outer.tag == "LocalizedResourceManagementAttribute":
            culture = _text(outer, "Culture")
            for inner in outer.walk():
                if inner.tag == "ResourceManagementAttribute":
                    yield culture, _text(inner, "AttributeName"), _text(inner, "Value")


def _text(element: Element, tag: str) -> str:
    found = element.first(tag)
    return found.text if found is not None else ""
