"""No text of a user becomes code, whatever it holds."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.language.context import Context
from mimas.language.errors import ExpressionError
from mimas.language.expressions.codegen import source
from mimas.language.expressions.parser import parse
from mimas.language.scope import Clause, Operator, scope_source

EVIL = [
    "__import__('os').system('id')",
    "') or __import__('os').system('id') or ('",
    '" + __import__("os") + "',
    "\\'\n\r\u2028\x00",
    "{0}{x}",
    "lambda: 0",
]


def read(name: str) -> str:
    return f"g({name!r})"


def names_used(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


def texts_of(text: str) -> set[object]:
    return {node.value for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Constant)}


@pytest.mark.parametrize("evil", EVIL)
def test_text_and_names_of_attributes_stay_text(evil: str) -> None:
    quoted = '"' + evil.replace('"', '""') + '"'
    for template in ("Trim({0})", "[a] = {0}", "{0} & [a]", "IIF([a] = {0}, {0}, Error({0}))", "With($v, {0}, $v)"):
        names: dict[str, object] = {}
        text = source(parse(template.replace("{0}", quoted)), read, names)
        assert names_used(text) <= {*names, "g", "str", "type", "_t1", "_t2", "_v1"}
        assert evil in texts_of(text)
    names = {}
    attribute = evil.replace("[", "").replace("]", "")
    text = source(parse(f"Trim([{attribute}])"), read, names)
    assert names_used(text) <= {*names, "g", "str", "type", "_t1"}


@given(st.text())
def test_any_text_is_itself(text: str) -> None:
    code = source(parse('"' + text.replace('"', '""') + '"'), read, {})
    assert ast.literal_eval(code) == text


@pytest.mark.parametrize("evil", EVIL)
def test_parameters_and_scopes_stay_text(evil: str) -> None:
    assert ast.literal_eval(source(parse("%P%"), read, {}, {"P": evil})) == evil
    names: dict[str, object] = {}
    text = scope_source(((Clause(evil, Operator.EQUAL, evil),),), read, names)
    assert names_used(text) <= {*names, "g"}
    assert eval(text, {**names, "g": {evil: evil}.get, "x": Context}) is True


def test_a_parameter_that_is_not_set_is_named() -> None:
    with pytest.raises(ExpressionError, match=r"%Domain.Netbios% is not set") as caught:
        source(parse("%Domain.Netbios%"), read, {}, {"Domain.NetBIOS": "X"})
    assert caught.value.suggestion == "%Domain.NetBIOS%"
