"""Where secrets are found that are not kept by Mimas. Each function raises `SecretError` when there is none."""

import os
from pathlib import Path

from mimas.secrets.errors import SecretError


def from_environment(name: str) -> str:
    """What an environment variable holds."""
    if not (value := os.environ.get(name, "")):
        raise SecretError(
            f"the environment variable {name}, which should hold a secret, is not set.",
            f"Set {name} in the environment that Mimas runs in.",
        )
    return value


def from_file(path: Path) -> str:
    """What a file holds (UTF-8), without the line end at its end."""
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SecretError(
            f"the file {path}, which should hold a secret, cannot be read: {reason}.",
            "Put the secret there, readable by the account that Mimas runs as and by nobody else.",
        ) from None
    if not value:
        raise SecretError(f"the file {path}, which should hold a secret, is empty.", "Put the secret there.")
    return value


def from_keyring(entry: str) -> str:
    """What the keyring of the account that Mimas runs as holds under ``SERVICE/USER``."""
    try:
        import keyring
    except ImportError:
        raise SecretError(
            f"the secret {entry} is in a keyring, for which a library is not installed.",
            "Install it with: pip install 'mimas[keyring]'.",
        ) from None
    service, _, user = entry.rpartition("/")
    try:
        value = keyring.get_password(service, user)
    except Exception as error:  # noqa: BLE001 - every keyring has errors of its own
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise SecretError(
            f"the keyring, which should hold the secret {entry}, cannot be used: {reason}.",
            "See that the account that Mimas runs as has a keyring that is unlocked: `keyring diagnose` tells of it.",
        ) from None
    if not value:
        raise SecretError(
            f"the keyring holds no secret {entry}.",
            f"Put it there, as the account that Mimas runs as: `keyring set {service} {user}`.",
        )
    return value
