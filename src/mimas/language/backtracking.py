"""Regular expressions that may be tried for ever: Python, as .NET, follows one way after the other through a text.

An expression is made an automaton of its characters (Glushkov). Where one text leads back to where it began in two
ways, as in ``(a+)+``, each such text more doubles the ways: the expression is refused. Where repeated parts that take
the same text follow one another, as in ``.*.*``, the ways grow by a power: then the length of the text is limited.
What is looked at is a little more than what there is: high counts count as endless repetitions.

Sources: Weideman and others, "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers" (2016);
Weber and Seidl, "On the degree of ambiguity of finite automata" (1991).
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import factorial
from typing import Any, TypeVar

# Python's own parser of regular expressions: it has no public name, and nothing else knows the dialect as it is.
from re import _parser  # isort: skip

STEPS = 10**8
"""Ways that may be tried: about a second."""
_LARGEST = 20_000
"""Connections between characters, and steps of the search for two ways: an expression has few hundreds."""
_SAMPLE = "aZ0_ \t\n.-,;:@/'é一"
_FEW = 12
"""So many repetitions of what may be empty are still tried quickly."""

NodeT = TypeVar("NodeT", bound=Hashable)


class TooManyWaysError(Exception):
    """The expression may be tried for ever, even on a short text."""


def longest_text(expression: str, most: int) -> int:
    """How long a text may be that the expression is tried on, at most ``most``. Raises `TooManyWaysError`.

    ``expression`` is one that Python's ``re`` understands.
    """
    tree = _parser.parse(expression)
    automaton = _Automaton(tree)
    automaton.sequence(tree)
    automaton.refuse_two_ways()
    begins = str(tree[0][1]) if len(tree) and str(tree[0][0]) == "AT" else ""
    power = automaton.power() + (not begins.startswith("AT_BEGINNING"))
    return most if power < 2 else min(most, int((STEPS * factorial(power)) ** (1 / power)))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an expression: whether it may be empty, and the characters it may begin and end with."""

    empty: bool = True
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()


class _Automaton:
    """The characters of an expression, by number, and which may follow which, in how many ways."""

    def __init__(self, tree: Any) -> None:
        self.alphabet = "".join(sorted({*_SAMPLE, *_literals(tree)})[:120])
        self.takes: list[frozenset[str]] = []
        self.follows: Counter[tuple[int, int]] = Counter()
        self.counted: set[tuple[int, int]] = set()
        self.steps = 0

    def sequence(self, items: Iterable[Any]) -> _Part:
        """Parts one after the other."""
        whole = _Part()
        for operator, argument in items:
            whole = self._then(whole, self._item(str(operator), argument))
        return whole

    def _then(self, one: _Part, other: _Part) -> _Part:
        self._connect(one.last, other.first)
        first = one.first | other.first if one.empty else one.first
        return _Part(one.empty and other.empty, first, one.last | other.last if other.empty else other.last)

    def _item(self, operator: str, argument: Any) -> _Part:  # noqa: PLR0911 - one for each kind of part
        match operator:
            case "BRANCH":
                return self._either(argument[1])
            case "GROUPREF_EXISTS":
                return self._either([argument[1], argument[2] or []])
            case "SUBPATTERN":
                return self.sequence(argument[-1])
            case "ATOMIC_GROUP":
                return self.sequence(argument)
            case "ASSERT" | "ASSERT_NOT":
                self.sequence(argument[1])
                return _Part()
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*argument)
            case "AT" | "FAILURE" | "SUCCESS":
                return _Part()
        position = frozenset([len(self.takes)])
        self.takes.append(frozenset(one for one in self.alphabet if _taken(operator, argument, one)))
        return _Part(operator.startswith("GROUPREF"), position, position)

    def _either(self, branches: Iterable[Any]) -> _Part:
        parts = [self.sequence(branch) for branch in branches]
        first = frozenset().union(*(part.first for part in parts))
        return _Part(any(part.empty for part in parts), first, frozenset().union(*(part.last for part in parts)))

    def _repeated(self, least: int, most: int, items: Any) -> _Part:
        before = len(self.takes)
        part = self.sequence(items)
        if part.empty and (least > _FEW or _FEW < most < _parser.MAXREPEAT):
            raise TooManyWaysError
        if most > 1 and len(self.takes) == before:  # nothing, time and again
            raise TooManyWaysError
        if 1 < most * (len(self.takes) - before) <= 2 * _FEW:
            whole = _Part()
            for number in range(most):
                copy = self.sequence(items) if number else part
                whole = self._then(whole, copy if number < least else replace(copy, empty=True))
            return whole
        if most > 1:
            self._connect(part.last, part.first)
            if most < _parser.MAXREPEAT:
                self.counted |= {(one, other) for one in part.last for other in part.first}
        return _Part(part.empty or least == 0, part.first, part.last)

    def _connect(self, some: frozenset[int], others: frozenset[int]) -> None:
        self.follows.update((one, other) for one in some for other in others)
        if len(self.follows) > _LARGEST:
            raise TooManyWaysError

    def refuse_two_ways(self) -> None:
        """Raises `TooManyWaysError` where a text leads from a character back to it in two ways."""
        after: dict[int, list[int]] = {position: [] for position in range(len(self.takes))}
        for one, other in self.follows:
            after[one].append(other)
        circle = {position: number for number, part in enumerate(_circles(after)) for position in part}
        if any(ways > 1 and circle[one] == circle[other] for (one, other), ways in self.follows.items()):
            raise TooManyWaysError
        pairs: dict[tuple[int, int], list[tuple[int, int]]] = {}
        waiting = [
            (position, position) for position in after if position in after[position] or len(after[position]) > 1
        ]
        steps = 0
        while waiting:
            one, other = pair = waiting.pop()
            if pair in pairs:
                continue
            steps += len(after[one]) * len(after[other])
            if steps > _LARGEST * 10:
                raise TooManyWaysError
            pairs[pair] = [
                (left, right)
                for left in after[one]
                if circle[left] == circle[one]
                for right in after[other]
                if circle[right] == circle[other] and self.takes[left] & self.takes[right]
            ]
            waiting += pairs[pair]
        for part in _circles(pairs):
            if len({one == other for one, other in part}) > 1:
                raise TooManyWaysError

    def power(self) -> int:
        """By which power of its length the ways through a text may grow: that of its degree of ambiguity, and one.

        The degree is how often, on one way, a text may lead round in one circle, from there into another one, or round
        in that: ``a*a*`` once, ``a*a*b*b*`` and ``a*a*a*`` twice.
        """
        after: dict[int, list[int]] = {position: [] for position in range(len(self.takes))}
        for one, other in self.follows.keys() - self.counted:
            after[one].append(other)
        parts = _circles(after)  # what follows comes first
        number = {position: index for index, part in enumerate(parts) for position in part}
        repeated = [len(part) > 1 or part[0] in after[part[0]] for part in parts]
        reached: list[set[int]] = []
        degrees: list[int] = []
        for index, part in enumerate(parts):
            following = {number[other] for one in part for other in after[one]} - {index}
            reached.append({*filter(repeated.__getitem__, following)}.union(*(reached[other] for other in following)))
            degrees.append(max((degrees[other] for other in following), default=0))
            if repeated[index]:
                highest = [other for other in reached[index] if degrees[other] == degrees[index]]
                degrees[index] += any(self._meet(part, parts[other], after) for other in highest)
        return max(degrees, default=0) + any(repeated)

    def _meet(self, some: list[int], others: list[int], after: Mapping[int, list[int]]) -> bool:
        """Whether one text leads round in a circle, from it to another one, and round in that.

        The three go side by side. From the end of such a text they are led back to its beginning, so that it is found
        as a circle. Where the search takes too long, the answer is yes.
        """
        inside, there = set(some), set(others)
        ways: dict[tuple[int, int, int], list[tuple[int, int, int]]] = {}
        ends = {(one, other, other): (one, one, other) for one in some for other in others}
        waiting = list(ends.values())
        while waiting:
            self.steps += 1
            if self.steps > 10 * _LARGEST:
                return True
            place = waiting.pop()
            if place in ways:
                continue
            left, middle, right = place
            ways[place] = [ends[place]] if place in ends else []
            for one in inside.intersection(after[left]):
                for other in there.intersection(after[right]):
                    if common := self.takes[one] & self.takes[other]:
                        ways[place] += [(one, way, other) for way in after[middle] if self.takes[way] & common]
            waiting += ways[place]
        circle = {place: index for index, part in enumerate(_circles(ways)) for place in part}
        return any(end in circle and circle[end] == circle[start] for end, start in ends.items())


def _literals(items: Any) -> Iterable[str]:
    """The characters that an expression names."""
    waiting = [items]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple) and len(item) == 2 and str(item[0]) in ("LITERAL", "NOT_LITERAL"):
            yield from (chr(item[1]), chr(item[1]).swapcase()[:1])
        elif isinstance(item, tuple) and len(item) == 2 and str(item[0]) == "RANGE":
            yield from map(chr, item[1])
        elif isinstance(item, (list, tuple, _parser.SubPattern)):
            waiting += list(item)


_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda one: one.isalnum() or one == "_",
}


def _taken(operator: str, argument: Any, one: str) -> bool:
    """Whether a part of the expression takes a character, in either case."""
    match operator:
        case "LITERAL":
            return one in (chr(argument), chr(argument).swapcase())
        case "NOT_LITERAL":
            return one != chr(argument)
        case "RANGE":
            return any(argument[0] <= ord(form) <= argument[1] for form in {one, one.swapcase()[:1]})
        case "CATEGORY":
            name = str(argument)
            return _CATEGORIES[name.replace("_NOT", "")](one) != ("_NOT" in name)
        case "IN":
            negated = str(argument[0][0]) == "NEGATE"
            return any(_taken(str(kind), inner, one) for kind, inner in argument[negated:]) != negated
    return True


def _circles(after: Mapping[NodeT, Iterable[NodeT]]) -> list[list[NodeT]]:
    """The strongly connected parts of a graph; what can be reached from a part comes before it (Tarjan)."""
    number: dict[NodeT, int] = {}
    low: dict[NodeT, int] = {}
    path: list[NodeT] = []
    parts: list[list[NodeT]] = []
    done: set[NodeT] = set()
    for root in after:
        work = [(root, iter(after[root]))] if root not in number else []
        while work:
            node, rest = work[-1]
            if node not in number:
                number[node] = low[node] = len(number)
                path.append(node)
            following = next((one for one in rest if one not in done), None)
            if following is not None and following not in number:
                work.append((following, iter(after[following])))
            elif following is not None:
                low[node] = min(low[node], number[following])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    cut = path.index(node)
                    parts.append(path[cut:])
                    done.update(path[cut:])
                    del path[cut:]
    return parts
