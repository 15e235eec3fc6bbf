"""Normalised keys: what is equal has one, and what is not has another."""

from mimas.language.keys import LONGEST, exact, normal, normals


def test_keys_do_not_see_case_spaces_or_composition() -> None:
    assert normal("  Jörg\tGROSS ") == normal("jo\u0308rg groß")
    assert normals([" ", "A", "b "]) == ["a", "b"]
    assert normals(None) == normals("  ") == []
    assert normal(5) == "5"
    assert normals("A b") == ["a b"]
    assert normals("É  b") == ["é b"]
    assert normals(7) == ["7"]
    assert normal("a\0b") == normal("A\ufffdb") == "a\ufffdb"


def test_text_that_composes_to_something_else_once_it_is_folded_has_a_key_of_each_form() -> None:
    assert normals("ſ\u0323") == ["s\u0323", "ṣ"]
    assert normals("Ṣ") == ["ṣ"]
    assert normals(["ſ\u0323", "é"]) == ["s\u0323", "ṣ", "é"]


def test_long_keys_are_short_and_still_tell_apart() -> None:
    one, other = "x" * 5000 + "1", "x" * 5000 + "2"
    assert normal(one) != normal(other)
    assert normal(one) == normal(one.upper())
    assert len(normal(one)) < LONGEST
    assert normal("y" * LONGEST) == "y" * LONGEST
    assert len(normal("y" * (LONGEST + 1))) < LONGEST
    assert normal(one).startswith("x" * 100 + "…")


def test_binary_values_are_told_apart_letter_by_letter() -> None:
    assert normals("AbC=", binary=True) == [exact("AbC=")] == ["AbC="]
    assert normals(["AbC=", "abc="], binary=True) == ["AbC=", "abc="]
    assert normals("", binary=True) == normals(None, binary=True) == []
    assert exact("A" * 5000) != exact("A" * 4999 + "a")
    assert len(exact("A" * 5000)) < LONGEST
