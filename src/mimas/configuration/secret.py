"""Recognising a secret that stands in a file in clear."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

HIDDEN = "(hidden)"
"""What is shown in place of a secret."""

_KEY = re.compile(r"passw|secret|token|api_?key|credential", re.IGNORECASE)
_URL = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def looks_secret(key: str) -> bool:
    """Whether a setting of this name is likely to hold a secret."""
    return _KEY.search(key) is not None


def holds_secret(value: str) -> bool:
    """Whether a value has a secret within, as a URL with a password has."""
    return _URL.search(value) is not None


def veiled(value: Any, path: Sequence[str | int] = ()) -> Any:
    """A part of a document that stands at ``path``, as it may be shown: settings that are secrets in clear are hidden.

    What says where a secret is, as ``{env: NAME}`` does, is none.
    """
    if isinstance(value, Mapping):
        return {key: veiled(inner, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [veiled(inner, (*path, index)) for index, inner in enumerate(value)]
    within = path[:1] in (("settings",), ("password",)) and isinstance(value, str)
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    return HIDDEN if within and (looks_secret(key) or holds_secret(value)) else value
