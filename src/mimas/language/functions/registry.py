"""The registry of functions: one entry each, made from a typed Python function.

The annotations of a function say what it takes: ``str``, ``int``, ``int | float``, ``bool``, ``datetime``, ``bytes``
and ``str | bytes`` are converted (see `mimas.language.coercion`), ``list[Any]`` takes all values of an attribute,
``Any`` takes what comes. An absent argument makes the result absent, unless its annotation allows ``None``. A function
whose first parameter is a single value is called for each value of a list, and absent results are dropped (Entra
Connect).
The docstring ends in one or more examples, ``Trim("  a ")`` -> ``"a"``, which the tests run.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from mimas.language import coercion
from mimas.language.errors import FlowError


class _Series:
    """Stands for ``str | bytes``: text, or binary where it is binary already."""


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    _Series: lambda value: value if isinstance(value, bytes) else coercion.as_text(value),
    str: coercion.as_text,
    int: coercion.as_integer,
    float: coercion.as_number,
    bool: coercion.as_boolean,
    datetime: coercion.as_date,
    bytes: coercion.as_binary,
    list: coercion.as_list,
}
_MISTAKES = (ValueError, TypeError, ArithmeticError, LookupError)


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a function. ``kind`` is the type it is converted to; None: it is taken as it comes."""

    name: str
    kind: type | None
    required: bool
    repeated: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language."""

    name: str
    call: Callable[..., Any]
    """What generated code calls: it takes values of any type and raises `FlowError` only."""
    arguments: tuple[Argument, ...]
    boolean: bool
    """Its result is True or False, never absent."""
    pure: bool
    """The same arguments always give the same result."""
    special: bool
    """Lazy, or bound to names or to the time: the generator and the evaluator know it by name."""
    inline: str
    """For one argument that is plain text: the Python that computes the result, ``{0}`` being the argument."""
    documentation: str
    aliases: tuple[str, ...] = ()
    family: str = ""
    """The module it is written in."""

    @property
    def fewest(self) -> int:
        """The least number of arguments."""
        return sum(argument.required for argument in self.arguments)

    @property
    def most(self) -> int | None:
        """The greatest number of arguments; None: any."""
        return None if any(argument.repeated for argument in self.arguments) else len(self.arguments)


REGISTRY: dict[str, Function] = {}
"""Every function, by its canonical name."""
_by_folded_name: dict[str, str] = {}

Plain = TypeVar("Plain", bound=Callable[..., Any])


def find(name: str) -> Function | None:
    """The function of this name, in any case."""
    canonical = _by_folded_name.get(name.casefold())
    return REGISTRY[canonical] if canonical else None


def function(
    name: str, *, aliases: tuple[str, ...] = (), pure: bool = True, special: bool = False, inline: str = ""
) -> Callable[[Plain], Plain]:
    """Enter a Python function into the registry; it stays what it is."""

    def enter(plain: Plain) -> Plain:
        arguments = _arguments(plain)
        call = _Lifted(name, plain, arguments)
        entry = Function(
            name=name,
            call=call.raw() if special else call.quick(),
            arguments=arguments,
            boolean=get_type_hints(plain).get("return") is bool and _never_absent(arguments),
            pure=pure,
            special=special,
            inline=inline,
            documentation=inspect.getdoc(plain) or "",
            aliases=aliases,
            family=plain.__module__.rpartition(".")[2],
        )
        REGISTRY[name] = entry
        for spelling in (name, *aliases):
            _by_folded_name[spelling.casefold()] = name
        return plain

    return enter


def _arguments(plain: Callable[..., Any]) -> tuple[Argument, ...]:
    hints = get_type_hints(plain)
    result = []
    for parameter in inspect.signature(plain).parameters.values():
        hint = hints[parameter.name]
        parts = set(get_args(hint)) if isinstance(hint, UnionType) else set()
        kind = _kind(hint, parts - {type(None)})
        repeated = parameter.kind is parameter.VAR_POSITIONAL
        required = parameter.default is parameter.empty and not repeated
        nullable = kind in (None, list) or type(None) in parts
        result.append(Argument(parameter.name, kind, required, repeated, nullable))
    return tuple(result)


def _kind(hint: Any, parts: set[Any]) -> type | None:
    if hint is Any or getattr(hint, "__origin__", None) is Callable:
        return None
    if parts == {str, bytes}:
        return _Series
    if getattr(hint, "__origin__", None) is list:
        return list
    if parts == {int, float}:
        return float
    return parts.pop() if parts else hint  # type: ignore[no-any-return]


def _never_absent(arguments: tuple[Argument, ...]) -> bool:
    return all(argument.nullable for argument in arguments) and (not arguments or arguments[0].kind in (None, list))


class _Lifted:
    """A plain function made fit for every value."""

    __slots__ = ("arguments", "mapped", "name", "plain")

    def __init__(self, name: str, plain: Callable[..., Any], arguments: tuple[Argument, ...]) -> None:
        self.name = name
        self.plain = plain
        self.arguments = arguments
        self.mapped = bool(arguments) and arguments[0].kind not in (None, list) and not arguments[0].repeated

    def slow(self, *values: Any) -> Any:
        """Convert, map, call."""
        if self.mapped and type(values[0]) is list:
            return self._map(values[0], values[1:])
        converted = []
        for index, value in enumerate(values):
            argument = self.arguments[min(index, len(self.arguments) - 1)]
            if value is None and not argument.nullable:
                return None
            converted.append(self._convert(argument, value))
        return self._run(converted)

    def _map(self, items: list[Any], rest: tuple[Any, ...]) -> list[Any]:
        return coercion.gathered(self._results(items, rest))

    def _results(self, items: list[Any], rest: tuple[Any, ...]) -> Iterator[Any]:
        for item in items:
            result = self.slow(item, *rest)
            if type(result) is list:
                yield from result
            elif result is not None:
                yield result

    def _convert(self, argument: Argument, value: Any) -> Any:
        if argument.kind is None or (value is None and argument.kind is not list):
            return value
        try:
            return _CONVERTERS[argument.kind](value)
        except FlowError as error:
            raise FlowError(f"{self.name}: {error}") from None

    def _run(self, values: list[Any]) -> Any:
        try:
            return self.plain(*values)
        except _MISTAKES as error:
            raise FlowError(f"{self.name}: {error}") from None

    def raw(self) -> Callable[..., Any]:
        """For special forms, which get what they need."""
        return self.plain

    def quick(self) -> Callable[..., Any]:
        """A short cut for arguments that are already of the right types, as nearly all are."""
        if self.arguments and all(argument.kind is None for argument in self.arguments):
            return self._as_it_comes()
        kinds = [str if argument.kind is _Series else argument.kind for argument in self.arguments if argument.required]
        if len(kinds) not in (1, 2, 3) or None in kinds or list in kinds or float in kinds:
            return self.slow
        return (_quick_1, _quick_2, _quick_3)[len(kinds) - 1](self.plain, self.slow, *kinds)

    def _as_it_comes(self) -> Callable[..., Any]:
        plain, name = self.plain, self.name

        def call(*values: Any) -> Any:
            try:
                return plain(*values)
            except _MISTAKES as error:
                raise FlowError(f"{name}: {error}") from None

        return call


def _quick_1(plain: Callable[..., Any], slow: Callable[..., Any], kind: Any) -> Callable[..., Any]:
    def call(first: Any, *rest: Any) -> Any:
        if type(first) is kind and not rest:
            try:
                return plain(first)
            except _MISTAKES:
                pass
        return slow(first, *rest)

    return call


def _quick_2(plain: Callable[..., Any], slow: Callable[..., Any], kind: Any, other: Any) -> Callable[..., Any]:
    def call(first: Any, second: Any, *rest: Any) -> Any:
        if type(first) is kind and type(second) is other and not rest:
            try:
                return plain(first, second)
            except _MISTAKES:
                pass
        return slow(first, second, *rest)

    return call


def _quick_3(
    plain: Callable[..., Any], slow: Callable[..., Any], kind: Any, other: Any, last: Any
) -> Callable[..., Any]:
    def call(first: Any, second: Any, third: Any, *rest: Any) -> Any:
        if type(first) is kind and type(second) is other and type(third) is last and not rest:
            try:
                return plain(first, second, third)
            except _MISTAKES:
                pass
        return slow(first, second, third, *rest)

    return call
