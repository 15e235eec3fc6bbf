"""Checks of a flow: both ends, and what it computes."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from mimas.configuration.checks.values import ELSEWHERE, check_computed, check_literal, convert
from mimas.configuration.problem import Problem, Severity, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import Attributes, look_up, readable
from mimas.language.errors import ExpressionError
from mimas.language.expressions import attributes, impure, parse, refuses, valued
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.places import Place
from mimas.sync.rules import Computed, Constant, Direct, Direction, Extension, Flow, SyncRule, Unique

EXTENSIONS = "extensions"

_PYTHON = {Kind.INTEGER: int, Kind.BOOLEAN: bool}


def check_flow(
    home: Path,
    rule: SyncRule,
    document: Document,
    flow: Flow,
    source: Attributes,
    target: Attributes,
    under: tuple[str, ...] = ("flows",),
) -> Iterator[Problem]:
    """Problems of one flow, which stands ``under`` a key of the rule; extensions are looked for in ``home``."""
    path = (*under, flow.target)
    yield from look_up(document, path, flow.target, target)
    if to := target.get(flow.target):
        yield from _target(document, path, flow, to, source, outbound=rule.direction is Direction.OUTBOUND)
    match flow.origin:
        case Direct(name):
            yield from look_up(document, path, name, source)
        case Computed(text):
            once = flow.once or (flow.target in target and target[flow.target].secret)
            counts = rule.direction is Direction.INBOUND
            yield from _expression(document, path, text, source, once=once, counts=counts, to=target.get(flow.target))
        case Unique(candidates):
            if rule.direction is Direction.OUTBOUND:
                yield document.problem(path, "only resources have unique values", "write it in an inbound rule")
            for text in candidates:
                # A unique value is given out once and kept, so nothing in it changes by itself.
                yield from _expression(document, path, text, source, once=True, counts=True, to=target.get(flow.target))
        case Extension(function):
            yield from _extension(home, document, path, function)


def check_origin(
    home: Path, document: Document, path: tuple[str | int, ...], origin: Computed | Extension, source: Attributes
) -> Iterator[Problem]:
    """Problems of what a join compares."""
    if isinstance(origin, Computed):
        yield from _expression(document, path, origin.text, source, once=False, counts=False)
    else:
        yield from _extension(home, document, path, origin.function)


def _target(
    document: Document, path: tuple[str, ...], flow: Flow, to: Attribute, source: Attributes, *, outbound: bool
) -> Iterator[Problem]:
    if flow.merge.unites and not to.multivalued:
        yield document.problem(path, f"'{to.name}' holds one value and cannot be merged", "leave out `merge`")
    match flow.origin:
        case Direct(name):
            if name in source:
                yield from _direct(document, path, source[name], to)
        case Computed(text) if to.kind is Kind.REFERENCE and outbound and _only_refuses(text):
            pass
        case _ if to.kind is Kind.REFERENCE:
            message = f"'{to.name}' is a reference, which only a reference attribute can flow to"
            yield document.problem(path, message, "name a reference attribute of the source")
        case Constant(value) if to.kind in _PYTHON and type(value) is not _PYTHON[to.kind]:
            message = f"'{value}' is not of the type of '{to.name}', which is {to.kind}"
            yield document.problem(path, message, "write 5, true or false without quotes")
        case Constant(value) if to.kind not in _PYTHON:
            yield from check_literal(document, path, value, to)


def _only_refuses(text: str) -> bool:
    try:
        return refuses(parse(text))
    except ExpressionError:
        return False


def _direct(document: Document, path: tuple[str, ...], origin: Attribute, to: Attribute) -> Iterator[Problem]:
    if (origin.kind is Kind.REFERENCE) is not (to.kind is Kind.REFERENCE):
        message = f"flows '{origin.name}' ({origin.kind}) to '{to.name}' ({to.kind})"
        yield document.problem(path, message, "references flow from and to reference attributes only")
    elif origin.kind in ELSEWHERE.get(to.kind, ()):
        message = f"flows '{origin.name}' ({origin.kind}) to '{to.name}' ({to.kind}), which none of its values can be"
        yield document.problem(path, message, convert(origin.kind, to.kind))
    if origin.multivalued and not to.multivalued:
        message = f"flows '{origin.name}', which holds several values, to '{to.name}', which holds one"
        yield document.warning(path, message, "an object with more than one fails; choose one, as in =Item([…], 1)")


def _expression(
    document: Document,
    path: tuple[str | int, ...],
    text: str,
    source: Attributes,
    *,
    once: bool,
    counts: bool,
    to: Attribute | None = None,
) -> Iterator[Problem]:
    try:
        tree = parse(text)
    except ExpressionError as error:
        where = f" (at character {error.position + 1} of `{text}`)"
        hint = f"did you mean '{error.suggestion}'?" if error.suggestion else ""
        yield document.problem(path, error.message.rstrip(".") + where, hint)
        return
    for name in sorted(attributes(tree)):
        yield from look_up(document, path, name, source)
    # How many values a reference has can be asked of an object, though not which.
    for name in sorted(valued(tree) if counts else attributes(tree)):
        yield from readable(document, path, name, source)
    if not once and impure(tree):
        message = f"`{text}` gives another value each time, so the flow would never rest"
        hint = "write it with `once: true`, or as a `unique` value, which is kept"
        yield document.problem(path, message, hint)
    if to is None or to.kind is not Kind.REFERENCE:
        yield from check_computed(document, path, tree, source, to)


def _extension(home: Path, document: Document, path: tuple[str | int, ...], name: str) -> Iterator[Problem]:
    module, _, function = name.partition(":")
    if not (module.isidentifier() and function.isidentifier()):
        yield document.problem(path, f"'{name}' is no extension", "write `module:function`")
        return
    if module in sys.stdlib_module_names:
        yield document.problem(path, f"'{module}' is a module of Python itself", "give the file another name")
        return
    file = home / EXTENSIONS / f"{module}.py"
    if not file.is_file():
        hint = suggest(module, [other.stem for other in file.parent.glob("*.py")])
        yield document.problem(path, f"there is no file {EXTENSIONS}/{module}.py", hint)
        return
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        reason = error.args[0] if error.args else "it is nested too deep"
        yield document.problem(path, f"{EXTENSIONS}/{module}.py{line} is not Python: {reason}", "correct it")
        return
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if function not in functions:
        hint = suggest(function, functions)
        yield document.problem(path, f"{EXTENSIONS}/{module}.py has no function '{function}'", hint)
    elif _is_unwritten(functions[function]):
        place = Place(f"{EXTENSIONS}/{module}.py", functions[function].lineno)
        hint = f"each object that it is asked for fails until then; {document.name} is the first to name it"
        yield Problem(place, f"'{function}' is still to be written", hint, document.name, Severity.WARNING)


def _is_unwritten(function: ast.FunctionDef) -> bool:
    """Whether all it does, after its docstring, is to raise `NotImplementedError`."""
    first, *rest = function.body
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and rest:
        first, *rest = rest
    error = first.exc if isinstance(first, ast.Raise) and not rest else None
    error = error.func if isinstance(error, ast.Call) else error
    return isinstance(error, ast.Name) and error.id == "NotImplementedError"
