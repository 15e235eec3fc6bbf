"""Python stubs for rules extensions: .NET code does not come along, so each scripted rule is a function to be written.

`mimas check` lists each function that does nothing yet but raise `NotImplementedError`.
"""

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import indent

from mimas.migrate.elements import printable


@dataclass(frozen=True, slots=True)
class Stub:
    """A function to be written: what it is called with, what it gives, and the old rule as XML."""

    module: str
    function: str
    parameters: Sequence[str]
    summary: str
    inputs: Sequence[str]
    gives: str
    xml: str

    @property
    def reference(self) -> str:
        """As documents name it."""
        return f"{self.module}:{self.function}"


def identifier(text: str) -> str:
    """A name of Python for whatever stood in the old product."""
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").lower() or "unnamed"
    name = f"x_{name}" if name[0].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name[:80]


def module_text(stubs: Sequence[Stub]) -> str:
    """The module of some functions."""
    lines = [
        '"""Functions that stood in a .NET rules extension. Each of them is to be written again.',
        "",
        "`mimas check` tells those that are left.",
        '"""',
    ]
    for stub in stubs:
        lines += ["", "", *_function(stub)]
    return "\n".join([*lines, ""])


def _function(stub: Stub) -> list[str]:
    parts = [stub.summary, "", f"Inputs: {', '.join(stub.inputs) or 'none are named'}.", f"Gives: {stub.gives}.", ""]
    said = "\n".join([*parts, "As it was:", "", stub.xml])
    # Whatever stands there, it stays within the docstring.
    safe = printable(said).replace("\\", "\\\\").replace('"""', '\\"\\"\\"').rstrip('"')
    return [
        f"def {stub.function}({', '.join(stub.parameters)}):",
        indent(f'"""{safe}\n"""', "    ", lambda line: bool(line.strip())),
        f"    raise NotImplementedError({f'{stub.function} is to be written'!r})",
    ]
