"""The SQL connector against SQLite and PostgreSQL."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from mimas.connectors.contract import Change, ConnectorError, Export, Operation, Result, Sought
from mimas.connectors.sql import SqlConnector, SqlSettings
from mimas.schema.attributes import Attribute, Kind, ObjectType
from tests.servers import postgres as server
from tests.servers.listing import fetched, read
from tests.servers.processes import free_port
from tests.servers.silent import silence

pytestmark = pytest.mark.slow

TABLES = """
CREATE TABLE staff (
  number INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, mail VARCHAR(80) UNIQUE, active BOOLEAN,
  salary NUMERIC(10, 2), born DATE, hired TIMESTAMP, photo {bytes}, boss INTEGER REFERENCES staff (number),
  changed INTEGER DEFAULT 0
);
CREATE TABLE team (code VARCHAR(20) PRIMARY KEY, title VARCHAR(40), changed INTEGER DEFAULT 0);
CREATE TABLE team_staff (
  team VARCHAR(20) NOT NULL REFERENCES team (code), person INTEGER NOT NULL REFERENCES staff (number)
);
CREATE TABLE seat (building VARCHAR(20), room VARCHAR(20), holder VARCHAR(40), PRIMARY KEY (building, room));
CREATE TABLE ticket ({serial}, subject VARCHAR(40));
CREATE TABLE loose (code VARCHAR(20), title VARCHAR(40));
"""

STAFF = ObjectType(
    "employee",
    {
        one.name: one
        for one in (
            Attribute("number", Kind.INTEGER),
            Attribute("name"),
            Attribute("mail"),
            Attribute("active", Kind.BOOLEAN),
            Attribute("salary"),
            Attribute("born", Kind.DATETIME),
            Attribute("hired", Kind.DATETIME),
            Attribute("photo", Kind.BINARY),
            Attribute("boss", Kind.REFERENCE),
        )
    },
    ("number",),
)
TEAM = ObjectType(
    "team",
    {
        "title": Attribute("title"),
        "code": Attribute("code"),
        "members": Attribute("members", Kind.REFERENCE, multivalued=True, to="employee"),
    },
    ("code",),
)
BOTH = {"employee": STAFF, "team": TEAM}
SETTINGS: dict[str, Any] = {
    "tables": {"employee": "staff"},
    "links": {"members": {"table": "team_staff", "owner": "team", "member": "person"}},
}

Make = Callable[..., SqlConnector]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the tables, foreign keys enforced."""
    if request.param == "sqlite":
        found, types = f"sqlite:///{tmp_path}/app.db", {"bytes": "BLOB", "serial": "id INTEGER PRIMARY KEY"}
    else:
        found = request.getfixturevalue("postgresql_url")
        types = {"bytes": "BYTEA", "serial": "id SERIAL PRIMARY KEY"}
    run(found, *TABLES.format(**types).split(";")[:-1])
    return str(found)


def run(url: str, *statements: str) -> list[Any]:
    """What the last statement gives."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            done = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in done] if done.returns_rows else []
    engine.dispose()
    return rows


@pytest.fixture
def make(url: str) -> Iterator[Make]:
    made = []

    def connector(schema: Any = BOTH, **settings: Any) -> SqlConnector:
        made.append(SqlConnector("app", SqlSettings.model_validate({"url": url} | SETTINGS | settings), schema, Path()))
        return made[-1]

    yield connector
    for one in made:
        one.close()


def change(*values: Any) -> Change:
    return Change(values, added=values)


def add(number: int, **values: Any) -> Export:
    values = {"number": number, "name": f"Person {number}"} | values
    changes = {name: change(value) for name, value in values.items()}
    return Export(number, Operation.ADD, "employee", None, changes=changes)


def team(code: str, *members: str) -> Export:
    changes = {"code": change(code), "title": change(code.title()), "members": change(*members)}
    return Export(1, Operation.ADD, "team", None, changes=changes)


def update(anchor: str, **changes: Change) -> Export:
    return Export(1, Operation.UPDATE, anchor.partition(":")[0], anchor, changes=changes)


def delete(anchor: str) -> Export:
    return Export(1, Operation.DELETE, anchor.partition(":")[0], anchor)


def send(connector: SqlConnector, *exports: Export) -> list[Result]:
    return list(connector.write(exports))


def succeed(connector: SqlConnector, *exports: Export) -> list[Result]:
    results = send(connector, *exports)
    assert [result for result in results if result.error] == []
    return results


def test_discover_finds_tables_keys_kinds_and_references(make: Make) -> None:
    schema = make().discover()
    staff = schema["staff"]
    assert staff.anchor == ("number",)
    assert schema["seat"].anchor == ("building", "room")
    assert staff.attributes["boss"] == Attribute("boss", Kind.REFERENCE, to="staff")
    kinds = {name: staff.attributes[name].kind for name in ("number", "name", "active", "born", "hired", "photo")}
    assert list(kinds.values()) == [
        Kind.INTEGER, Kind.STRING, Kind.BOOLEAN, Kind.DATETIME, Kind.DATETIME, Kind.BINARY,
    ]  # fmt: skip


def test_values_go_there_and_come_back(make: Make) -> None:
    values: dict[str, Any] = {
        "name": "Анна 李 O'Ҡ", "mail": "a@x.example", "active": True, "salary": "1234.75", "born": "1980-02-29",
        "hired": "2020-01-02T03:04:05Z", "photo": "/9j/AA==",
    }  # fmt: skip
    results = succeed(make(), add(7), add(8, boss="employee:7", **values))
    listing = read(make())
    assert [result.anchor for result in results] == ["employee:7", "employee:8"]
    assert listing.end.complete
    entry = listing.entries["employee:8"]
    assert entry.values == values | {"number": 8}
    assert entry.references == {"boss": ["employee:7"]}
    assert listing.entries["employee:7"].values == {"number": 7, "name": "Person 7"}


def test_one_type_alone_has_bare_anchors(make: Make) -> None:
    (result,) = succeed(make({"employee": STAFF}), add(7))
    assert result.anchor == "7"
    assert set(read(make({"employee": STAFF})).entries) == {"7"}


def test_a_key_the_database_makes_is_read_back(make: Make, url: str) -> None:
    ticket = {"ticket": ObjectType("ticket", {"subject": Attribute("subject")}, ("id",))}
    exports = [Export(n, Operation.ADD, "ticket", None, changes={"subject": change(f"s{n}")}) for n in (1, 2)]
    first, second = succeed(make(ticket), *exports)
    assert {(first.anchor, "s1"), (second.anchor, "s2")} == {
        (str(number), subject) for number, subject in run(url, "SELECT id, subject FROM ticket")
    }


def test_keys_of_several_columns(make: Make) -> None:
    names = ("building", "room", "holder")
    seats = {"seat": ObjectType("seat", {name: Attribute(name) for name in names}, ("building", "room"))}
    values = {"building": change("A+B"), "room": change("1\\2")}
    (result,) = succeed(make(seats), Export(1, Operation.ADD, "seat", None, changes=values))
    succeed(make(seats), Export(1, Operation.UPDATE, "seat", result.anchor, changes={"holder": change("me")}))
    assert read(make(seats)).entries[result.anchor or ""].values["holder"] == "me"
    succeed(make(seats), Export(1, Operation.DELETE, "seat", result.anchor))
    assert read(make(seats)).entries == {}


def test_update_replaces_and_clears_and_delete_deletes(make: Make) -> None:
    succeed(make(), add(7, mail="a@x.example"), add(8), add(9))
    succeed(
        make(), update("employee:7", mail=Change([]), name=change("New")), delete("employee:8"), delete("employee:9")
    )
    assert {key: entry.values for key, entry in read(make()).entries.items()} == {
        "employee:7": {"number": 7, "name": "New"}
    }


def test_single_rows_are_read_again(make: Make) -> None:
    succeed(make(), *(add(number) for number in (1, 2, 3, 10)))
    succeed(make(), team("red", "employee:1", "employee:10"), team("blue"))
    listing = read(make())
    keys = ["employee:10", "employee:2", "team:red", "team:nobody"]
    found = fetched(make(), *(Sought(key.partition(":")[0], key, None) for key in keys))
    assert found == {key: (listing.fingerprints[key], listing.entries[key]) for key in keys[:3]}


def test_members_are_rows_of_a_link_table(make: Make, url: str) -> None:
    people = [f"employee:{number}" for number in (1, 2, 3, 10)]
    succeed(make(), *(add(number) for number in (1, 2, 3, 10)))
    succeed(make(), team("red", *people[:2]), team("blue", *people[2:]), team("empty"))
    before = read(make())
    assert before.entries["team:red"].references == {"members": people[:2]}
    assert before.entries["team:empty"].references == {"members": []}

    members = Change([people[1], people[3]], added=[people[1], people[3]], removed=[people[0]])
    succeed(make(), update("team:red", members=members))
    after = read(make())
    assert after.entries["team:red"].references == {"members": [people[1], people[3]]}
    assert before.fingerprints["team:red"] != after.fingerprints["team:red"]
    assert before.fingerprints["team:blue"] == after.fingerprints["team:blue"]

    succeed(make(), delete("team:red"), delete("team:blue"))
    assert run(url, "SELECT * FROM team_staff") == []


def test_pages_are_streamed_with_their_members(make: Make, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimas.connectors.sql.reading.PAGE", 10)
    succeed(make(), *(add(number) for number in range(1, 26)))
    succeed(make(), *(team(f"Ä{number}_é", f"employee:{number}") for number in range(1, 26)))
    listing = read(make())
    assert (listing.pages, len(listing.entries)) == (6, 50)
    assert all(
        entry.references["members"] == [f"employee:{key.partition('Ä')[2].partition('_')[0]}"]
        for key, entry in listing.entries.items()
        if entry.type == "team"
    )


def test_each_object_gets_its_own_error(make: Make, url: str) -> None:
    wide = "x" * 50
    exports = [
        add(1, mail="a@x.example"), add(2), add(2), add(3, mail="a@x.example"), add(4, boss="employee:99"),
        add(5, boss="employee:6"), add(6), add(7, born="soon"), add(8, boss="team:red"), add(9, shoe=44),
        update("employee:77", name=change("x")), update("employee:1", name=Change([])), delete("employee:78"),
        update("team:none", members=change("employee:1")), update("employee:1", number=change(5)),
        update("employee:1", name=change("Anna")), delete("employee:2"),
    ]  # fmt: skip
    exports = [Export(n, e.operation, e.type, e.anchor, changes=e.changes) for n, e in enumerate(exports)]
    results = {result.id: result for result in make().write(exports)}
    assert {number: result.error for number, result in results.items() if result.error} == {
        2: "cd-existing-object", 3: "constraint-violation", 4: "constraint-violation", 7: "invalid-attribute-value",
        8: "invalid-attribute-value", 9: "schema-violation", 10: "cd-missing-object", 11: "constraint-violation",
        12: "cd-missing-object", 13: "cd-missing-object", 14: "readonly-attribute",
    }  # fmt: skip
    assert all(result.message and result.advice for result in results.values() if result.error)
    assert len(results) == len(exports)
    if "postgresql" in url:
        (result,) = send(make(), add(20, name=wide))
        assert result.error == "insufficient-field-width"
    rows = run(url, "SELECT number, name, boss FROM staff ORDER BY number")
    assert rows == [(1, "Anna", None), (5, "Person 5", 6), (6, "Person 6", None)]


def test_a_key_with_a_nul_is_refused(make: Make) -> None:
    wrong, right = send(make(), team("a\0b"), team("blue"))
    assert (wrong.error, right.error) == ("invalid-attribute-value", "")
    assert wrong.message
    assert wrong.advice
    assert set(read(make()).entries) == {"team:blue"}


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_constraint_checked_at_commit_fails_its_object_only(make: Make, url: str) -> None:
    run(url, "ALTER TABLE staff ALTER CONSTRAINT staff_boss_fkey DEFERRABLE INITIALLY DEFERRED")
    results = send(make(), add(1), add(2, boss="employee:99"), add(3, boss="employee:1"))
    assert [result.error for result in results] == ["", "constraint-violation", ""]
    assert run(url, "SELECT number FROM staff ORDER BY number") == [(1,), (3,)]


def test_rows_without_a_key_or_with_one_twice_are_told(make: Make, url: str) -> None:
    run(url, "INSERT INTO loose VALUES ('a', '1'), ('b', '2'), ('b', '3'), (NULL, '4'), ('', '5')")
    names = {name: Attribute(name) for name in ("code", "title")}
    connector = make({"loose": ObjectType("loose", names, ("code",))})
    listing = read(connector)
    assert set(listing.entries) == {"a", "b"}
    codes = sorted(problem.code for problem in listing.problems)
    assert codes == ["duplicate-object", "missing-anchor-component", "missing-anchor-component"]
    results = send(connector, Export(1, Operation.UPDATE, "loose", "b", changes={"title": change("x")}))
    assert [result.error for result in results] == ["ambiguous-update"]
    assert run(url, "SELECT count(*) FROM loose WHERE title = 'x'") == [(0,)]


def test_cells_that_do_not_fit_fail_their_row_only(make: Make, url: str) -> None:
    run(url, "INSERT INTO staff (number, name) VALUES (1, 'many'), (2, '12')")
    numbers = {"staff": ObjectType("staff", {"name": Attribute("name", Kind.INTEGER)}, ("number",))}
    listing = read(make(numbers))
    assert [error.code for error in listing.errors] == ["invalid-numeric-value"]
    assert listing.entries["2"].values == {"name": 12}
    assert listing.end.complete


def test_sqlite_keeps_anything_in_a_date_column(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    run(url, TABLES.format(bytes="BLOB", serial="id").split(";")[0], "INSERT INTO staff (number, name, born) VALUES "
        "(1, 'a', 'n/a'), (2, 'b', '2026-11-23')")  # fmt: skip
    settings = SqlSettings.model_validate({"url": "sqlite:///app.db"} | SETTINGS)
    with SqlConnector("app", settings, {"employee": STAFF}, tmp_path) as connector:
        listing = read(connector)
    assert [error.code for error in listing.errors] == ["invalid-attribute-value"]
    assert listing.entries["2"].values["born"] == "2026-11-23"


def test_a_delta_shows_what_changed(make: Make, url: str) -> None:
    succeed(make(), add(1), add(2), add(3))
    connector = make(changed_at="changed")
    assert connector.capabilities.delta
    assert not make().capabilities.delta
    full = read(connector)
    assert len(full.entries) == 3
    run(url, "UPDATE staff SET changed = 5, name = 'New' WHERE number = 2")
    second = read(connector, full.end.watermark)
    assert second.only(name="New").anchor == "employee:2"
    third = read(connector, second.end.watermark)
    assert set(third.entries) == {"employee:2"}


@pytest.mark.parametrize(
    ("settings", "schema", "said", "advice"),
    [
        ({"tables": {"employee": "staf"}}, BOTH, "has no table staf", "staff"),
        ({}, {"team": ObjectType("team", {"titel": Attribute("titel")})}, "no column titel", "title"),
        ({"links": {}}, BOTH, "team.members is multi-valued", "links: {members:"),
        ({}, {"loose": ObjectType("loose", {})}, "no anchor", "anchor"),
    ],
)
def test_mistakes_are_told_with_what_was_meant(make: Make, settings: Any, schema: Any, said: str, advice: str) -> None:
    with pytest.raises(ConnectorError, match=said) as caught:
        read(make(schema, **settings))
    assert advice in caught.value.advice


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    connector = SqlConnector("app", SqlSettings(url="sqlite:///nothing.db"), {}, tmp_path)
    with pytest.raises(ConnectorError, match="no database file"):
        connector.discover()
    assert not (tmp_path / "nothing.db").exists()


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "very-secret")
    url = f"postgresql+psycopg://who@127.0.0.1:{free_port()}/x"
    settings = SqlSettings.model_validate({"url": url, "password": {"env": "DB_PASSWORD"}})
    with pytest.raises(ConnectorError, match="refused") as caught:
        SqlConnector("app", settings, {}, Path()).discover()
    assert "very-secret" not in str(caught.value)
    assert caught.value.advice


def test_a_server_that_never_says_a_word_is_waited_for_so_long() -> None:
    with silence() as port:
        settings = SqlSettings(url=f"postgresql+psycopg://who@127.0.0.1:{port}/x", timeout=1)
        connector = SqlConnector("app", settings, BOTH, Path())
        begin = time.monotonic()
        with pytest.raises(ConnectorError, match="timeout expired") as caught:
            connector.test()
        assert time.monotonic() - begin < 10
        assert "can be reached" in caught.value.advice


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_table_that_somebody_locks_is_waited_for_so_long(make: Make, url: str) -> None:
    succeed(make(), *(add(number) for number in range(3)))
    impatient = make({"employee": STAFF}, timeout=0.3)
    attempts = (
        ("ACCESS EXCLUSIVE", lambda: read(impatient)),
        ("ACCESS EXCLUSIVE", lambda: fetched(impatient, Sought("employee", "1", None))),
        ("EXCLUSIVE", lambda: send(impatient, *(add(number) for number in range(10, 60)))),
    )
    other = create_engine(url)
    for mode, attempt in attempts:
        with other.begin() as connection:
            connection.exec_driver_sql(f"LOCK TABLE staff IN {mode} MODE")
            begin = time.monotonic()
            with pytest.raises(ConnectorError, match="statement timeout") as caught:
                attempt()
            assert time.monotonic() - begin < 5, "not once for each row"
            assert "raise timeout" in caught.value.advice
    other.dispose()
    assert len(read(make()).entries) == 3


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_what_the_url_says_counts(make: Make, url: str) -> None:
    database = make(url=f"{url}?connect_timeout=7&options=-csearch_path%3Dpublic")._database()
    with database.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar() == "5min"
        assert connection.exec_driver_sql("SHOW search_path").scalar() == "public"
        driver: Any = connection.connection.driver_connection
        said = driver.info.get_parameters()
        assert (said["connect_timeout"], said["keepalives_idle"]) == ("7", "60")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_server_that_stops_in_the_middle_leaves_no_end_and_no_half_transaction(
    make: Make, url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    postgres: server.Postgres = request.getfixturevalue("postgres")
    monkeypatch.setattr("mimas.connectors.sql.reading.PAGE", 10)
    monkeypatch.setattr("mimas.connectors.sql.writing.BATCH", 10)
    succeed(make(), *(add(number) for number in range(100, 150)))
    reading = make({"employee": STAFF}).read()
    writing = make().write(add(number) for number in range(20))
    next(reading)
    done = [next(writing) for _ in range(10)]
    postgres.stop()
    try:
        with pytest.raises(ConnectorError):
            list(reading)
        with pytest.raises(ConnectorError):
            list(writing)
    finally:
        postgres.start()
    assert run(url, "SELECT count(*) FROM staff") == [(50 + len(done),)]
