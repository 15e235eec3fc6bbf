"""The page of the functions is what the registry says now."""

from pathlib import Path

from mimas.language.functions import REGISTRY
from mimas.language.reference import FAMILIES, reference

PAGE = Path(__file__).parents[3] / "docs" / "functions.md"


def test_the_page_is_made_of_the_registry() -> None:
    made = "run: python -m mimas.language.reference > docs/functions.md"
    assert PAGE.read_text(encoding="utf-8") == reference(), made


def test_every_function_is_on_it() -> None:
    assert {function.family for function in REGISTRY.values()} == set(FAMILIES)
    assert all(f"\n### {name}\n" in reference() for name in REGISTRY)
