"""How letters look: what stands around a body that is a part of a page, and the parts that look-ups give.

It is written for mail programs: styles beside the words, tables for what stands side by side, nothing loaded.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

_FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; background: #f3f4f6; color: #1f2933; }
.page { font: 16px/1.5 FONT; }
.card { max-width: 600px; margin: 0 auto; background: #ffffff; border-radius: 8px; padding: 24px; }
p { margin: 0 0 16px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 16px; }
table.changes { width: 100%; border-collapse: collapse; margin: 0 0 16px; }
table.changes th, table.changes td { text-align: left; vertical-align: top; padding: 6px 8px 6px 0;
  border-bottom: 1px solid #d9dee5; overflow-wrap: anywhere; }
table.changes th { font-size: 13px; font-weight: 600; color: #52606d; }
.OldValueStyle { text-decoration: line-through; color: #7b8794; }
.quiet { font-size: 14px; color: #52606d; }
.said { white-space: pre-line; }
@media (prefers-color-scheme: dark) {
  body, .page { background: #16191d !important; color: #e4e7eb !important; }
  .card { background: #1f242a !important; }
  table.changes th, .quiet, .OldValueStyle { color: #9aa5b1 !important; }
  table.changes th, table.changes td { border-color: #3a424b !important; }
  a { color: #8ab4f8; }
}
""".replace("FONT", _FONT)
_BUTTON = Markup(
    '<a href="{}" style="display:inline-block;padding:12px 22px;margin:0 12px 12px 0;border-radius:6px;'
    'background:{};color:#ffffff;font-weight:600;text-decoration:none">{}</a>'
)
_GREEN, _RED, _BLUE = "#0b6b3a", "#a61b1b", "#1d4ed8"


class Changed(NamedTuple):
    """A change, for people: what it is called, what is there, what is to be."""

    label: str
    before: Sequence[str]
    after: Sequence[str]


class Words(NamedTuple):
    """What is said around the ways to answer."""

    approve: str
    reject: str
    reply: str
    not_plain: str
    late: str


WORDS = {
    "en": Words(
        "Approve",
        "Reject",
        "Or answer this letter: write approve or reject in the first line, and why in the next.",
        "The first line is to say approve or reject, and nothing that could mean the opposite.",
        "The time in which it was to be decided is over.",
    ),
    "de": Words(
        "Genehmigen",
        "Ablehnen",
        "Oder antworten Sie auf diese Mail: genehmigt oder abgelehnt in der ersten Zeile, der Grund in der nächsten.",
        "In der ersten Zeile soll genehmigt oder abgelehnt stehen, und nichts, was das Gegenteil heißen könnte.",
        "Die Zeit, in der es zu entscheiden war, ist vorbei.",
    ),
}


def words(language: str | None) -> Words:
    """The words of a language, as far as there are any."""
    return WORDS.get((language or "en").replace("_", "-").partition("-")[0].casefold(), WORDS["en"])


def shell(subject: str, body: str) -> str:
    """The page around a body; a body that is a whole page stays as it is."""
    if "<html" in body[:2000].casefold():
        return body
    return (
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(subject)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<div class="page" style="font:16px/1.5 {_FONT};background:#f3f4f6;padding:24px 12px">\n'
        '<div class="card" style="max-width:600px;margin:0 auto;background:#ffffff;border-radius:8px;padding:24px">\n'
        f"{body.strip()}\n</div>\n</div>\n</body>\n</html>\n"
    )


def changes(rows: Iterable[Changed]) -> Markup:
    """The rows of a table of changes, three cells each: MIM's ``AllChangesAuthorizationTable``, with its styles."""
    row = Markup(
        '<tr><td class="AttributeStyle">{}</td><td class="OldValueStyle">{}</td><td class="NewValueStyle">{}</td></tr>'
    )
    return Markup("\n").join(
        row.format(one.label, ", ".join(one.before) or "–", ", ".join(one.after) or "–") for one in rows
    )


def lines(some: Iterable[str]) -> Markup:
    """A list, an item a line; nothing for nothing."""
    items = Markup("\n").join(Markup("<li>{}</li>").format(one) for one in some)
    return Markup("<ul>\n{}\n</ul>").format(items) if items else Markup("")


def answers(approve: str | None, reject: str | None, *, reply: bool, language: str | None = None) -> Markup:
    """The ways to answer: two buttons where there are addresses for them, and by a reply where somebody reads it."""
    said = words(language)
    parts = []
    if approve and reject:
        buttons = ((approve, _GREEN, said.approve), (reject, _RED, said.reject))
        parts.append(Markup("<p>{}</p>").format(Markup("\n").join(_button(*one) for one in buttons)))
    if reply:
        parts.append(Markup('<p class="quiet">{}</p>').format(said.reply))
    return Markup("\n").join(parts)


def button(address: str, label: str) -> Markup:
    """A link that looks like a button."""
    return Markup("<p>{}</p>").format(_button(address, _BLUE, label))


def _button(address: str, colour: str, label: str) -> Markup:
    return _BUTTON.format(address, colour, label)
