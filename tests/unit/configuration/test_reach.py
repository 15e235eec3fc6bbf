"""What a change of the documents makes the next sync look at."""

import pytest
from sketch import APP, HR, PEOPLE, PERSON, USERS, rule

from mimas.configuration.canonical import diff
from mimas.configuration.reach import Reach, reach
from mimas.configuration.reading import Document, read

LOGIN = rule("Login", "{text: id}", "app user")
BACK = rule("Back", "{more: more}", "app user", direction="inbound", join="[id = id]")


def documents(text: str) -> list[Document]:
    found, wrong = read(text, "documents/all.yaml")
    assert wrong == []
    return found


@pytest.mark.parametrize(
    ("before", "after", "far"),
    [
        (LOGIN, LOGIN.replace("text: id", "text: text"), Reach.OUTBOUND),
        ("", LOGIN, Reach.OUTBOUND),
        (LOGIN, "", Reach.OUTBOUND),
        (LOGIN, LOGIN.replace("precedence: 100", "precedence: 100\ndescription: said"), Reach.NOTHING),
        (LOGIN, LOGIN, Reach.NOTHING),
        (LOGIN, LOGIN.replace("precedence: 100", "precedence: 100\njoin: [id = id]"), Reach.EVERYTHING),
        (LOGIN + BACK, LOGIN.replace("text: id", "text: text") + BACK, Reach.EVERYTHING),
        (LOGIN + BACK, LOGIN.replace("text: id", "text: text"), Reach.EVERYTHING),
        ("", rule("More", "{more: more}"), Reach.EVERYTHING),
    ],
)
def test_of_rules(before: str, after: str, far: Reach) -> None:
    same = PERSON + HR + APP + PEOPLE + USERS
    old, new = documents(same + before), documents(same + after)
    assert reach(diff({(d.kind, d.name): d.body for d in old}, new), old, new) is far


@pytest.mark.parametrize(
    ("written", "other", "far"),
    [
        ("path: app.ldif", "path: elsewhere.ldif", Reach.NOTHING),
        ("objects:", "guards: {deletes: {count: 5, share: 1%}}\nobjects:", Reach.NOTHING),
        ("objects:", "parameters: {A: b}\nobjects:", Reach.EVERYTHING),
        ("text: string", "text: integer", Reach.EVERYTHING),
    ],
)
def test_of_connectors(written: str, other: str, far: Reach) -> None:
    same = PERSON + HR + PEOPLE + USERS
    old, new = documents(same + APP), documents(same + APP.replace(written, other, 1))
    assert reach(diff({(d.kind, d.name): d.body for d in old}, new), old, new) is far
