"""Filters of the portal, written with the names that its types and attributes have in Mimas.

The text stays as people wrote it, but for these names. What a name stands for follows from the path around it:
``/Person[Manager = /Person[JobTitle = 'x']]``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import understood
from mimas.language.filters.tree import TYPE
from mimas.migrate.service.fragments import fragment
from mimas.migrate.service.spelling import Spelling
from mimas.schema.system import Catalogue

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<name>[A-Za-z_][A-Za-z0-9_.:-]*)|(?P<operator>!=|<=|>=|[=<>])"
    r"|(?P<other>[0-9.-]+|.)"
)
_WORDS = frozenset({"and", "or", "not"})
_MATCHES = frozenset({"starts-with", "ends-with", "contains", "is-present"})
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_VARIABLE = re.compile("%(?:LoginID|ObjectID)%")
"""What the portal puts the resource of whoever asks, or is shown, in the place of."""
_NOBODY = "00000000-0000-0000-0000-000000000000"


def xpath(stored: str) -> str:
    """The XPath of a filter as it is stored, in one line; empty where there is none."""
    outer = fragment(stored) if stored.lstrip().startswith("<") else None
    inner = outer.first("Filter") if outer is not None else None
    return " ".join((inner.text if inner is not None else stored).split())


def misunderstood(filter_: str, catalogue: Catalogue) -> str:
    """Why a filter cannot be in force among these types, empty when it can. Whom it means by a GUID is not asked."""
    try:
        understood(_VARIABLE.sub(_NOBODY, filter_), catalogue, lambda _: 1)
    except (ExpressionError, RecursionError) as error:
        return error.message if isinstance(error, ExpressionError) else "it is nested too deep"
    return ""


def identifiers(filter_: str) -> list[str]:
    """The GUIDs that a filter names, in small letters, each once, in its order."""
    return list(dict.fromkeys(found.lower() for found in _GUID.findall(filter_)))


def names(filter_: str) -> frozenset[str]:
    """The words that may be names of types or attributes."""
    return frozenset(one[0] for one in _TOKEN.finditer(filter_) if one.lastgroup == "name")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def spelt(filter_: str, spelling: Spelling) -> str:
    """The filter with the names that there are here; names that nothing has stay as they are."""
    return "".join(_Writer([_Token(str(one.lastgroup), one[0]) for one in _TOKEN.finditer(filter_)], spelling).write())


class _Writer:
    """Goes through a filter, and knows of what types the resources are that its names belong to."""

    def __init__(self, tokens: list[_Token], spelling: Spelling) -> None:
        self._tokens = tokens
        self._spelling = spelling
        self._around: list[list[str] | None] = []
        """The types within each bracket that is open."""
        self._step: list[str] | None = None
        """The types of the path's last step."""
        self._before = _Token("", "")
        self._at_step = self._hops = False
        """Whether the last thing was a step with its condition, and whether the next step follows a reference."""
        self._holds_type = False
        """Whether the name of a type is what the last attribute holds."""

    def write(self) -> Iterator[str]:
        at = 0
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.kind == "space":
                yield token.text
                at += 1
                continue
            text, used = self._one(token, at)
            yield text
            self._before = self._tokens[at + used - 1]
            at += used

    def _one(self, token: _Token, at: int) -> tuple[str, int]:
        """What stands for the next token, and of how many tokens it takes the place."""
        if token.text == "[":
            self._around.append(self._step)
            self._at_step = False
        elif token.text == "]" and self._around:
            self._step = self._around.pop()
            self._at_step = True
        elif token.text == "/":
            self._hops = self._at_step
        elif self._before.text == "/" and (token.kind == "name" or token.text == "*"):
            return self._path(token.text), 1
        else:
            self._at_step = False
            if token.kind == "text":
                return self._text(token.text), 1
            if token.kind == "name" and self._around and self._before.kind != "operator":
                return self._named(token, at)
        return token.text, 1

    def _path(self, name: str) -> str:
        """A step: the type it begins with, or a reference that it follows."""
        self._at_step = True
        if name == "*":
            self._step = None
            return name
        if self._hops:
            found, self._step = self._spelling.attribute(name, self._step), None
            return found[0] if found else name
        self._step = [name]
        return self._spelling.type(name)

    def _named(self, token: _Token, at: int) -> tuple[str, int]:
        """An attribute with what it is compared with, or a function with its attribute."""
        places = (place for place in range(at + 1, len(self._tokens)) if self._tokens[place].kind != "space")
        following = list(islice(places, 5))
        words = [self._tokens[place].text for place in following]
        if token.text in _MATCHES and len(words) > 3 and words[0] == "(":
            end = next(place for place in [*following, at] if self._tokens[place].text == ")" or place == at)
            inner = self._tokens[following[1]].text
            whole = [one.text for one in self._tokens[at : end + 1]]
            return self._either(inner, whole, following[1] - at) if end > at else (token.text, 1)
        if words[:1] == ["("] or token.text in _WORDS:
            return token.text, 1
        around = self._around[-1]
        self._holds_type = token.text == TYPE or (token.text, around) == ("Name", ["ObjectTypeDescription"])
        simple = len(words) > 1 and self._tokens[following[0]].kind == "operator" and words[1] != "/"
        end = following[1] if simple and words[2:3] != ["("] else at
        return self._either(token.text, [one.text for one in self._tokens[at : end + 1]], 0)

    def _either(self, name: str, whole: list[str], at: int) -> tuple[str, int]:
        """Resources of several types may call an attribute differently: then one condition of several has to hold."""
        names = self._spelling.attribute(name, self._around[-1]) or (name,)
        if len(names) == 1 and at == 0:
            return names[0], 1
        names = names if len(whole) > 1 else names[:1]
        written = ["".join([*whole[:at], one, *whole[at + 1 :]]) for one in names]
        return written[0] if len(written) == 1 else f"({' or '.join(written)})", len(whole)

    def _text(self, text: str) -> str:
        """A text, which may be the name of a type."""
        if self._before.kind == "operator" and self._holds_type:
            return text[0] + self._spelling.type(text[1:-1]) + text[0]
        return text
