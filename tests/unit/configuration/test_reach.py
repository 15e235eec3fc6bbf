"""What a change of the documents makes the next sync look at."""

import pytest
from sketch import APP, HR, PEOPLE, PERSON, USERS, rule

from mimas.configuration.canonical import diff
from mimas.configuration.reach import EVERYTHING, Reach, reach
from mimas.configuration.reading import Document, read

LOGIN = rule("Login", "{text: id}", "app user")
BACK = rule("Back", "{more: more}", "app user", direction="inbound", join="[id = id]")


def documents(text: str) -> list[Document]:
    found, wrong = read(text, "documents/all.yaml")
    assert wrong == []
    return found


NOTHING = Reach()
USER = frozenset([("app", "user")])
PERSONS = frozenset(["person"])


@pytest.mark.parametrize(
    ("before", "after", "far"),
    [
        (LOGIN, LOGIN.replace("text: id", "text: text"), Reach(resources=PERSONS)),
        ("", LOGIN, Reach(resources=PERSONS)),
        (LOGIN, "", Reach(resources=PERSONS)),
        (LOGIN, LOGIN.replace("precedence: 100", "precedence: 100\ndescription: said"), NOTHING),
        (LOGIN, LOGIN, NOTHING),
        (LOGIN, LOGIN.replace("precedence: 100", "precedence: 100\njoin: [id = id]"), EVERYTHING),
        (LOGIN, LOGIN.replace("precedence: 100", "precedence: 100\nintent: second"), EVERYTHING),
        # What is written to a system that is read, too, may come back.
        (LOGIN + BACK, LOGIN.replace("text: id", "text: text") + BACK, Reach(USER, PERSONS)),
        (LOGIN + BACK, LOGIN + BACK.replace("more: more", "text: more"), Reach(USER)),
        # Of a type that is read no longer nobody would take the objects up.
        (LOGIN + BACK, LOGIN.replace("text: id", "text: text"), EVERYTHING),
        ("", rule("More", "{more: more}"), Reach(frozenset([("hr", "worker")]))),
        ("", rule("More", "{text: id}", "hr unit"), Reach(frozenset([("hr", "unit")]))),
    ],
)
def test_of_rules(before: str, after: str, far: Reach) -> None:
    same = PERSON + HR + APP + PEOPLE + USERS
    old, new = documents(same + before), documents(same + after)
    assert reach(diff({(d.kind, d.name): d.body for d in old}, new), old, new) == far


@pytest.mark.parametrize(
    ("written", "other", "far"),
    [
        ("path: app.ldif", "path: elsewhere.ldif", NOTHING),
        ("objects:", "guards: {deletes: {count: 5, share: 1%}}\nobjects:", NOTHING),
        ("objects:", "parameters: {A: b}\nobjects:", EVERYTHING),
        ("text: string", "text: integer", EVERYTHING),
    ],
)
def test_of_connectors(written: str, other: str, far: Reach) -> None:
    same = PERSON + HR + PEOPLE + USERS
    old, new = documents(same + APP), documents(same + APP.replace(written, other, 1))
    assert reach(diff({(d.kind, d.name): d.body for d in old}, new), old, new) == far
