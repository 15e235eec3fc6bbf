"""Expressions: what is taken can be compiled and run, gives a value or a documented error, and explains itself."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.corpus import function_examples, stock_expressions
from mimas.language.context import Context
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.expressions import attributes, compiled, evaluate, impure, parse, uses_now
from mimas.language.expressions.types import mistakes
from mimas.language.functions import REGISTRY
from mimas.language.results import Outcome, to_value
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Value, decode, encode

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
OBJECTS: tuple[Mapping[str, Value | None], ...] = (
    {},
    {"mail": "Ann.Lee@example.com", "size": 12, "active": True, "phones": ["1-2", "3-4"], "start": "2026-11-23"},
    {"mail": "9" * 4000, "size": 2**80, "active": "x", "phones": ["a" * 2000, "\0", ""], "start": "9999-12-31"},
)
"""What is not among these attributes is absent."""
_KINDS = {"size": Kind.INTEGER, "active": Kind.BOOLEAN, "start": Kind.DATETIME, "guid": Kind.BINARY}
_KNOWN = {
    name: Attribute(name, _KINDS.get(name, Kind.STRING), name == "phones") for name in (*_KINDS, "mail", "phones")
}
_PARAMETERS = {"Connector.ID": "hr", "Domain.FQDN": "example.com"}
_READ = re.compile(r"\[[^\[\]]+\]")


def _check(case: str) -> str:
    try:
        node = parse(case)
    except ExpressionError as error:
        assert 0 <= error.position <= max(len(case), 1), f"position {error.position} of {len(case)} characters"
        return told(error, error.message, error.suggestion)
    attributes(node), uses_now(node)
    list(mistakes(node, _KNOWN))
    try:
        run = compiled(node, _PARAMETERS)
    except ExpressionError as error:
        return told(error, error.message, error.suggestion)
    outcomes = []
    for values in OBJECTS:
        result = _result(lambda: run(values, Context(NOW)))  # noqa: B023 - called at once
        if not impure(node):
            explained = evaluate(node, values, Context(NOW), _PARAMETERS)
            again = _result(lambda: explained.value) if explained.error is None else explained.error  # noqa: B023
            assert type(result) is type(again), f"{result!r:.100} but explained {again!r:.100}"
            assert isinstance(result, Exception) or result == again, f"{result!r:.100} but explained {again!r:.100}"
        outcomes.append(told(result) if isinstance(result, Exception) else type(result).__name__)
    return f"{type(node).__name__} {outcomes[1]}"


def _result(compute: Any) -> Any:
    """What is stored; an error that is documented."""
    try:
        value = to_value(compute())
    except FlowError as error:
        return error
    if value is not None and not isinstance(value, Outcome):
        assert decode(encode({"x": value})) == {"x": value}, "what is stored is not what is loaded"
    return value


_TOKENS = (
    *(f"{name}(" for name in REGISTRY),
    *("&", "+", "-", "*", "=", "<>", "<", ">=", "&&", "||", "(", ")", ",", '"', '""', "[mail]", "[size]", "[phones]"),
    *(
        "[start]",
        "%Connector.ID%",
        "$v",
        "NULL",
        "True",
        "CRLF",
        "IgnoreThisFlow",
        "&HFF",
        "1.5",
        "Now()",
        '"d"',
        '"m"',
    ),
    *('"2026-11-23"', '"AAEC"', "Select($v, [phones], $v & ", "With($w, [mail] & [mail], $w & ", "IIF([active], "),
)

TARGETS = (
    Target(
        "expressions",
        _check,
        (*function_examples(), *(_READ.sub("[mail]", text) for text in stock_expressions()), *stock_expressions()),
        _TOKENS,
        (
            ("(", ")"),
            ("Trim(", ")"),
            ("Not(", ")"),
            ("With($v, $v * $v, ", ")"),
            ("With($v, $v & $v, ", ")"),
            ("With($v, [size], With($v, $v * $v, ", "))"),
            ('Replace("aaaa", "a", ', ")"),
            ("ConvertToBase64(", ")"),
            ("IIF([active], 1, ", ")"),
            ("Switch(True, ", ", 1, 2)"),
            ("1 - ", ""),
            ("1 & ", ""),
            ("-", ""),
            ("Join(Select($v, [phones], ", "))"),
        ),
        longest=20_000,
        quick=1_000,
    ),
)
