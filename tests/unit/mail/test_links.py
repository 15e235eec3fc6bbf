"""Signed links: nobody but the installation makes one, and each says what it said when it was made."""

import os
from datetime import UTC, datetime

from mimas.mail import links
from mimas.mail.links import LONGEST, Asked
from mimas.secrets.sealing import Keys

OLD, NEW = os.urandom(32), os.urandom(32)
ASKED = Asked(123_456_789, 987_654, datetime(2026, 5, 1, 12, tzinfo=UTC))


def test_a_word_says_who_is_asked() -> None:
    keys = Keys([OLD], "k")
    word = links.word(keys, ASKED)
    assert links.read(keys, word) == ASKED
    assert links.read(keys, word.upper()) == ASKED, "mail servers may change the case"
    assert links.word(keys, ASKED) == word
    assert len(links.word(keys, Asked(2**63 - 1, 2**63 - 1, ASKED.until))) <= LONGEST


def test_after_a_change_of_keys_old_words_still_count() -> None:
    word = links.word(Keys([OLD], "k"), ASKED)
    assert links.read(Keys([NEW, OLD], "k"), word) == ASKED
    assert links.read(Keys([NEW], "k"), word) is None


def test_a_word_that_was_altered_says_nothing() -> None:
    keys = Keys([OLD], "k")
    word = links.word(keys, ASKED)
    for place in range(len(word)):
        for letter in "a2-":
            other = word[:place] + letter + word[place + 1 :]
            if other != word:
                assert links.read(keys, other) is None, other
    for other in ("", "x", "a-b-c-d", word + "a", "a" * 10_000, "ä-b-c-" + "a" * 26):
        assert links.read(keys, other) is None


def test_addresses() -> None:
    assert links.address("https://id.example.com/", "w") == "https://id.example.com/decide/w"
    assert links.address("https://id.example.com", "w", "approve") == "https://id.example.com/decide/w?answer=approve"
