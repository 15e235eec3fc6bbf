"""Which terms the program puts into the run history, read from its source.

A code that is passed on (``error.code``) was raised elsewhere; one in a variable is looked for in the module's
assignments to that name. What cannot be followed fails the test, so that nothing hides from the catalogue.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import mimas

SOURCE = Path(mimas.__file__).parent
CODES = {"Note": 0, "EntryError": 0, "Problem": 0, "RefusedError": 0, "Result": 1}
"""Class → the place of the code among the arguments."""
KEYWORDS = {"Result": "error"}
PASSED_ON = {"code", "error", "args", "term"}
"""Attributes of what was raised elsewhere."""


class Module:
    """One module's source."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.assigned: dict[str, list[tuple[ast.expr, int | None]]] = {}
        """Variable → what is assigned to it, and the place in that if it is unpacked from several."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._remember(target, node.value)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                self._remember(node.target, node.value)
            elif isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
                for part in node.iter.elts:
                    self._remember(node.target, part)

    def _remember(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append((value, None))
        elif isinstance(target, ast.Tuple):
            for place, part in enumerate(target.elts):
                if isinstance(part, ast.Name):
                    self.assigned.setdefault(part.id, []).append((value, place))

    def texts(self, value: ast.expr, place: int | None = None) -> set[str]:
        """What an expression, or a place in what it gives, can be. Raises `AssertionError` when that is not clear."""
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and place is None:
            return {value.value}
        if isinstance(value, ast.Attribute) and value.attr in PASSED_ON:
            return set()
        inner = self._inner(value, place)
        assert inner is not None, f"{self.path}:{value.lineno}: it is not clear which term stands here"
        return set[str]().union(*(self.texts(part, at) for part, at in inner))

    def _inner(self, value: ast.expr, place: int | None) -> list[tuple[ast.expr, int | None]] | None:
        """The expressions, and places in them, of which an expression gives one; none when that is not clear."""
        match value:
            case ast.Tuple(elts=parts) if place is not None:
                return [(parts[place], None)]
            case ast.Name(id=name) if name in self.assigned:
                return [(given, place if at is None else at) for given, at in self.assigned[name]]
            case ast.IfExp():
                parts = [value.body, value.orelse]
            case ast.BoolOp(values=parts) | ast.Dict(values=parts) | ast.Call(func=ast.Name(id="next"), args=parts):
                pass
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[_, default]):
                parts = [table, default]
            case ast.Subscript(value=inner) | ast.GeneratorExp(elt=inner):
                parts = [inner]
            case _:
                return None
        return [(part, place) for part in parts]

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """The calls of plain names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, node


def modules(*folders: str) -> Iterator[Module]:
    """The modules that write to the run history."""
    for folder in folders:
        for path in sorted((SOURCE / folder).rglob("*.py")):
            if "catalogue" not in path.parts:
                yield Module(path)


def codes() -> set[str]:
    """The codes of notes."""
    found: set[str] = set()
    for module in [*modules("connectors", "runs"), Module(SOURCE / "library.py")]:
        for name, call in module.calls():
            if name in CODES and len(call.args) > CODES[name]:
                found |= module.texts(call.args[CODES[name]])
            found |= _keyword(module, call, KEYWORDS.get(name) if name in CODES else None)
    return found


def results() -> set[str]:
    """The results of steps; `mimas.store.runs` writes one of them by itself, and a new outcome begins with another."""
    found = {"interrupted", "success"}
    for module in modules("runs"):
        for name, call in module.calls():
            if name in ("Outcome", "StoppedError"):
                found |= module.texts(call.args[0]) if call.args else set()
                found |= _keyword(module, call, "result")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                found |= module.texts(node.value) if node.targets[0].attr == "result" else set()
    return found


def counters() -> set[str]:
    """The counters of steps that are counted without objects: what ``counters`` is indexed by, to add something."""
    found: set[str] = set()
    for module in modules("runs"):
        for node in ast.walk(module.tree):
            match node:
                case ast.AugAssign(target=ast.Subscript(value=of, slice=counter)) if _is_counters(of):
                    found |= module.texts(counter)
    return found


def counters_of_objects() -> set[str]:
    """The counters of steps that are counted with their objects: what a `Tally` notes, or looks for."""
    found: set[str] = set()
    for module in modules("runs"):
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(func=ast.Attribute(value=of, attr="note"), args=[counter, _, _]) if _is_counters(of):
                    found |= module.texts(counter)
                case ast.Call(func=ast.Attribute(value=of, attr="look"), args=[_, counter, *_]) if _is_counters(of):
                    found |= module.texts(counter)
    return found


def _is_counters(value: ast.expr) -> bool:
    return getattr(value, "attr", getattr(value, "id", "")) == "counters"


def _keyword(module: Module, call: ast.Call, name: str | None) -> set[str]:
    return set[str]().union(*(module.texts(k.value) for k in call.keywords if name is not None and k.arg == name))
