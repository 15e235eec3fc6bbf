"""Distinguished names: splitting, comparing and escaping them (RFC 4514).

Only text is handled here; nothing is looked up. Attribute types and values of a name are compared without regard to
case and to spaces around separators, which is how directories compare the naming attributes people use.
"""

import re

_SPECIAL = str.maketrans(
    {sign: f"\\{sign}" for sign in ',+"\\<>;='} | {sign: f"\\{ord(sign):02X}" for sign in "\0\t\n\v\f\r"}
)
_ESCAPED = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.?)")
_KEPT = re.compile(r'([\\,+"])')


def split(name: str) -> list[str]:
    """The RDNs of a name, from the object up; escaped commas do not separate."""
    if "\\" not in name and '"' not in name:
        return [part.strip() for part in name.split(",")] if name else []
    parts, start, quoted, index = [], 0, False, 0
    while index < len(name):
        character = name[index]
        if character == "\\":
            index += 1
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            parts.append(_stripped(name[start:index]))
            start = index + 1
        index += 1
    parts.append(_stripped(name[start:]))
    return parts


def _stripped(rdn: str) -> str:
    """Without the spaces around it; an escaped one at its end is a part of it."""
    begun = rdn.lstrip()
    rest = begun.rstrip()
    escapes = len(rest) - len(rest.rstrip("\\"))
    return begun[: len(rest) + escapes % 2]


def parent(name: str) -> str:
    """The name of the container; empty for a name of one part."""
    return ",".join(split(name)[1:])


def within(name: str, container: str) -> bool:
    """Whether an object is the container, or anywhere below it."""
    return f",{key(name)}".endswith(f",{key(container)}")


def depth(name: str) -> int:
    """How many parts the name has; containers come before what they contain when sorted by it."""
    return len(split(name))


def empty_part(name: str) -> str:
    """The first part of a name that has no value, such as ``cn=``; empty when every part has one."""
    if "=," not in name and "= " not in name and ",," not in name and name[-1:] not in ("=", ","):
        return ""
    return next((part or "," for part in split(name) if not part or part.endswith("=")), "")


def key(name: str) -> str:
    """The form by which two names are compared: equal keys, same object. It holds no NUL, and is its own key."""
    if "\0" in name:
        name = name.replace("\0", "\\00")
    return ",".join(_rdn_key(part) for part in split(name))


def _rdn_key(rdn: str) -> str:
    attribute, _, value = rdn.partition("=")
    value = value.strip()
    if "\\" in rdn or '"' in rdn:
        if "\\" in attribute or '"' in attribute:  # no attribute has such a name
            attribute, value = "", rdn
        # Some servers write an escaped comma as a backslash and a comma, some in hex: what is meant is compared.
        value = _KEPT.sub(r"\\\1", _ESCAPED.sub(_unescaped, value).strip()).replace("\0", "\\00")
    return f"{attribute.strip()}={value}".casefold()


def _unescaped(match: re.Match[str]) -> str:
    if match[2] is not None:
        return match[2]
    try:
        return bytes.fromhex(match[1].replace("\\", "")).decode()
    except UnicodeDecodeError:
        return match[0]


def escape(value: str) -> str:
    """A value made safe to stand in a name (RFC 4514 section 2.4)."""
    escaped = value.translate(_SPECIAL)
    if escaped.startswith((" ", "#")):
        escaped = "\\" + escaped
    if escaped.endswith(" ") and not escaped.endswith("\\ "):
        escaped = escaped[:-1] + "\\ "
    return escaped
