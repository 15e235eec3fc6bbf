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
    counted,
    parameters,
    refuses,
    uses_now,
    valued,
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
        ("[ a ]", A),
        ("-1", Literal(-1)),
        ("-1.5", Literal(-1.5)),
        ("--1", Literal(1)),
        ('-"1"', Operation("-", (Literal(0), Literal("1")))),
        ("1 - 2 - 3", Operation("-", (Operation("-", (Literal(1), Literal(2))), Literal(3)))),
        ("[a] + [b] + [a]", Operation("+", (A, B, A))),
        ("[a] || [b] || [a]", Operation("||", (A, B, A))),
        ("[a] & ([b] & [a])", Operation("&", (A, Operation("&", (B, A))))),
        ("LESSTHANOREQUALS(1, 2)", Operation("<=", (Literal(1), Literal(2)))),
        ("ValueCount([a])", Call("ValueCount", (A,))),
        ("Trim(vbTextCompare)", Call("Trim", (Literal("vbTextCompare"),))),
        (f"{'9' * 300}", Literal(int("9" * 300))),
        (f"&H{'f' * 198}", Literal(int("f" * 198, 16))),
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
        ("Trim([a]", 'The expression ends too early: a ")" is missing.', 8, ""),
        ("Trim()", "Trim takes 1 argument, not 0.", 0, ""),
        ("IIF([a], 1)", "IIF takes 3 arguments, not 2.", 0, ""),
        ("Switch(1, 2, 3)", "Switch: conditions and values do not come in pairs.", 0, ""),
        ("mail", "mail is no value: attributes stand in brackets.", 0, "[mail]"),
        ("IIF([a], 1, Nul)", "Nul is no value: attributes stand in brackets.", 12, "NULL"),
        ("Trim & 1", "The function Trim has no parentheses.", 0, "Trim(...)"),
        ('"abc', 'A text is not closed: its second " is missing.', 0, ""),
        ("[abc", 'An attribute is not closed: its "]" is missing.', 0, ""),
        ("[a] == 1", "== is no operator.", 4, "="),
        ("[a] != 1", "!= is not expected here.", 4, "<>"),
        ("[a] and [b]", "and is not expected here.", 4, "&&"),
        ("[a] [b]", "[ is not expected here.", 4, ""),
        ("Trim('a')", "' is not expected here.", 5, 'double quotes: "text"'),
        ("", "The expression is empty.", 0, ""),
        ("1 +", "The expression ends too early: something is missing behind it.", 3, ""),
        ("$x", "$x is not bound: only Select, Where and With bind variables.", 0, ""),
        ("Select($item, [a], $itm)", "$itm is not bound: only Select, Where and With bind variables.", 19, "$item"),
        ("Select([a], [a], 1)", "Select takes a variable first: Select($item, ...).", 7, ""),
        ("With($x, $x, 1)", "$x is not bound: only Select, Where and With bind variables.", 9, ""),
        ("ImportedValue(1)", 'ImportedValue takes the name of an attribute in quotes: ImportedValue("mail").', 14, ""),
        ("1" * 400, "The number is too long.", 0, ""),
        (f"1 & {'1' * 301}", "The number is too long.", 4, ""),
        (f"1 & &H{'1' * 199}", "The number is too long.", 4, ""),
        ("1 & Ture", "Ture is no value: attributes stand in brackets.", 4, "True"),
        ("1 & Fasle", "Fasle is no value: attributes stand in brackets.", 4, "False"),
        ("1 & CLRF", "CLRF is no value: attributes stand in brackets.", 4, "CRLF"),
        ("1 & IgnoreThisFlw", "IgnoreThisFlw is no value: attributes stand in brackets.", 4, "IgnoreThisFlow"),
        ("1 & Trim", "The function Trim has no parentheses.", 4, "Trim(...)"),
        ("1 & not", "The function not has no parentheses.", 4, "not(...)"),
        ("1 & or", "The function or has no parentheses.", 4, "or(...)"),
        ("1 & Equls(1, 2)", "There is no function Equls.", 4, "NotEquals"),
        ("1 & LessThn(1, 2)", "There is no function LessThn.", 4, "LessThan"),
        ("1 & Eq(1)", "Eq takes 2 arguments, not 1.", 4, ""),
        ("1 & Trim(1, 2)", "Trim takes 1 argument, not 2.", 4, ""),
        ("1 & Mid(1)", "Mid takes 2 to 3 arguments, not 1.", 4, ""),
        ("1 & Mid(1, 2, 3, 4)", "Mid takes 2 to 3 arguments, not 4.", 4, ""),
        ("1 & Coalesce()", "Coalesce takes at least 1 argument, not 0.", 4, ""),
        ("1 & Null(1)", "There is no function Null.", 4, "IsNull"),
        ("1 & Redact(1)", "Redact takes 0 arguments, not 1.", 4, ""),
        ('1 & ValueCount("")', 'ValueCount takes the name of an attribute in quotes: ValueCount("mail").', 15, ""),
        ("1 & Switch(1, 2, 3)", "Switch: conditions and values do not come in pairs.", 4, ""),
        ("1 & With(1, [a], 1)", "With takes a variable first: With($item, ...).", 9, ""),
        ("1 & $x", "$x is not bound: only Select, Where and With bind variables.", 4, ""),
        ("$y & With($x, 1, $x)", "$y is not bound: only Select, Where and With bind variables.", 0, ""),
        ("With($x, 1, $x) & $x", "$x is not bound: only Select, Where and With bind variables.", 18, ""),
        ("1 & (2", 'The expression ends too early: a ")" is missing.', 6, ""),
        ("1 & (2) &", "The expression ends too early: something is missing behind it.", 9, ""),
        ('1 "a"', "Text is not expected here.", 2, ""),
        ('1 & "a', 'A text is not closed: its second " is missing.', 4, ""),
        ("1 & [a", 'An attribute is not closed: its "]" is missing.', 4, ""),
        ("1 = = 2", "== is no operator.", 3, "="),
        ("1 = )", ") is not expected here.", 4, ""),
        ("1 [a]", "[ is not expected here.", 2, ""),
        ("1 && && 2", "& is not expected here.", 5, ""),
        ("1 ab cd ef", "ab is not expected here.", 2, ""),
        ("1 ab cd", "ab is not expected here.", 2, ""),
        ("Trim([a] ab)", "ab is not expected here.", 9, ""),
        ("1 order by 2", "order is not expected here.", 2, ""),
        ("1 OR 2", "OR is not expected here.", 2, "||"),
        ("1 == 2", "== is no operator.", 2, "="),
        ("1 & [ ]", "The attribute has no name.", 4, ""),
    ],
)
def test_errors_say_what_where_and_what_was_meant(text: str, says: str, position: int, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.message == says
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


@pytest.mark.parametrize(
    ("text", "only_counted", "read"),
    [
        ("Count([a]) + Len([b])", "a", "b"),
        ("IsPresent([a]) && [a] = [b]", "a", "a b"),
        ('ValueCount("a") + IIF(IsNull([b]), 1, 2)', "a b", ""),
        ("IsNullOrEmpty(Trim([a]))", "", "a"),
        ("IsPresent(Item([a], Count([b])))", "b", "a"),
        ("1", "", ""),
    ],
)
def test_what_is_only_counted_and_what_is_read(text: str, only_counted: str, read: str) -> None:
    assert counted(parse(text)) == set(only_counted.split())
    assert valued(parse(text)) == set(read.split())


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ('Error("x")', True),
        ("IgnoreThisFlow", True),
        ('IIF([a], Error("x"), IgnoreThisFlow)', True),
        ('IIF([a], IIF([b], Error("x"), Error("y")), IgnoreThisFlow)', True),
        ('IIF([a], Error("x"), [b])', False),
        ('IIF([a], [b], Error("x"))', False),
        ("AuthoritativeNull", False),
        ("Trim(IgnoreThisFlow)", False),
        ("[a]", False),
    ],
)
def test_what_has_no_value_ever(text: str, never: bool) -> None:
    assert refuses(parse(text)) is never


def test_importing_the_parser_builds_no_grammar() -> None:
    program = "import sys, mimas.language.expressions.codegen, mimas.language.filters.parser, mimas.language.scope"
    subprocess.run([sys.executable, "-c", f"{program}; assert 'lark' not in sys.modules"], check=True)


def test_each_part_knows_where_it_stands() -> None:
    text = '1 & [a] & "t" & %P% & With($v, &HF, $v) & -[b] & NULL & Null() & Eq(2, 3)'
    operation = parse(text)
    assert isinstance(operation, Operation)
    found = [text[operand.position :].split(" ", maxsplit=1)[0] for operand in operation.operands]
    assert found == ["1", "[a]", '"t"', "%P%", "With($v,", "-[b]", "NULL", "Null()", "Eq(2,"]
    call = operation.operands[4]
    assert isinstance(call, Call)
    assert [text[argument.position] for argument in call.arguments] == ["$", "&", "$"]
    named = parse('1 & ValueCount("a")')
    assert isinstance(named, Operation)
    assert isinstance(named.operands[1], Call)
    assert named.operands[1].arguments[0].position == 15


def test_the_deepest_nesting() -> None:
    deep = "Trim(" * DEEPEST + "[a]" + ")" * DEEPEST
    with pytest.raises(ExpressionError) as caught:
        parse(deep)
    assert caught.value.message == "More than 60 levels of nesting: use Switch, or divide it over several flows."
    assert caught.value.position == 5 * DEEPEST
    parse(deep[5:-1])
    inner = "Trim(" * (DEEPEST - 2) + "$v" + ")" * (DEEPEST - 2)
    for binding in (f"With($v, [a], {inner})", f"With($v, {inner.replace('$v', '[a]')}, $v)"):
        parse(binding)
        with pytest.raises(ExpressionError, match="levels of nesting"):
            parse(f"Trim({binding})")


def test_half_a_character_is_told() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse('1 & "\ud800"')
    assert caught.value.message == "This is half a character, which cannot be stored."
    assert (caught.value.position, caught.value.text) == (5, '1 & "\ud800"')
