"""The functions of the expression language. Importing this package fills the registry."""

from mimas.language.functions import conversion, dates, directory, logic, multivalues, numbers, text
from mimas.language.functions.registry import REGISTRY, Function, find

__all__ = [
    "REGISTRY",
    "Function",
    "conversion",
    "dates",
    "directory",
    "find",
    "logic",
    "multivalues",
    "numbers",
    "text",
]
