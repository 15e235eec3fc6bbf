"""Regular expressions of .NET, replacements and date formats: each with texts they are tried on."""

from datetime import UTC, datetime

from mimas.dev.fuzzing.target import Target, told
from mimas.language.errors import FlowError
from mimas.language.functions import REGISTRY
from mimas.language.patterns import format_date, parse_date

_match, _replace = REGISTRY["RegexMatch"].call, REGISTRY["RegexReplace"].call
_DATES = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2026, 11, 23, 8, 5, 9, 1234, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
)


def _regex(case: str) -> str:
    """The first line is the expression, the second the replacement, the rest the text."""
    expression, _, rest = case.partition("\n")
    new, _, text = rest.partition("\n")
    try:
        found = _match(text[:300], expression)
        return f"{found} {_replace(text[:300], expression, new) == text[:300]}"
    except FlowError as error:
        return told(error)


def _date(case: str) -> str:
    """The first line is the format, the rest a text that may have it."""
    form, _, text = case.partition("\n")
    try:
        written = [format_date(date, form) for date in _DATES]
    except FlowError as error:
        return told(error)
    read = 0
    for one in (*written, text):
        try:
            date = REGISTRY["FormatDateTime"].call(one, "", form, "o")
        except FlowError as error:
            outcome = told(error)
        else:
            read, outcome = read + 1, "date"
            assert not form or parse_date(one, form).tzinfo is UTC, date
    return f"{read} {outcome}"


TARGETS = (
    Target(
        "regexes",
        _regex,
        (
            "^A-[0-9]+$\n$1\nA-1023",
            "(?i)([a-z]+), (?<given>[a-z]+)\n${given} $1\nLee, Ann",
            "(?'year'\\d{4})-\\k<year>\n$$ $& $0\n2026-2026",
            "^(\\w+\\.)*\\w+@([a-z0-9-]+\\.)+[a-z]{2,}$\n\nann.lee@mail.example.com",
            "(a+)+$\nx\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
            "(\\d{1,3}\\.){3}\\d{1,3}\n-\n10.20.30.4",
            "[^\\W\\d_][\\w'](?=x)(?!y)(?<=z)|\\bq\\B\\z\n$1\nzq'x",
        ),
        ("(", ")", "(?:", "(?<n>", "(?i)", "(?=", "(?<!", "\\k<n>", "\\1", "\\p{L}", "\\d", "\\w*", ".*", "+", "*", "?", "+?",
         "{2,}", "{0,30}", "|", "[a-z]", "[^", "^", "$", "\\b", "$1", "${n}", "$&", "$`", "a", "aaaaaaaaaaaaaaaaaaaaaaaaa", "\n"),
        (("(", ")*"), ("(?:", ")+"), ("(", ")"), ("(?=", ")"), ("[", "]"), ("(?:", "){9}"), ("(", "|a)*")),
        longest=20_000,
        quick=1_000,
    ),
    Target(
        "date-formats",
        _date,
        (
            "yyyy-MM-dd\n2026-11-23",
            "dd.MM.yyyy HH:mm:ss\n23.11.2026 08:05:09",
            "dddd, d MMMM yy 'at' h:mm tt\nMonday, 23 November 26 at 8:05 AM",
            "yyyyMMddHHmmss.0Z\n20140905081453.0Z",
            "s\n2026-11-23T08:05:09",
            "yyyy-MM-ddTHH:mm:ss.ffffffK\n0001-01-01T00:00:00.000000+02:00",
        ),
        ("yyyy", "yy", "MMMM", "MMM", "MM", "M", "dddd", "ddd", "dd", "d", "HH", "hh", "mm", "ss", "f", "ffffff", "tt", "zzz", "K",
         "'", '"', "\\", "%", " ", "Z", "+14:00", "-23:59", "0001", "9999"),
        (("'", "'"), ('"', '"'), ("%", ""), (" ", "")),
        longest=5_000,
        quick=500,
    ),
)  # fmt: skip
