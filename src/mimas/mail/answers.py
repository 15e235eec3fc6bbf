"""What a mail says that has come back: an answer to a letter, a letter that could not be delivered, or neither.

Pure, and made for mails of strangers: nothing in them is believed, least of all who they say they are from. Only the
word counts that a letter was sent with (`mimas.mail.links`), which is verified by whoever calls this.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import TypeAlias

from mimas.mail.deciding import LONGEST_COMMENT, Decision
from mimas.mail.plain import plain

LARGEST = 256_000
"""Bytes of a mail that are looked at, from its beginning."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. ``decision`` is none where its first line does not say one, and ``problem`` why.

    ``addressed`` are the words in the addresses that it was sent to, ``quoted`` those in its text.
    """

    addressed: tuple[str, ...]
    quoted: tuple[str, ...]
    decision: Decision | None
    comment: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that could not be delivered (RFC 3464): the marks of those it may be about, to whom, and why."""

    marks: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Noise:
    """A mail that a program has sent by itself (RFC 3834): an absence notice, a receipt, a delay."""

    what: str


Understood: TypeAlias = Answer | Bounce | Noise

_APPROVE = frozenset(
    (
        *("approve", "approved", "approving", "accept", "accepted", "agree", "agreed", "allow", "allowed"),
        *("confirm", "confirmed", "grant", "granted", "ok", "okay", "yes", "yep", "genehmigt"),
        *("genehmige", "genehmigen", "einverstanden", "zugestimmt", "freigegeben", "freigeben", "bestätigt"),
        *("ja", "jawohl"),
    )
)
_REJECT = frozenset(
    (
        *("reject", "rejected", "rejecting", "decline", "declined", "deny", "denied", "disapprove", "disapproved"),
        *("refuse", "refused", "no", "nope", "ablehnen", "abgelehnt", "ablehnung", "verweigert", "nein"),
    )
)
_HEDGES = frozenset(
    (
        *("not", "nicht", "but", "aber", "unless", "never", "nie", "dont", "don't"),
        *("cannot", "cant", "can't", "kein", "keine", "if", "wenn", "falls"),
    )
)
"""In the line of a consent they may turn it round, so that it is no plain one."""
_SMALL_NO = frozenset(("no", "nein", "nope"))
"""With a word right behind them they may mean the opposite: "no problem"."""

_WORD = re.compile(r"[0-9a-z]{1,13}-[0-9a-z]{1,13}-[0-9a-z]{1,13}-[a-z2-7]{26}(?![0-9a-z])", re.IGNORECASE)
_ADDRESSED = re.compile(r"\+([0-9a-z-]{30,80})@", re.IGNORECASE)
_MARK = re.compile(r"<([0-9a-f]{32})@", re.IGNORECASE)
_TO = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To")
_BEGINS_QUOTE = re.compile(
    r">|-{2,}\s*(?:original|urspr|forwarded|weitergeleitet)|_{10,}\s*$|\*?(?:from|von|de)\*?:\s|"
    r"(?:on|am|le|den)\b.{5,200}\b(?:wrote|schrieb|écrit|skrev)\b",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"--\s?$")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BODY = re.compile(r"<body\b", re.IGNORECASE)
_LONGEST_TEXT, _LONGEST_PAGE = 64_000, 12_000
_FEW = 20
"""Words and marks that are looked at: a mail with more is made up."""


def understand(data: bytes) -> Understood:
    """What a mail says; one that cannot be read is an answer without a word."""
    try:
        return _understood(message_from_bytes(data[:LARGEST]))
    except Exception:  # noqa: BLE001 - the library has errors of every kind for what strangers make up
        return Answer((), (), None, problem="It cannot be read.")


def _understood(mail: Message) -> Understood:
    if mail.get_content_type() == "multipart/report":
        return _report(mail)
    if what := _automatic(mail):
        return Noise(what)
    texts = list(_texts(mail))
    shown = next((text for subtype, text in texts if subtype == "plain" and text.strip()), None)
    if shown is None:
        shown = next((_shown(text) for subtype, text in texts if subtype == "html"), "")
    addressed = (found for name in _TO for text in mail.get_all(name, ()) for found in _ADDRESSED.findall(str(text)))
    quoted = (found for _, text in texts for found in _WORD.findall(text))
    decision, comment, problem = decided(shown)
    return Answer(_distinct(addressed), _distinct(quoted), decision, comment, problem)


def decided(text: str) -> tuple[Decision | None, str, str]:
    """What the text of an answer decides, its comment, and why it decides nothing.

    The first word of the first line decides. The comment is what follows it, up to an empty line; where nothing
    does, the next paragraph. What is quoted, and a signature, count for nothing.
    """
    paragraphs = list(_paragraphs(text))
    if not paragraphs:
        return None, "", "It is empty."
    line, *more = paragraphs[0]
    words = [word.casefold().replace("’", "'") for word in _LETTERS.findall(line)]
    decision = _decision(line, words)
    if decision is None:
        return None, "", "Its first line does not say approve or reject and nothing else that could mean the opposite."
    rest = line[_first_end(line) :].lstrip(" \t.,;:!–—-").strip()
    comment = "\n".join(one for one in (rest, *more) if one)
    if not comment and len(paragraphs) > 1:
        comment = "\n".join(paragraphs[1])
    return decision, comment[:LONGEST_COMMENT], ""


def _decision(line: str, words: Sequence[str]) -> Decision | None:
    if not words:
        return None
    first, others = words[0], set(words[1:])
    if first in _APPROVE and not others & (_REJECT | _HEDGES):
        return "approve"
    if first in _REJECT and not others & _APPROVE:
        followed = re.match(r"[^\S\n]+\w", line[_first_end(line) :]) is not None
        return None if first in _SMALL_NO and followed else "reject"
    return None


def _first_end(line: str) -> int:
    found = _LETTERS.search(line)
    return found.end() if found else 0


def _paragraphs(text: str) -> Iterator[list[str]]:
    """The paragraphs before whatever is quoted, each of lines without what stands around them."""
    lines: list[str] = []
    for line in (one.strip() for one in text[:_LONGEST_TEXT].replace("\u200b", "").splitlines()):
        if _BEGINS_QUOTE.match(line) or _SIGNATURE.fullmatch(line):
            break
        if line:
            lines.append(line)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def _automatic(mail: Message) -> str:
    """Why it is one that a program has sent by itself; empty if it is not."""
    said = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().casefold()
    if said != "no":
        return f"Auto-Submitted: {said[:40]}"
    if str(mail.get("Precedence", "")).strip().casefold() in ("bulk", "junk", "list", "auto_reply"):
        return f"Precedence: {str(mail.get('Precedence'))[:40]}"
    for name in ("X-Autoreply", "X-Autorespond", "List-Id"):
        if name in mail:
            return name
    return "Return-Path: <>" if str(mail.get("Return-Path", "")).strip() == "<>" else ""


def _report(mail: Message) -> Bounce | Noise:
    """A report: of a delivery that failed, or of anything else, which is nobody's business here."""
    problems, marks = [], []
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            problems += [problem for block in _blocks(part) if (problem := _failure(block))]
        elif kind in ("message/rfc822", "message/rfc822-headers", "message/global", "message/global-headers"):
            marks += [text for block in _blocks(part) for text in _MARK.findall(str(block.get("Message-ID", "")))]
        elif kind in ("text/rfc822-headers", "text/rfc822", "text/plain"):
            marks += _MARK.findall(_decoded(part))
    if not problems:
        return Noise("a report of something else than a failure")
    return Bounce(_distinct(marks), "; ".join(problems[:_FEW])[:1_000])


def _blocks(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (one for one in payload if isinstance(one, Message))


def _failure(block: Message) -> str:
    """What is said of one address (RFC 3464, 2.3); empty unless it is that delivery has failed."""
    if str(block.get("Action", "")).strip().casefold() != "failed":
        return ""
    address = str(block.get("Final-Recipient", block.get("Original-Recipient", ""))).rpartition(";")[2]
    reason = str(block.get("Diagnostic-Code", "")).partition(";")[2] or str(block.get("Status", ""))
    return _line(f"{_line(address)[:200] or 'somebody'}: {_line(reason)[:300] or 'not delivered'}")


def _texts(mail: Message) -> Iterator[tuple[str, str]]:
    """The texts of a mail, plain and HTML, without those that are attached."""
    for part in mail.walk():
        subtype = part.get_content_subtype()
        if part.get_content_maintype() != "text" or subtype not in ("plain", "html"):
            continue
        if part.get_content_disposition() != "attachment":
            yield subtype, _decoded(part)[:_LONGEST_TEXT]


def _shown(html: str) -> str:
    """The beginning of what a page shows. Of a long one that is made up the library's parser would take minutes."""
    body = _BODY.search(html)
    return plain(html[body.start() if body else 0 :][:_LONGEST_PAGE])


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return data.decode("utf-8", errors="replace")


def _distinct(some: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.casefold() for one in some))[:_FEW]


def _line(text: str) -> str:
    return " ".join(text.split())
