"""Normalised keys: how values are compared when objects are joined, resources searched, members matched."""

import unicodedata
from collections.abc import Iterable

from xxhash import xxh3_128_hexdigest

from mimas.schema.values import Scalar, Value, as_list

LONGEST = 500
"""Characters of a key. A longer one is told apart by its hash, since an index of PostgreSQL holds 2,704 bytes."""


def normal(value: object) -> str:
    """The key of one value: trimmed, inner spaces single, without regard to case, composed (Unicode NFC).

    PostgreSQL keeps no NUL: the sign for a character that cannot be shown stands for it.
    """
    text = value if isinstance(value, str) else str(value)
    if text.isascii():
        key = " ".join(text.split()).lower()
    else:
        key = " ".join(unicodedata.normalize("NFC", text).split()).casefold()
    return _short(key.replace("\0", "\ufffd"))


def exact(value: object) -> str:
    """The key of a binary value, which is base64 text: every letter counts, and so does its case."""
    return _short(str(value))


def _short(key: str) -> str:
    return key if len(key) <= LONGEST else f"{key[:100]}…{xxh3_128_hexdigest(key.encode())}"


def normals(value: Value | None, *, binary: bool = False) -> list[str]:
    """The keys of a value; none for no value, and none for text of spaces only."""
    if value is None:
        return []
    if binary:
        return [key for key in map(exact, as_list(value)) if key]
    if value.__class__ is str and value.isascii():
        key = normal(value)
        return [key] if key else []
    return [key for one in as_list(value) for key in _forms(one) if key]


def _forms(value: Scalar) -> Iterable[str]:
    """The key of a value, and that of its folded text in the rare case that it is another one.

    So whatever is equal without regard to case shares a key: composing comes to something else before folding and
    after it where marks follow a letter such as ſ.
    """
    if not isinstance(value, str) or value.isascii():
        return (normal(value),)
    return dict.fromkeys((normal(value), normal(value.casefold())))
