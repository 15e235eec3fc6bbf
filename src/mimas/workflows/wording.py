"""What activities are told in text: an expression behind ``=``, or words with look-ups in them.

``=IIF(IsPresent([//Target/Manager]), "yes", "no")`` is an expression whose attributes are look-ups;
``[//Target/Owner]`` alone is the values that it finds; ``Welcome, [//Target/DisplayName]`` is text.
"""

import re
from collections.abc import Iterator, Sequence

from mimas.language.context import Context
from mimas.language.errors import ExpressionError, FlowError, closest
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import attributes
from mimas.language.results import Outcome as Result
from mimas.schema.values import Scalar, as_list
from mimas.store.looking import title
from mimas.workflows.lookups import ROOTS, Id, Lookups, path
from mimas.workflows.outcome import ActivityError

_LOOKUP = re.compile(r"\[(//[^\[\]]+)\]")
_SEPARATOR = "; "
_TITLES = ("DisplayName", "displayName", "name", "cn", "accountName", "Name")


def paths(text: str) -> list[str]:
    """The look-ups in a text. Raises `ExpressionError` where it is no text of ours."""
    if text.startswith("="):
        return sorted(attributes(parse(text[1:])))
    return _LOOKUP.findall(text)


def mistakes(text: str) -> Iterator[str]:
    """What is wrong with a text, as far as can be told without resources."""
    try:
        found = paths(text)
    except ExpressionError as error:
        yield str(error)
        return
    for one in found:
        root = path(one)[0] if path(one) else ""
        if root not in {name.casefold() for name in ROOTS}:
            hint = closest(root, ROOTS)
            meant = f"; [//{hint}/…] was meant, perhaps" if hint else ""
            yield f"[{one}] is no look-up: it begins with none of {', '.join(ROOTS)}{meant}"


def values(text: str, lookups: Lookups, context: Context) -> list[Scalar]:
    """What a text comes to. Raises `ActivityError` with the expression that fails."""
    if text.startswith("="):
        return _evaluated(text, lookups, context)
    if whole := _LOOKUP.fullmatch(text.strip()):
        return list(lookups(whole[1]))
    return [filled(text, lookups)] if text else []


def filled(text: str, lookups: Lookups) -> str:
    """Words with what their look-ups find; of resources what they are called."""
    return _LOOKUP.sub(lambda found: shown(lookups(found[1]), lookups), text)


def shown(found: Sequence[Scalar], lookups: Lookups) -> str:
    """Values for people."""
    return _SEPARATOR.join(_shown(value, lookups) for value in found)


def _shown(value: Scalar, lookups: Lookups) -> str:
    if not isinstance(value, Id):
        return str(value)
    resource = lookups.subjects.other(int(value))
    found = {} if resource is None else {name: "".join(map(str, resource.values(name)[:1])) for name in _TITLES}
    return title({name: text for name, text in found.items() if text}) or str(value)


def _evaluated(text: str, lookups: Lookups, context: Context) -> list[Scalar]:
    node = parse(text[1:])
    given = {name: list(lookups(name)) for name in attributes(node)}
    several = {name: found[0] if len(found) == 1 else found or None for name, found in given.items()}
    try:
        result = compiled(node)(several, context)
    except FlowError as error:
        raise ActivityError(f"{text} cannot be computed: {error}.") from None
    return [] if result is None or isinstance(result, Result) else as_list(result)
