"""Scopes: short forms become clauses, clauses a generated function that decides about every object."""

from datetime import UTC, datetime

from mimas.configuration import notation
from mimas.configuration.notation import NotationError
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.expressions import OBJECTS
from mimas.language.context import Context
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.scope import Clause, Operator, Scope, scope_attributes, scope_groups, scope_source
from mimas.schema.values import Scalar

_NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _check(case: str) -> str:
    """A line is a clause; an empty line begins another group."""
    try:
        groups = [[notation.clause(line) for line in part.splitlines()] for part in case.split("\n\n")]
        scope: Scope = tuple(
            tuple(Clause(c["attribute"], Operator(c["operator"]), c["value"] or "") for c in group) for group in groups
        )
        parameters: dict[str, Scalar] = {"p": "a", "n": 7}
        names: dict[str, object] = {}
        scope_attributes(scope), scope_groups(scope, parameters)
        source = scope_source(scope, lambda name: f"g({name!r})", names, parameters)
        holds = eval(compile(f"lambda g, x: {source}", "<scope>", "eval"), names)  # noqa: S307 - as the engine does
    except NotationError as error:
        return told(error, error.message, error.hint)
    except ExpressionError as error:
        return told(error, error.message, error.suggestion)
    outcome = ""
    for values in OBJECTS:
        try:
            assert isinstance(holds(values.get, Context(_NOW)), bool)
        except FlowError as error:
            outcome = told(error)
    return outcome or f"{len(groups)}"


TARGETS = (
    Target(
        "scopes",
        _check,
        (
            "mail EQUAL ann@example.com\nsize GREATERTHAN 3\n\nmail ISNULL",
            "size ISBITSET 2\nsize ISBITNOTSET 0x10",
            'start LESSTHAN_OR_EQUAL =DateAdd("d", 7, Now())',
            "mail ISIN 'a;b; c'\nphones NOTSTARTSWITH \"1\"",
            "size ISBITSET =[mail]\nmail CONTAINS =Left([mail], 3)\nmail EQUAL %p%",
            "member ISMEMBEROF cn=all,dc=x",
        ),
        (*(f" {operator} " for operator in Operator), "=", "[mail]", "[size]", "%p%", "%n%", "%q%", ";", "'", '"', "\n", "\n\n",
         " ", "Now()", "mail", "size", "phones", "0x", "0b1"),
        (("'", "'"), ("=(", ")"), (" ", "")),
        longest=20_000,
        quick=1_000,
    ),
)  # fmt: skip
