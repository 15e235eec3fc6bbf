"""Expressions of MIMWAL."""

import pytest

from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.workflows.expressions import Expressions, Value


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('"a"', "a"),
        ('"say ""hi"""', 'say "hi"'),
        ('" a"', '=" a"'),
        ('"=x"', '="=x"'),
        ('"[//Target/x]"', '="[//Target/x]"'),
        ('""', '=""'),
        ("[//Target/Manager]", "[//Target/Manager]"),
        ("-5", "-5"),
        ("true", "true"),
        ("$x", "[//WorkflowData/x]"),
        ('"a"+$x + [//Target/A]', '="a" & [//WorkflowData/x] & [//Target/A]'),
        ('Concatenate("a,b", ReplaceString("+", "+", "("))', '=Concatenate("a,b", ReplaceString("+", "+", "("))'),
        ("", ""),
    ],
)
def test_expressions_in_their_simplest_form(text: str, written: str) -> None:
    assert Expressions("").words(text) == written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Nope(1)", "There is no function Nope"),
        ("foo", "foo is no value"),
        ('"open', 'what "open means in "open is not known'),
        ("a ? b", "what ? b means in a ? b is not known"),
        ("(" * 5000, "cannot be written"),
        ('"\x01"', "signs that cannot be written"),
    ],
)
def test_what_is_no_expression(text: str, why: str) -> None:
    with pytest.raises(UntranslatableError) as error:
        Expressions("").words(text)
    assert why in str(error.value)


@pytest.mark.parametrize("text", ["00:30:00", "7", "Ask the help desk.", "a@example.com"])
def test_what_may_be_a_text_is_one_where_it_is_no_expression(text: str) -> None:
    assert Expressions("").either(text) == text


@pytest.mark.parametrize("text", ["Nope(1)", "$a + ?", '"a" ?', "[//Target/A] ?"])
def test_what_was_meant_as_an_expression_is_no_text(text: str) -> None:
    with pytest.raises(UntranslatableError):
        Expressions("").either(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('InsertValues("a")', [Value("a", "add")]),
        ("removevalues( [//Target/A] )", [Value("[//Target/A]", "remove")]),
        ('IIF([//Target/A], InsertValues("a"), Null())', [Value('=IIF([//Target/A], "a", Null())', "add")]),
        (
            'IIF(Eq("(",","), IIF(true, InsertValues("a"), RemoveValues("b")), RemoveValues("c"))',
            [
                Value('=IIF(Eq("(", ","), IIF(true, "a", Null()), Null())', "add"),
                Value('=IIF(Eq("(", ","), IIF(true, Null(), "b"), "c")', "remove"),
            ],
        ),
        ('IIF(true, "a", Null())', [Value('=IIF(true, "a", Null())')]),
        ('Trim("a") + Trim("b")', [Value('=Trim("a") & Trim("b")')]),
        ("Null()", [Value("=Null()")]),
    ],
)
def test_values_that_are_added_and_removed(text: str, values: list[Value]) -> None:
    assert Expressions("").values(text) == values


def test_names_of_data() -> None:
    expressions = Expressions("… [//workflowdata/Name/x] …")
    assert expressions.target("$name") == "[//WorkflowData/name_variable]"
    assert expressions.target("[//Target/A]") == "[//Target/A]"
    assert expressions.data("[//WorkflowData/A]") == "A"
    assert expressions.data("[//WorkflowData/A/B]") == expressions.data("[//Target/A]") == ""
