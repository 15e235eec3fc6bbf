"""Character encodings of files: reading lines of bytes in any of them, and saying which one might fit."""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mimas.connectors.contract import ConnectorError

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF16_LE: "utf-16"} | {
    codecs.BOM_UTF16_BE: "utf-16"
}
_ASCII = bytes(range(128))


def check(encoding: str) -> str:
    """The encoding itself. Raises ``ValueError`` when Python does not know it."""
    try:
        "a".encode(encoding)
    except LookupError:
        raise ValueError(f"'{encoding}' is no encoding; usual ones: utf-8, windows-1252, utf-16") from None
    return encoding


def lines(file: BinaryIO, encoding: str, path: Path) -> tuple[Iterator[bytes], str]:
    """The lines of a file with their ends, and the encoding they are in.

    Where ASCII bytes mean the same in the encoding wherever they stand, these are the file's own bytes; lines of
    others (UTF-16, Shift JIS …) are re-encoded as UTF-8. Byte order marks are left out. Raises `ConnectorError`, also
    while iterating.
    """
    mark = _mark(file)
    if mark and not codecs.lookup(encoding).name.startswith(mark):
        raise ConnectorError(
            f"{path} begins with the byte order mark of {mark}, but is to be read as {encoding}.",
            f"Set 'encoding' to {mark}.",
        )
    if is_plain(encoding):
        if mark == "utf-8":
            file.seek(len(codecs.BOM_UTF8))
        return iter(file), "utf-8" if codecs.lookup(encoding).name == "utf-8-sig" else encoding
    return _transcoded(file, encoding, path), "utf-8"


def misfit(data: bytes, error: UnicodeDecodeError, encoding: str) -> tuple[str, str]:
    """What is wrong with some bytes, and what to do: the byte, and an encoding in which it makes sense."""
    position = error.start
    message = f"byte 0x{data[position]:02X} at position {position + 1} is not {encoding}"
    for other in ("utf-8", "windows-1252", "iso-8859-15"):
        if codecs.lookup(other) == codecs.lookup(encoding):
            continue
        try:
            data.decode(other)
            meant = data[position : position + 1].decode(other)
        except UnicodeDecodeError:
            continue
        return message, f"In {other} it would be '{meant}': if that is right, set 'encoding' to {other}."
    return message, "Check the setting 'encoding', and how the file was made."


def _mark(file: BinaryIO) -> str:
    start = file.read(4)
    file.seek(0)
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")


def is_plain(encoding: str) -> bool:
    """Whether a byte below 128 is that ASCII character wherever it stands: UTF-8 and most one-byte encodings."""
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        return True
    text = bytes(range(256)).decode(encoding, "replace")
    return len(text) == 256 and text.isprintable() is False and text[:128] == _ASCII.decode("ascii")


def _transcoded(file: BinaryIO, encoding: str, path: Path) -> Iterator[bytes]:
    number = 0
    try:
        for number, line in enumerate(io.TextIOWrapper(file, encoding, newline="\n"), 1):
            yield (line.removeprefix("\ufeff") if number == 1 else line).encode()
    except UnicodeError as error:
        raise ConnectorError(
            f"{path} cannot be read as {encoding} after line {number}: {getattr(error, 'reason', error)}.",
            "Check the setting 'encoding', and whether the file was cut off.",
        ) from None
