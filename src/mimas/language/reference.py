"""The reference of the expression language, made from the registry: ``python -m mimas.language.reference``."""

import importlib
import re
import sys
from collections.abc import Iterator

from mimas.language.functions import REGISTRY
from mimas.language.functions.refused import REFUSED
from mimas.language.functions.registry import Argument, Function

FAMILIES = {
    "logic": "Deciding",
    "text": "Text",
    "numbers": "Numbers and bits",
    "dates": "Dates",
    "multivalues": "Several values",
    "conversion": "Conversion",
    "directory": "Names in directories",
    "certificates": "Certificates",
    "workflow": "From MIMWAL",
    "parameters": "What a request changes",
}
_EXAMPLE = re.compile(r"^``(.+)`` -> ``(.+)``$")
_INTRODUCTION = """\
# Functions

Every function of the expression language, with what it gives at the edges. The examples are run by the tests. Names are
taken in any case; what stands behind *also* is the same function under the name of another product.

- What is absent makes the result absent, unless a function says otherwise.
- A function of one value is called for each value of several, and what comes out absent is dropped.
- Dates are instants in UTC; text in ISO 8601 is read wherever a date is taken. No culture has a say, unless it is an
  argument.
- Binary is base64 text where it is stored; functions that take binary read that.
- What an expression makes has an end: 1,048,576 characters or bytes, 100,000 values, numbers of 300 digits. More is an
  error of the object.
- A regular expression that could be tried for ever, such as `(a+)+`, is refused; others may have a longest text.

Operators and the literals `NULL`, `True`, `False`, `CRLF`, `AuthoritativeNull` and `IgnoreThisFlow` are in
[Documents](documents.md#expressions). MIM's `Eq`, `NotEquals`, `LessThan`, `LessThanOrEquals`, `GreaterThan` and
`GreaterThanOrEquals` are the operators under their names.
"""


def reference() -> str:
    """The page, in Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    for family, title in FAMILIES.items():
        yield f"## {title}\n"
        yield _opening(family)
        for name in sorted(REGISTRY, key=str.casefold):
            if REGISTRY[name].family == family:
                yield from _entry(REGISTRY[name])
    yield "## What is not there\n"
    for name, why in sorted(REFUSED.items(), key=lambda item: item[0].casefold()):
        yield f"- `{name}`: {why}."


def _opening(family: str) -> str:
    """What the module says of itself, without its sources."""
    text = importlib.import_module(f"mimas.language.functions.{family}").__doc__ or ""
    return text.strip().split("\n\n")[0].replace("\n", " ").replace("``", "`") + "\n"


def _entry(function: Function) -> Iterator[str]:
    yield f"### {function.name}\n"
    yield f"`{function.name}({', '.join(map(_argument, function.arguments))})`" + _also(function) + "\n"
    examples = []
    for line in function.documentation.splitlines():
        found = _EXAMPLE.match(line)
        if found:
            examples.append(f"{found[1]}  →  {found[2]}")
        else:
            yield line.replace("``", "`")
    if examples:
        yield "\n".join(["```text", *examples, "```", ""])
    else:
        yield ""


def _argument(argument: Argument) -> str:
    name = argument.name.strip("_") or "variable"
    return f"{name}, …" if argument.repeated else name if argument.required else f"[{name}]"


def _also(function: Function) -> str:
    return f" — also {', '.join(f'`{name}`' for name in function.aliases)}" if function.aliases else ""


if __name__ == "__main__":
    sys.stdout.write(reference())
