"""What the pages are called."""

import re
from collections.abc import Iterable
from hashlib import sha256

_KINDS = {"ObjectType": "type", "Connector": "connector", "SyncRule": "rule"}


class Links:
    """The pages of a description; each name has the same page as long as it is called so."""

    index, precedence, operation, policy = "index.html", "precedence.html", "operation.html", "policy.html"

    def __init__(self, documents: Iterable[tuple[str, str]]) -> None:
        self._pages: dict[tuple[str, str], str] = {}
        taken: set[str] = set()
        for kind, name in sorted((kind, name) for kind, name in documents if kind in _KINDS):
            page = f"{_KINDS[kind]}-{_slug(name, taken, _KINDS[kind])}.html"
            taken.add(page)
            self._pages[kind, name] = page

    def to(self, kind: str, name: str) -> str:
        """The page of a document; empty where it has none."""
        return self._pages.get((kind, name), "")

    def mark(self, attribute: str) -> str:
        """The place of an attribute within the page of its type."""
        words = re.sub(r"[^A-Za-z0-9_-]+", "-", attribute)
        return f"a-{words}" if words == attribute else f"a-{words}-{_digest(attribute)}"


def _slug(name: str, taken: set[str], kind: str) -> str:
    """The name in letters that every file system and browser takes; in others, or where two are alike, a hash of it."""
    words = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:80]
    whole = name.isascii() and words and f"{kind}-{words}.html" not in taken
    return words if whole else f"{words}-{_digest(name)}".strip("-")


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]
