"""Text that can be written; and of foreign data, as much as a person reads in an error."""

LONGEST = 900
"""Characters of a message. A value of a megabyte says no more than its ends, and the store keeps every message."""
_BEGINNING = 600


def half_character(text: str) -> int | None:
    """Where in the text a lone surrogate stands, which no encoding takes; None: nowhere."""
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None


def fit(text: str) -> str:
    """The text without its middle where it is too long; half characters (lone surrogates) and NULs are escapes."""
    text = text.replace("\0", "\\0")
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    if len(text) <= LONGEST:
        return text
    return f"{text[:_BEGINNING]} … {text[len(text) - LONGEST + _BEGINNING + 3 :]}"
