"""What an origin may read: by this a change is known to matter, or not to."""

import pytest

from mimas.sync.flows import reads
from tests.world import origin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name", {"name"}),
        ("=[name] & Trim([title])", {"name", "title"}),
        (("=[name]", "=[mail] & [title]"), {"name", "mail", "title"}),
        ("#name", set()),
        ("x:function", None),
    ],
)
def test_what_an_origin_may_read(text: object, expected: set[str] | None) -> None:
    assert reads(origin(text)) == expected
