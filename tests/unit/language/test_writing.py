"""A tree as text: brackets where they are needed, and nowhere else."""

import pytest

from mimas.language.expressions import parse, written


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ('trim( [a] )&"x"', 'Trim([a]) & "x"'),
        ("([a] & [b]) & [c]", "[a] & [b] & [c]"),
        ("[a] - ([b] - [c])", "[a] - ([b] - [c])"),
        ("([a] - [b]) - [c]", "[a] - [b] - [c]"),
        ("2 + 5 * 3", "2 + 5 * 3"),
        ("2 + (5 * 3)", "2 + (5 * 3)"),
        ("[a] = 1 && ([b] = 2 || [c] <> -1.50)", "[a] = 1 && ([b] = 2 || [c] <> -1.5)"),
        ("([a] & [b]) = [c]", "[a] & [b] = [c]"),
        ("([a] = [b]) & [c]", "([a] = [b]) & [c]"),
        ("[a] = ([b] & [c])", "[a] = [b] & [c]"),
        ("[a] & ([b] = [c])", "[a] & ([b] = [c])"),
        ('"a ""b"""', '"a ""b"""'),
        ('CRLF & null & true & %P% & With($x, "y", $x)', 'CRLF & NULL & True & %P% & With($x, "y", $x)'),
        ("IIF(IsPresent([a]), IgnoreThisFlow, AuthoritativeNull)",) * 2,
        ("0.0000001", "0.0000001"),
    ],
)
def test_what_is_written_means_the_same(text: str, as_written: str) -> None:
    assert written(parse(text)) == as_written
    assert parse(as_written) == parse(text)
