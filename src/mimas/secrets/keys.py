"""Where the keys are that open sealed secrets: outside the store, as ``MIMAS_KEY_FILE`` or ``MIMAS_KEY`` say.

Several keys stand with white space between them, the newest first; each is 32 bytes in base64.
"""

import os
import tempfile
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable
from pathlib import Path
from stat import S_IMODE

from mimas.secrets.errors import SecretError
from mimas.secrets.sealing import KEY_BYTES, Keys

FILE = "MIMAS_KEY_FILE"
TEXT = "MIMAS_KEY"
MAKE = "openssl rand -base64 32"
_OTHERS = 0o007


def key_file() -> Path | None:
    """The file named by ``MIMAS_KEY_FILE``, whether it is there or not. Raises `SecretError`."""
    named = os.environ.get(FILE)
    if not named:
        return None
    if os.environ.get(TEXT):
        raise SecretError(f"both {FILE} and {TEXT} are set, and only one can be meant.", "Take one of them away.")
    if not (path := Path(named)).is_absolute():
        raise SecretError(f"{FILE} names {path}, which is found only from one folder.", "Write the whole path.")
    return path


def find_keys() -> Keys:
    """The keys as they are now. Raises `SecretError`."""
    if path := key_file():
        try:
            text = path.read_text(encoding="ascii")
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise SecretError(
                f"the key file {path} cannot be read: {reason}.",
                "Put it there, readable by the account that Mimas runs as and by nobody else.",
            ) from None
        return Keys(_parsed(text, str(path)), str(path))
    if text := os.environ.get(TEXT, ""):
        return Keys(_parsed(text, TEXT), TEXT)
    raise SecretError(
        f"no key is there: neither {FILE} nor {TEXT} is set.",
        f"Set {FILE} to the path of the key file, which lies outside the database and its backups.",
    )


def make_key_file(path: Path) -> None:
    """Make a key, in a file that nobody else can read. Raises `FileExistsError`, and `OSError` for what else fails."""
    # A link, unlike a rename, never takes the place of a key that somebody else has made meanwhile.
    _write(path, _new(), lambda new: os.link(new, path))


def add_key(path: Path) -> None:
    """Put a new key before those of a key file, at once; whose it is and who may read it stays. Raises `OSError`."""
    path = path.resolve()
    about = path.stat()

    def replace(new: str) -> None:
        os.chown(new, about.st_uid, about.st_gid)
        Path(new).chmod(S_IMODE(about.st_mode))
        Path(new).replace(path)

    _write(path, _new() + path.read_text(encoding="ascii"), replace)


def exposed(path: Path, database: Path | None) -> SecretError | None:
    """What is unsafe about a key file, as an error for whoever wants to raise it.

    ``database`` is the file that the store is in; none: it is on a server.
    """
    if database and path.resolve().is_relative_to(database.resolve().parent):
        return SecretError(
            f"the key file {path} lies in the folder of the database, and whoever copies that folder has both.",
            f"Let {FILE} name a file elsewhere, such as /etc/mimas/key.",
        )
    if path.exists() and (mode := S_IMODE(path.stat().st_mode)) & _OTHERS:
        return SecretError(f"the key file {path} may be read by others (mode {mode:04o}).", f"chmod 600 {path}")
    return None


def _parsed(text: str, place: str) -> list[bytes]:
    keys = []
    for number, word in enumerate(text.split(), 1):
        try:
            key = b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
        except (Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise SecretError(
                f"key {number} in {place} is no key: one is {KEY_BYTES} bytes in base64.", f"`{MAKE}` makes one."
            )
        keys.append(key)
    if not keys:
        raise SecretError(f"there is no key in {place}.", "Put the key there that the secrets were sealed with.")
    return keys


def _new() -> str:
    return b64encode(os.urandom(KEY_BYTES)).decode() + "\n"


def _write(path: Path, text: str, place: Callable[[str], None]) -> None:
    """Write a file beside ``path``, readable by us alone and safe on the disk, and have it put in its place."""
    number, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        place(new)
    finally:
        Path(new).unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
