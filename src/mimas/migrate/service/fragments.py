"""XML that stands as text in the values of attributes: filters, flows, workflows."""

import re

from mimas.migrate.elements import Element, MigrationError, parse

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")


def fragment(text: str) -> Element | None:
    """An element around what the text holds, which may be several elements; nothing where it is no XML."""
    try:
        # A declaration tells the encoding that the text had elsewhere.
        inner = _DECLARATION.sub("", text, count=1) if text.lstrip().startswith("<?xml") else text
        return parse(f"<x>{inner}</x>".encode("utf-8", "replace"), "a value")
    except MigrationError:
        return None
