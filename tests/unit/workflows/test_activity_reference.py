"""The page of the activities is what their classes say now."""

from pathlib import Path

from mimas.workflows.definition import known
from mimas.workflows.reference import reference

PAGE = Path(__file__).parents[3] / "docs" / "activities.md"


def test_the_page_is_made_of_the_classes() -> None:
    made = "run: python -m mimas.workflows.reference > docs/activities.md"
    assert PAGE.read_text(encoding="utf-8") == reference(), made


def test_every_activity_is_on_it_with_its_settings_told() -> None:
    for name, kind in known().items():
        assert f"\n## {name}\n" in reference()
        assert kind.__doc__
        assert all(field.description for setting, field in kind.model_fields.items() if setting != "activity")
