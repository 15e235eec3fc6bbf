"""Which conditions and flows the engine evaluates, and what they give: watched in the functions that it calls.

The rules are compiled as always. Their functions are then compiled once more from their own text, in which each
condition and each flow passes its value on to a watcher; so what is watched is what is run.
"""

import ast
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from mimas.sync.compiling import Compiled
from mimas.sync.generated import About, Generated
from mimas.sync.linking import Linker
from mimas.sync.outbound import Target

_NAME = "_watch"


@dataclass(slots=True)
class Watched:
    """What has been seen."""

    held: Counter[About] = field(default_factory=Counter)
    """Scope → how often something was in it."""
    failed: Counter[About] = field(default_factory=Counter)
    """Scope → how often something was not."""
    given: Counter[About] = field(default_factory=Counter)
    """Flow → how often it gave a value."""
    empty: Counter[About] = field(default_factory=Counter)
    """Flow → how often it gave none."""

    def condition(self, about: About, value: Any) -> Any:
        """A scope was asked."""
        (self.held if value else self.failed)[about] += 1
        return value

    def flow(self, about: About, value: Any) -> Any:
        """A flow was followed."""
        (self.empty if value is None else self.given)[about] += 1
        return value


def watch(compiled: Compiled, watched: Watched) -> Compiled:
    """The same rules, watched."""
    return replace(
        compiled,
        contributors={
            key: replace(one, function=_function(one.function, watched)) for key, one in compiled.contributors.items()
        },
        targets={key: [_target(one, watched) for one in some] for key, some in compiled.targets.items()},
        linkers={key: _linker(one, watched) for key, one in compiled.linkers.items()},
        memberships=[replace(one, scope=_optional(one.scope, watched)) for one in compiled.memberships],
        _interests={},
    )


def _target(target: Target, watched: Watched) -> Target:
    return replace(
        target,
        function=_function(target.function, watched),
        scopes=_optional(target.scopes, watched),
        leaving=_optional(target.leaving, watched),
        secrets=_optional(target.secrets, watched),
    )


def _linker(linker: Linker, watched: Watched) -> Linker:
    criteria = tuple(replace(one, values=_optional(one.values, watched)) for one in linker.criteria)
    return replace(linker, criteria=criteria, scopes=_optional(linker.scopes, watched))


def _optional(function: Generated | None, watched: Watched) -> Generated | None:
    return _function(function, watched) if function is not None else None


def _function(function: Generated, watched: Watched) -> Generated:
    tree = ast.parse(function.source)
    _Passing(function.about).visit(tree)
    # Lines stay what they were, so that a failure is told of the same flow.
    scope: dict[str, Any] = {
        **function.call.__globals__,
        _NAME: {
            "condition": lambda line, value: watched.condition(_about(function, line), value),
            "flow": lambda line, value: watched.flow(_about(function, line), value),
        },
    }
    exec(compile(ast.fix_missing_locations(tree), function.file, "exec"), scope)  # noqa: S102 - as in `Code.build`
    return replace(function, call=scope[function.call.__name__])


def _about(function: Generated, line: int) -> About:
    about = function.about[line - 1]
    assert about is not None
    return about


class _Passing(ast.NodeTransformer):
    """Lets what a line that stands for a scope or a flow computes pass through the watcher."""

    def __init__(self, about: tuple[About | None, ...]) -> None:
        self.about = about

    def visit_If(self, node: ast.If) -> ast.AST:
        """A scope; a condition that is more than that stands beside a flow, and is left alone."""
        self.generic_visit(node)
        if self._is_scope(node.lineno):
            node.test = _passed("condition", node.test)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """The scope of a membership."""
        if self._is_scope(node.lineno) and node.value is not None:
            node.value = _passed("condition", node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """A flow."""
        if self.about[node.lineno - 1] is not None:
            node.value = _passed("flow", node.value)
        return node

    def _is_scope(self, line: int) -> bool:
        about = self.about[line - 1]
        return about is not None and about.attribute == "scope"


def _passed(what: str, value: ast.expr) -> ast.expr:
    watcher = ast.Subscript(ast.Name(_NAME, ast.Load()), ast.Constant(what), ast.Load())
    return ast.copy_location(ast.Call(watcher, [ast.Constant(value.lineno), value], []), value)
