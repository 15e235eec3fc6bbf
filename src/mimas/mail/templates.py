"""Templates of letters: look-ups in a subject and a body, and what comes of them.

``[//Target/Manager/DisplayName]`` is looked up in the resource that a letter is about, as in MIM (*Notification* and
*Approval* activities; its e-mail templates). A body with markup is HTML, and its text is made from it; one without is
the text. What cannot be understood as a look-up stays as it is: a letter with a slip in it is better than none.

Ours: ``<p data-optional>Why: [//Request/Justification]</p>`` is left out when all that it looks up is empty.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TypeAlias

from markupsafe import Markup, escape

from mimas.mail.layout import shell
from mimas.mail.plain import plain

ROOTS = (
    *("Target", "Requestor", "Request", "WorkflowData", "Delta", "RequestParameter"),
    *("Approval", "Recipient", "ComparedRequest", "Effective", "Queries", "Value"),
)
"""Where a path begins: MIM's, those of its library MIMWAL, and ours (``Approval``, ``Recipient``)."""

_PARAMETERS = ("AllChangesAuthorizationTable", "AllChangesActionTable")
_ALONE = ("Target", "Requestor", "Request", "Recipient", "Approval", "Value")
"""Those that mean something without an attribute: the resource itself."""
_ANSWERS = ("approval/answers", "approval/approvelink", "approval/rejectlink")
_TOKEN = re.compile(r"\[//([^\[\]\n]*)(\]?)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MARKUP = re.compile(r"<(?:!doctype|!--|/?[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
_OPTIONAL = re.compile(
    r"<(?P<tag>p|div|table|tr|ul|li|h[1-6])\b(?P<before>[^<>]*?)\sdata-optional(?P<after>(?:\s[^<>]*)?)"
    r"(?P<rest>>.*?</(?P=tag)>)",
    re.IGNORECASE | re.DOTALL,
)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*):\s*(.*)", re.DOTALL)
_SUBJECT = 200
"""A subject's characters: what is longer, no mail program shows."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """A path: the root in the spelling of `ROOTS`, and the attributes as they were written."""

    root: str
    attributes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "/".join((self.root, *self.attributes))


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a subject or a body: in which line of it, counted from 1."""

    line: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Optional:
    """A part of a body that is left out when all that it looks up is empty."""

    parts: "Parts"


Parts: TypeAlias = "tuple[str | LookUp | Optional, ...]"


@dataclass(frozen=True, slots=True)
class Template:
    """A subject and a body, taken apart."""

    subject: Parts
    body: Parts
    markup: bool
    """Whether the body is HTML."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What goes into a letter; without ``html`` it is plain text."""

    subject: str
    text: str
    html: str | None = None


Values: TypeAlias = Mapping[str, Sequence[object]]
"""The path of a look-up as text → its values. Those of the type `Markup` are HTML and put in as they are."""


def parse(subject: str, body: str) -> Template:
    """A template; what cannot be understood stays text."""
    markup = _MARKUP.search(body) is not None
    return Template(tuple(_parts(subject)), tuple(_body(body) if markup else _parts(body)), markup)


def look_ups(template: Template) -> tuple[LookUp, ...]:
    """What has to be looked up, each once."""
    return tuple(dict.fromkeys(_looked_up((*template.subject, *template.body))))


def mistakes(text: str) -> Iterator[Mistake]:
    """Every look-up of a subject or a body that means nothing."""
    for found in _TOKEN.finditer(text):
        if (wrong := _wrong(found[1], closed=bool(found[2]))) is not None:
            yield Mistake(text.count("\n", 0, found.start()) + 1, *wrong)


def fill(template: Template, values: Values) -> Filled:
    """The letter. What has no value is empty; several values stand side by side.

    Nothing that a value holds is taken for markup, and the subject is one line.
    """
    known = {path.casefold(): some for path, some in values.items()}
    subject = " ".join("".join(_texts(template.subject, known)).split())
    subject = subject if len(subject) <= _SUBJECT else f"{subject[: _SUBJECT - 1]}…"
    if not template.markup:
        return Filled(subject, "".join(_texts(template.body, known)))
    body = "".join(_markup(template.body, known))
    return Filled(subject, plain(body), shell(subject, body))


def asking(body: str) -> str:
    """The body of a letter that asks for a decision: one that names no way to answer has them at its end."""
    if any(str(one).casefold() in _ANSWERS for one in look_ups(parse("", body))):
        return body
    before, end, after = body.rpartition("</body>")
    given = "[//Approval/Answers]"
    return f"{before}{given}\n{end}{after}" if end else f"{body.rstrip()}\n\n{given}\n"


def localised(text: str, others: Iterable[str], language: str | None) -> str:
    """A text in somebody's language: of ``others``, each written as ``de: …``, or else the text itself.

    A language of a country falls back to the language: ``de-AT`` to ``de``.
    """
    found = {match[1].casefold(): match[2] for one in others if (match := _LANGUAGE.fullmatch(one))}
    wanted = (language or "").strip().replace("_", "-").casefold()
    while wanted and wanted not in found:
        wanted = wanted.rpartition("-")[0]
    return found.get(wanted, text)


def is_localised(text: str) -> bool:
    """Whether a text says its language: ``de: …``."""
    return _LANGUAGE.fullmatch(text) is not None


def _body(text: str) -> Iterator[str | LookUp | Optional]:
    last = 0
    for found in _OPTIONAL.finditer(text):
        yield from _parts(text[last : found.start()])
        yield Optional(tuple(_parts(f"<{found['tag']}{found['before']}{found['after']}{found['rest']}")))
        last = found.end()
    yield from _parts(text[last:])


def _looked_up(parts: Parts) -> Iterator[LookUp]:
    for part in parts:
        if isinstance(part, Optional):
            yield from _looked_up(part.parts)
        elif isinstance(part, LookUp):
            yield part


def _parts(text: str) -> Iterator[str | LookUp]:
    last = 0
    for found in _TOKEN.finditer(text):
        if _wrong(found[1], closed=bool(found[2])) is None:
            if found.start() > last:
                yield text[last : found.start()]
            root, *attributes = found[1].split("/")
            yield LookUp(_ROOTS[root.casefold()], tuple(attributes))
            last = found.end()
    if last < len(text):
        yield text[last:]


_ROOTS = {root.casefold(): root for root in ROOTS}


def _wrong(path: str, *, closed: bool) -> tuple[str, str] | None:
    """What is wrong with a look-up, and what to do."""
    shown = f"`[//{path[:80]}{']' if closed else ''}`"
    if not closed:
        return f"the look-up {shown} has no end", "write a ] behind its last attribute"
    root, *attributes = path.split("/")
    if (known := _ROOTS.get(root.casefold())) is None:
        near = get_close_matches(root, ROOTS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"it begins with one of {', '.join(ROOTS)}"
        return f"the look-up {shown} begins with '{root}', which means nothing", hint
    if not attributes and known not in _ALONE:
        return f"the look-up {shown} names no attribute", f"write `[//{known}/…]`"
    if bad := [name for name in attributes if not _NAME.fullmatch(name)]:
        return f"the look-up {shown} holds '{bad[0]}', which is no name of an attribute", "write names, with / between"
    if known == "RequestParameter" and [name.casefold() for name in attributes] not in [
        [name.casefold()] for name in _PARAMETERS
    ]:
        return f"the look-up {shown} means nothing", f"what there is of a request: {' and '.join(_PARAMETERS)}"
    return None


_Known: TypeAlias = Mapping[str, Sequence[object]]


def _texts(parts: Parts, values: _Known) -> Iterator[str]:
    for part in parts:
        if isinstance(part, LookUp):
            some = values.get(str(part).casefold(), ())
            yield ", ".join(plain(one).strip() if isinstance(one, Markup) else _text(one) for one in some)
        elif isinstance(part, str):
            yield part


def _markup(parts: Parts, values: _Known) -> Iterator[str]:
    for part in parts:
        if isinstance(part, LookUp):
            yield _escaped(part, values)
        elif isinstance(part, str):
            yield part
        elif any(_escaped(one, values) for one in _looked_up(part.parts)):
            yield from _markup(part.parts, values)


def _escaped(look_up: LookUp, values: _Known) -> Markup:
    some = values.get(str(look_up).casefold(), ())
    return Markup(", ").join(one if isinstance(one, Markup) else escape(_text(one)) for one in some)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            at = value if value.tzinfo else value.replace(tzinfo=UTC)
            return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case bytes():
            return f"{len(value):,} bytes"
    return str(value)
