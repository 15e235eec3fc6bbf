"""The functions of the expression language. Importing this package fills the registry."""

from mimas.language.functions import (
    certificates,
    conversion,
    dates,
    directory,
    logic,
    multivalues,
    numbers,
    parameters,
    text,
    workflow,
)
from mimas.language.functions.registry import REGISTRY, Function, find

__all__ = [
    "REGISTRY",
    "Function",
    "certificates",
    "conversion",
    "dates",
    "directory",
    "find",
    "logic",
    "multivalues",
    "numbers",
    "parameters",
    "text",
    "workflow",
]
