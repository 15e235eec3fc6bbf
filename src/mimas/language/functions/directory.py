"""Functions on distinguished names."""

import re

from mimas.language.coercion import fits
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function
from mimas.schema import names

_TYPE = re.compile(r"([A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)*)=(.*)", re.DOTALL)


def _component(parts: list[str], number: int) -> str | None:
    if number < 1:
        raise FlowError("the component of a name is counted from 1")
    return parts[number - 1].partition("=")[2].strip() if number <= len(parts) else None


@function("DNComponent")
def dn_component(name: str, number: int) -> str | None:
    """The value of one part of a name, counted from the left; escaped as it stands there, absent when there is none.

    ``DNComponent(CRef("cn=Joe,ou=Sales"), 1)`` -> ``"Joe"``
    """
    return _component(names.split(name), number)


@function("DNComponentRev")
def dn_component_rev(name: str, number: int, options: str = "") -> str | None:
    """The value of one part of a name, counted from the right; with ``"DC"`` the parts ``dc=`` are left out.

    ``DNComponentRev("cn=Joe,ou=Atlanta,ou=GA,ou=US, dc=contoso,dc=com", 3)`` -> ``"US"``
    ``DNComponentRev("cn=Joe,ou=Atlanta,ou=GA,ou=US, dc=contoso,dc=com", 1, "DC")`` -> ``"US"``
    """
    parts = names.split(name)[::-1]
    if options.casefold() == "dc":
        parts = [part for part in parts if not part.casefold().startswith("dc=")]
    elif options:
        raise FlowError(f"{options!r} is no option: only DC is")
    return _component(parts, number)


@function("EscapeDNComponent")
def escape_dn_component(text: str) -> str:
    r"""One part of a name made safe, given with its attribute (``cn=…``) or without (RFC 4514 section 2.4).

    ``EscapeDNComponent("cn=Lee, Ann") & ",ou=x"`` -> ``"cn=Lee\, Ann,ou=x"``
    ``EscapeDNComponent("Lee, Ann")`` -> ``"Lee\, Ann"``
    """
    match = _TYPE.fullmatch(text)
    escaped = f"{match[1]}={names.escape(match[2])}" if match else names.escape(text)
    fits(len(escaped))
    return escaped
