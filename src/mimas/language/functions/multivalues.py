"""Functions on the values of multi-valued attributes. Values are counted from 1."""

from typing import Any

from mimas.language.coercion import MOST, as_integer, as_list, as_text, gathered, joined
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function


@function("Count")
def count(values: list[Any]) -> int:
    """How many values there are.

    ``Count(Split("a,b", ","))`` -> ``2``
    ``Count(NULL)`` -> ``0``
    """
    return len(values)


@function("ValueCount", special=True)
def value_count(values: Any) -> int:
    """How many values the attribute has that is named in quotes (Entra Connect, used in its stock rules)."""
    return len(as_list(values))


@function("Contains")
def contains(values: list[Any], sought: str, case: str = "CaseSensitive") -> int:
    """The number of the first value that holds the text anywhere; 0: none does.

    ``Contains(Split("smtp:a,SMTP:b", ","), "SMTP:")`` -> ``2``
    ``Contains(Split("smtp:a,SMTP:b", ","), "SMTP:", CaseInsensitive)`` -> ``1``
    """
    if case.casefold() not in ("casesensitive", "caseinsensitive"):
        raise FlowError(f"Contains: {case!r} is neither CaseSensitive nor CaseInsensitive")
    fold = str.casefold if case.casefold() == "caseinsensitive" else str
    sought = fold(sought)
    return next((index for index, value in enumerate(values, 1) if sought in fold(as_text(value))), 0)


@function("Item")
def item(values: list[Any], index: int) -> Any:
    """The value of this number; an error when there is none.

    ``Item(Split("a,b", ","), 2)`` -> ``"b"``
    """
    if not 1 <= index <= len(values):
        raise FlowError(f"Item: there is no value {index} of {len(values)}")
    return values[index - 1]


@function("ItemOrNull")
def item_or_null(values: list[Any], index: int) -> Any:
    """The value of this number; absent when there is none.

    ``ItemOrNull(Split("a,b", ","), 3)`` -> ``NULL``
    """
    return values[index - 1] if 1 <= index <= len(values) else None


@function("Join")
def join(first: Any, second: Any = " ", *rest: Any) -> str:
    """All values as one text, with a separator between them.

    With three or more arguments, or with the list behind the separator, it is cloud provisioning's form: the separator
    first, then what to join.

    ``Join(Split("a,b", ","), "-")`` -> ``"a-b"``
    ``Join(".", "Ann", NULL, "Lee")`` -> ``"Ann.Lee"``
    """
    if rest or (type(second) is list and type(first) is not list):
        separator, parts = first, [value for part in (second, *rest) for value in as_list(part)]
    else:
        separator, parts = second, as_list(first)
    return joined("" if separator is None else as_text(separator), map(as_text, parts))


@function("RemoveDuplicates")
def remove_duplicates(values: list[Any]) -> list[Any]:
    """Each value once; the first one stays.

    ``Join(RemoveDuplicates(Split("a,b,a", ",")))`` -> ``"a b"``
    """
    kept: dict[tuple[type, Any], Any] = {}
    for value in values:
        kept.setdefault((type(value), value), value)
    return list(kept.values())


@function("Split", aliases=("SplitString",))
def split(text: str, separator: str, limit: Any = None) -> list[Any]:
    """The parts of a text between separators; with a limit, the last part is the rest.

    ``Join(Split("a,b,c", ",", 2), " ")`` -> ``"a b,c"``
    """
    if not separator:
        raise FlowError("Split: the separator is empty")
    if limit is None:
        return gathered(text.split(separator, MOST))
    parts = as_integer(limit)
    if parts < 1:
        raise FlowError("Split: the limit must be 1 or more")
    return gathered(text.split(separator, min(parts - 1, MOST)))
