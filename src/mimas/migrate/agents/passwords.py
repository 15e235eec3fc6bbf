"""Where a password is to come from: the exports hold none that can be read."""

import re


def variable(name: str) -> str:
    """The environment variable for the password of a connector."""
    return f"MIMAS_{re.sub(r'[^A-Z0-9]+', '_', name.upper()).strip('_') or 'CONNECTOR'}_PASSWORD"
