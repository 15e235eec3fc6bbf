"""What the pages say, in the language of whoever reads them.

The words stand in English where they are used, and in ``languages/`` in the others, as gettext has it (Babel).
"""

from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

SOURCE = "en"


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are; first the one that everything is written in."""
    folder = files("mimas.web") / "languages"
    return SOURCE, *sorted(one.name.removesuffix(".po") for one in folder.iterdir() if one.name.endswith(".po"))


def chosen(*wishes: str) -> str:
    """The first language that there is: wishes are languages, or lists of them as browsers send them (RFC 9110)."""
    asked = [_tag(one) for wish in wishes for one in wish.split(",") if one.strip()]
    return (negotiate_locale(asked, languages()) or SOURCE).partition("_")[0]


def _tag(wish: str) -> str:
    return wish.partition(";")[0].strip().replace("-", "_")


class Words:
    """The words of one language."""

    def __init__(self, language: str, zone: tzinfo = UTC) -> None:
        self.language = language
        self.zone = zone
        self._locale = Locale.parse(language)
        self._translations = _translations(language)

    def __call__(self, text: str, **fields: object) -> str:
        """A text; ``fields`` stand in it in braces."""
        found = self._translations.gettext(text)
        return found.format(**fields) if fields else found

    def many(self, one: str, several: str, count: int, **fields: object) -> str:
        """A text with a ``{count}``, in its form for so many."""
        return self._translations.ngettext(one, several, count).format(count=self.number(count), **fields)

    def number(self, number: int) -> str:
        """A number."""
        return format_decimal(number, locale=self._locale)

    def moment(self, at: datetime | str | None) -> str:
        """An instant: date and time."""
        return format_datetime(_instant(at), "medium", tzinfo=self.zone, locale=self._locale) if at else ""


def _instant(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


@cache
def _translations(language: str) -> NullTranslations:
    if language == SOURCE:
        return NullTranslations()
    source = files("mimas.web") / "languages" / f"{language}.po"
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
