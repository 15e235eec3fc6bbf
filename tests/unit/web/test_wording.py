"""Whatever the pages say is said in every language, with the same fields."""

import re
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

from mimas.web.wording import Words, chosen, languages

KEYWORDS = {"_": None, "words": None, "many": (1, 2)}
BELOW = ("runs/catalogue/words.py", "schedules/describing.py")
"""Below the pages there is what they say, too."""
METHODS = [("**.py", "python"), ("**.html", "jinja2")]


def said() -> set[str | tuple[str, ...]]:
    """Everything that is to be translated; of a text with a count, both of its forms."""
    found = extract_from_dir(str(files("mimas.web")), METHODS, keywords=KEYWORDS)
    below = (extract_from_file("python", str(files("mimas") / path), keywords=KEYWORDS) for path in BELOW)
    return {message for _, _, message, _, _ in found if message} | {one[1] for some in below for one in some}


@pytest.mark.parametrize("language", languages()[1:])
def test_a_language_is_whole(language: str) -> None:
    with (files("mimas.web") / "languages" / f"{language}.po").open("rb") as file:
        kept = {message.id: message for message in read_po(file, locale=language) if message.id}
    assert set(kept) == said(), "run scripts/words, and translate what is new"
    for id_, message in kept.items():
        originals = [id_] if isinstance(id_, str) else list(id_)
        translations = [message.string] if isinstance(message.string, str) else list(message.string or ())
        assert all(translations), id_
        for original, translation in zip(originals, translations, strict=True):
            assert sorted(re.findall(r"{\w+}", original)) == sorted(re.findall(r"{\w+}", translation)), id_


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        (["", "de-DE,de;q=0.9,en;q=0.8"], "de"),
        (["fr", "de"], "fr"),
        (["", "sv,nl"], "en"),
        (["", ""], "en"),
        (["", "fr-CH, en;q=0.5"], "fr"),
        (["../x", "\n;"], "en"),
    ],
)
def test_the_first_language_that_there_is(wishes: list[str], language: str) -> None:
    assert chosen(*wishes) == language


def test_forms_for_so_many() -> None:
    texts = ("{count} session was ended.", "{count} sessions were ended.")
    assert [Words("de").many(*texts, count) for count in (1, 1234)] == [
        "1 Sitzung wurde beendet.",
        "1.234 Sitzungen wurden beendet.",
    ]
    assert [Words("fr").many(*texts, count) for count in (0, 2)] == [
        "0 session a été terminée.",
        "2 sessions ont été terminées.",
    ]


def test_instants_and_numbers_as_they_are_written_there() -> None:
    at = datetime(2026, 12, 1, 8, 5, tzinfo=UTC)
    assert Words("de").moment(at) == "01.12.2026, 08:05:00"
    assert Words("de").moment("2026-12-01T08:05:00Z") == "01.12.2026, 08:05:00"
    assert Words("fr").number(1000) == "1\u202f000"
    assert Words("en").moment(None) == ""
