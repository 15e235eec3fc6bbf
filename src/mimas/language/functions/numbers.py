"""Functions on numbers and bits."""

import random
from typing import Any

from mimas.language.coercion import as_number
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function


@function("BitAnd")
def bit_and(mask: int, flag: int) -> int:
    """The bits that both numbers have.

    ``BitAnd(&HF, &HF7)`` -> ``7``
    """
    return mask & flag


@function("BitOr")
def bit_or(mask: int, flag: int) -> int:
    """The bits that at least one of the numbers has.

    ``BitOr(1, 6)`` -> ``7``
    """
    return mask | flag


@function("IsBitSet")
def is_bit_set(value: int | None, flag: int) -> bool:
    """The number has the bits of the flag; False when absent.

    ``IsBitSet(&HF, 4)`` -> ``True``
    ``IsBitSet(NULL, 4)`` -> ``False``
    """
    return value is not None and value & flag == flag != 0


@function("IsNumeric")
def is_numeric(value: Any) -> bool:
    """CNum can read it.

    ``IsNumeric("12.5")`` -> ``True``
    ``IsNumeric("12a")`` -> ``False``
    """
    try:
        as_number(value)
    except FlowError:
        return False
    return True


@function("RandomNum", pure=False)
def random_num(start: int, end: int) -> int:
    """A random number, both limits included: for once-only flows."""
    if end < start:
        raise FlowError(f"RandomNum: {end} is less than {start}")
    return random.SystemRandom().randint(start, end)
