"""LDIF records: blocks of lines with empty lines between them, and the attribute lines in one (RFC 2849)."""

import base64
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from mimas.connectors.contract import ConnectorError, EntryError
from mimas.connectors.named.values import Line

BLOCK = 1 << 20
LARGEST = 256 * BLOCK
"""Bytes of a record: a group of millions. A file without empty lines is no LDIF, and is not taken into memory."""
_COMMENT = re.compile(rb"^#[^\n]*(?:\n|$)", re.MULTILINE)
_VERSION = re.compile(rb"version:[^\n]*(?:\n|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: as it stands in the file, without its folds and comments, and the line it begins in."""

    raw: bytes
    flat: bytes
    line: int
    cut: bool = False
    """The file ends in it without a line end, which RFC 2849 requires: it may go on."""


def records(file: BinaryIO) -> Iterator[list[Record]]:
    """The records of a file, some at a time. Comments alone, and the version, are no records.

    Raises `ConnectorError` when there is no end of a record.
    """
    line, first = 1, True
    held: list[bytes] = []  # whole lines, in which no record ends; joined once
    while block := file.read(BLOCK):
        block = (block + file.readline(LARGEST)).replace(b"\r\n", b"\n")
        if first and not held:
            block = block.removeprefix(codecs.BOM_UTF8)
        if b"\n\n" not in block and not (held and block.startswith(b"\n")):
            held.append(block)
            if sum(map(len, held)) > LARGEST:
                raise _endless(line)
            continue
        block = b"".join((*held, block))
        end = block.rfind(b"\n\n") + 2
        found = list(_split(block[:end], line, first))
        line += block.count(b"\n", 0, end)
        held, first = [block[end:]], False
        yield found
    if rest := b"".join(held):
        found = list(_split(rest, line, first))
        if not rest.endswith(b"\n"):
            # Also in a comment: what came behind it is not known.
            last = found.pop() if found else Record(rest, rest, line)
            found.append(replace(last, cut=True))
        yield found


def _endless(line: int) -> ConnectorError:
    return ConnectorError(
        f"The record that begins in line {line} has more than {LARGEST >> 20} MiB, and no end.",
        "Records are divided by empty lines, with not even a space in them (RFC 2849). Have the file made anew.",
    )


def attribute_lines(text: bytes, line: int) -> list[Line]:
    """The attribute lines of a record without folds. Raises `EntryError`, naming the line the record begins in."""
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise EntryError(
            "parse-error",
            f"the record in line {line} has the byte 0x{text[error.start]:02X}, which is not UTF-8",
            "RFC 2849 requires UTF-8, and base64 for anything else.",
        ) from None
    found: list[Line] = []
    for one in lines:
        name, separator, value = one.partition(": ")
        if separator and name and ":" not in name and "\0" not in value:
            found.append((name, value.lstrip(" ")))
        elif one:
            found.append(_attribute_line(one, line))
    return found


def _attribute_line(text: str, line: int) -> Line:
    name, colon, value = text.partition(":")
    if not colon or not name or "\0" in text:
        shown = text[:40].replace("\0", "\\0")
        raise EntryError(
            "parse-error",
            f"the record in line {line} has the line '{shown}', which is not 'attribute: value'",
            "Begin a line that goes on from the one before with a space; end a record with an empty line.",
        )
    if value.startswith(":"):
        try:
            return name, base64.b64decode(value[1:].strip(), validate=True)
        except ValueError:  # binascii.Error is one, and so is what it says of other alphabets
            raise EntryError(
                "invalid-base64-value", f"the record in line {line}: '{name}' is not base64", "Correct or remove it."
            ) from None
    if value.startswith("<"):
        raise EntryError(
            "unsupported-value-type",
            f"the record in line {line}: '{name}' names a URL, which Mimas never follows",
            "Put the value itself into the file, as base64.",
        )
    return name, value.lstrip(" ")


def _split(block: bytes, line: int, first: bool) -> Iterator[Record]:
    folded = b"\n " in block
    commented = b"\n#" in block or block.startswith(b"#")
    for raw in block.split(b"\n\n"):
        start, line = line, line + raw.count(b"\n") + 2
        text = raw.strip(b"\n")
        if raw[:1] == b"\n":
            start += len(raw) - len(raw.lstrip(b"\n"))
        flat = text.replace(b"\n ", b"") if folded else text
        if commented:
            flat = _COMMENT.sub(b"", flat).strip(b"\n")
        if first and flat:
            version = _VERSION.match(flat)
            flat = flat[version.end() :] if version else flat
            first = False
        if flat:
            yield Record(text, flat, start)
