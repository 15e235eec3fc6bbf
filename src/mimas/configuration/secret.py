"""Recognising a secret that stands in a file in clear."""

import re

_KEY = re.compile(r"passw|secret|token|api_?key|credential", re.IGNORECASE)
_URL = re.compile(r"://[^/@\s]*:[^/@\s]+@")


def looks_secret(key: str) -> bool:
    """Whether a setting of this name is likely to hold a secret."""
    return _KEY.search(key) is not None


def holds_secret(value: str) -> bool:
    """Whether a value has a secret within, as a URL with a password has."""
    return _URL.search(value) is not None
