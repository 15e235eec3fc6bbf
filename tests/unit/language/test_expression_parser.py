"""Expressions: their trees, and what is said of those that are none."""

import subprocess
import sys

import pytest

from mimas.language.errors import ExpressionError
from mimas.language.expressions.analysis import impure
from mimas.language.expressions.parser import DEEPEST, parse
from mimas.language.expressions.tree import (
    Attribute,
    Call,
    Literal,
    Node,
    Operation,
    Parameter,
    Variable,
    attributes,
    parameters,
    uses_now,
)
from mimas.language.results import Outcome

A, B = Attribute("a"), Attribute("b")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("[extension attribute-1]", Attribute("extension attribute-1")),
        ('"say ""yes"""', Literal('say "yes"')),
        ('"\\\\server\\share"', Literal("\\\\server\\share")),
        ("&HFF", Literal(255)),
        ("1.5", Literal(1.5)),
        ("true", Literal(value=True)),
        ("NULL", Literal(None)),
        ("Null()", Literal(None)),
        ("CRLF", Literal("\r\n")),
        ("crlf()", Literal("\r\n")),
        ("IgnoreThisFlow", Literal(Outcome.IGNORE)),
        ("authoritativenull", Literal(Outcome.AUTHORITATIVE_NULL)),
        ("%Domain.FQDN%", Parameter("Domain.FQDN")),
        ("trim([a])", Call("Trim", (A,))),
        ("UpperCase([a])", Call("UCase", (A,))),
        ('ImportedValue("a")', Call("ImportedValue", (A,))),
        ("[a]&[b]&[a]", Operation("&", (A, B, A))),
        ("[a]&&[b]", Operation("&&", (A, B))),
        ("[a] &HFF", Operation("&", (A, Attribute("HFF")))),
        ("[a] & &HFF", Operation("&", (A, Literal(255)))),
        ("[a]-1", Operation("-", (A, Literal(1)))),
        ("-[a]", Operation("-", (Literal(0), A))),
        ("Eq([a], [b])", Operation("=", (A, B))),
        ("[a] - [b] * 2", Operation("*", (Operation("-", (A, B)), Literal(2)))),
        ("[a] - ([b] * 2)", Operation("-", (A, Operation("*", (B, Literal(2)))))),
        ("[a] || [b] = False", Operation("||", (A, Operation("=", (B, Literal(value=False)))))),
        ("[a] = [b] & 1", Operation("=", (A, Operation("&", (B, Literal(1)))))),
        ("[a] || [b] && [a]", Operation("&&", (Operation("||", (A, B)), A))),
        ("With($x, [a], $x)", Call("With", (Variable("x"), A, Variable("x")))),
    ],
)
def test_trees(text: str, node: Node) -> None:
    if text == "[a] &HFF":
        with pytest.raises(ExpressionError):
            parse(text)
    else:
        assert parse(text) == node


@pytest.mark.parametrize(
    ("text", "says", "position", "suggestion"),
    [
        ("Trm([a])", "There is no function Trm.", 0, "Trim"),
        ("1 + IsPresnt([a])", "There is no function IsPresnt.", 4, "IsPresent"),
        ("Trim([a]", 'a ")" is missing', 8, ""),
        ("Trim()", "takes 1 argument, not 0", 0, ""),
        ("IIF([a], 1)", "takes 3 arguments, not 2", 0, ""),
        ("Switch(1, 2, 3)", "in pairs", 0, ""),
        ("mail", "attributes stand in brackets", 0, "[mail]"),
        ("IIF([a], 1, Nul)", "no value", 12, "NULL"),
        ("Trim & 1", "has no parentheses", 0, "Trim(...)"),
        ('"abc', "not closed", 0, ""),
        ("[abc", "not closed", 0, ""),
        ("[a] == 1", "no operator", 4, "="),
        ("[a] != 1", "!=", 4, "<>"),
        ("[a] and [b]", "and is not expected", 4, "&&"),
        ("[a] [b]", "is not expected", 4, ""),
        ("Trim('a')", "not expected", 5, 'double quotes: "text"'),
        ("", "empty", 0, ""),
        ("1 +", "ends too early", 3, ""),
        ("$x", "is not bound", 0, ""),
        ("Select($item, [a], $itm)", "is not bound", 19, "$item"),
        ("Select([a], [a], 1)", "takes a variable first", 7, ""),
        ("With($x, $x, 1)", "is not bound", 9, ""),
        ("ImportedValue(1)", "in quotes", 14, ""),
        ("1" * 400, "too long", 0, ""),
        ("1 & [ ]", "no name", 4, ""),
    ],
)
def test_errors_say_what_where_and_what_was_meant(text: str, says: str, position: int, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert says in caught.value.message
    assert caught.value.position == position
    assert caught.value.suggestion == suggestion
    assert caught.value.text == text
    assert text in str(caught.value)


def test_deep_nesting_is_refused_and_never_crashes() -> None:
    with pytest.raises(ExpressionError, match="levels of nesting"):
        parse("Trim(" * 20_000 + "[a]" + ")" * 20_000)
    assert parse("(" * 5_000 + "[a]" + ")" * 5_000) == A
    assert len(attributes(parse(" || ".join(f'[a{index}] = "x"' for index in range(1000))))) == 1000
    parse("Trim(" * (DEEPEST - 1) + "[a]" + ")" * (DEEPEST - 1))


def test_what_a_tree_depends_on() -> None:
    node = parse('IIF([a] > Now(), ImportedValue("b") & %P%, Select($x, [c], Guid()))')
    assert attributes(node) == {"a", "b", "c"}
    assert parameters(node) == {"P"}
    assert uses_now(node)
    assert impure(node)
    assert not impure(parse("Trim([a])"))
    assert not uses_now(parse('DateAdd("d", 1, [a])'))


def test_importing_the_parser_builds_no_grammar() -> None:
    program = "import sys, mimas.language.expressions.codegen, mimas.language.filters.parser, mimas.language.scope"
    subprocess.run([sys.executable, "-c", f"{program}; assert 'lark' not in sys.modules"], check=True)
