"""Cases: examples that are spliced, damaged, stretched and nested. The same seed gives the same cases."""

from collections.abc import Callable, Sequence
from random import Random

from mimas.dev.fuzzing.target import Target

_ODD = (
    "\0", "\ufeff", "\u2028", "\u2029", "\x85", "\u0301", "\u202e", "\u200d", "\ud800", "\udfff", "\uffff", "\u00a0",
    "\u3000", "\x0b", "\x1b", "\x1e", "\x7f", "ß", "İ", "ı", "ﬁ", "Σς", "é", "e\u0301", "K", "٣", "²", "½",
    "\U0001f600", "\U0010ffff", "ﷺ", "ΐ",
)  # fmt: skip
_NO_UTF_8 = (
    b"\xff\xfe", b"\xfe\xff", b"\xc3", b"\xe2\x82", b"\xf4\x90\x80\x80", b"\x80", b"\xc0\x80", b"\x1b$B",
)  # fmt: skip
_ODD_BYTES = tuple(
    raw.decode("latin-1") for raw in (*(text.encode("utf-8", "surrogatepass") for text in _ODD), *_NO_UTF_8)
)
_NUMBERS = (
    "0", "-1", "00", "1", "61", "256", "65536", "2147483648", "-2147483649", "4294967296", "9223372036854775808",
    "18446744073709551616", "9" * 40, "9" * 301, "9" * 4001, "9" * 5000, "0.1", "1e999", "1e999999999", "1e-999",
    "-0", "+1", "1_000", "NaN", "Infinity", "0x" + "f" * 40, "٣٤",
)  # fmt: skip
_LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", "\u2028", "\x85", "")
_DEPTHS = (1, 2, 3, 7, 20, 45, 65, 120, 400, 1500, 5000)
_LENGTHS = (2, 9, 70, 300, 1025, 5000, 20_000, 70_000)


class Mutator:
    """Makes the cases of one target, as text; those of bytes have a character for each byte."""

    def __init__(self, target: Target, seed: int) -> None:
        self._random = Random(f"{target.name} {seed}")  # noqa: S311 - the same cases again
        self._pool = [_text(one) for one in target.seeds]
        self._tokens = tuple(target.tokens) or (" ",)
        self._pairs = tuple(target.pairs) or (("(", ")"), ('"', '"'))
        self._odd: Sequence[str] = _ODD_BYTES if target.binary else _ODD
        self._highest = 255 if target.binary else 0x2FF
        self._longest = target.longest
        self._binary = target.binary
        self._ways: tuple[Callable[[str], str], ...] = (
            self._character, self._token, self._token, self._odd_one, self._remove, self._repeat, self._cut,
            self._cross, self._cross, self._swap, self._swap, self._number, self._line_ends, self._case,
        )  # fmt: skip
        self._rare: tuple[Callable[[str], str], ...] = (self._nest, self._stretch)

    def case(self) -> str | bytes:
        """The next case."""
        chance = self._random
        text = chance.choice(self._pool)
        for _ in range(1 + min(int(chance.expovariate(0.6)), 12)):
            way = chance.choice(self._rare if chance.random() < 0.02 else self._ways)
            text = way(text)[: self._longest]
        if not self._binary:
            return text
        return text.encode("latin-1") if text.isascii() else _bytes(text)

    def learn(self, case: str | bytes) -> None:
        """Take a case as an example for others, if it is not too long to be a good one."""
        if len(case) <= 4_000 and len(self._pool) < 4_000:
            self._pool.append(_text(case))

    def _slice(self, text: str) -> tuple[int, int]:
        start = self._random.randrange(len(text) + 1)
        return start, min(len(text), start + 1 + int(self._random.expovariate(0.1)))

    def _character(self, text: str) -> str:
        if not text:
            return text
        at = self._random.randrange(len(text))
        flipped = ord(text[at]) ^ (1 << self._random.randrange(8))
        new = flipped if self._random.random() < 0.5 else self._random.randrange(self._highest + 1)
        return text[:at] + chr(new) + text[at + 1 :]

    def _insert(self, text: str, piece: str) -> str:
        at = self._random.randrange(len(text) + 1)
        return text[:at] + piece + text[at:]

    def _token(self, text: str) -> str:
        return self._insert(text, self._random.choice(self._tokens))

    def _odd_one(self, text: str) -> str:
        return self._insert(text, self._random.choice(self._odd))

    def _remove(self, text: str) -> str:
        start, end = self._slice(text)
        return text[:start] + text[end:]

    def _repeat(self, text: str) -> str:
        start, end = self._slice(text)
        return text[:start] + text[start:end] * self._random.choice((2, 2, 3, 5)) + text[end:]

    def _cut(self, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        return text[:at] if self._random.random() < 0.7 else text[at:]

    def _cross(self, text: str) -> str:
        """The beginning of this one with a part of another one, both divided between words."""
        other = self._random.choice(self._pool)
        mine, theirs = self._border(text), self._border(other)
        if self._random.random() < 0.5:
            return text[:mine] + other[theirs:]
        return text[:mine] + other[theirs : self._word_end(other, theirs + 1)] + text[mine:]

    def _swap(self, text: str) -> str:
        """A word replaced by a token, or by a word of another example."""
        start = self._border(text)
        end = self._word_end(text, start)
        if self._random.random() < 0.5:
            return text[:start] + self._random.choice(self._tokens) + text[end:]
        other = self._random.choice(self._pool)
        at = self._border(other)
        return text[:start] + other[at : self._word_end(other, at)] + text[end:]

    def _border(self, text: str) -> int:
        at = self._random.randrange(len(text) + 1)
        while 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum():
            at -= 1
        return at

    def _word_end(self, text: str, at: int) -> int:
        end = min(at + 1, len(text))
        while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
            end += 1
        return end

    def _number(self, text: str) -> str:
        digits = [at for at, character in enumerate(text[:2_000]) if "0" <= character <= "9"]
        new = self._random.choice(_NUMBERS)
        new = new.encode("utf-8").decode("latin-1") if self._binary else new
        if not digits:
            return self._insert(text, new)
        at = self._random.choice(digits)
        return text[:at] + new + text[at + 1 :]

    def _line_ends(self, text: str) -> str:
        end = self._random.choice(_LINE_ENDS[:4] if self._binary else _LINE_ENDS)
        start, stop = sorted((self._random.randrange(len(text) + 1), self._random.randrange(len(text) + 1)))
        return text[:start] + text[start:stop].replace("\n", end) + text[stop:]

    def _case(self, text: str) -> str:
        start, end = self._slice(text)
        swapped = text[start:end].swapcase()
        return text[:start] + (swapped if not self._binary or swapped.isascii() else text[start:end]) + text[end:]

    def _nest(self, text: str) -> str:
        opening, closing = self._random.choice(self._pairs)
        depth = self._random.choice(_DEPTHS)
        start, end = self._slice(text) if self._random.random() < 0.7 else (0, len(text))
        shut = closing * (depth if self._random.random() < 0.8 else 0)
        return text[:start] + opening * depth + text[start:end] + shut + text[end:]

    def _stretch(self, text: str) -> str:
        start, end = self._slice(text)
        piece = text[start:end] if self._random.random() < 0.5 else self._random.choice((*self._tokens, " ", "9", "\n"))
        times = self._random.choice(_LENGTHS)
        return text[:start] + (piece[:40] or " ") * times + text[start:]


def _text(case: str | bytes) -> str:
    return case if isinstance(case, str) else case.decode("latin-1")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
