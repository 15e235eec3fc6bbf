"""What a transaction changes is noted by triggers, where memberships depend on it: see `mimas.store.tables.stirred`.

A row of ``stirred`` is one of three things. ``attribute`` 0: the resource's values have changed, and ``before`` are
those it had; without them it is new, or deleted, or gone, so everything of it has changed. A positive ``attribute``:
it refers by that attribute to something else than before. A negative one: it is referred to by that attribute by
others than before. So whatever stood at an end of a reference that is no more is known too.

Whether anything depends on it is asked of the table ``watched``, so an installation without sets pays next to nothing.
"""

from collections.abc import Iterator

ANYTHING = 0
"""In ``watched``: resources of every type."""

LOCK = int.from_bytes(b"mimasset")
"""The number of PostgreSQL's advisory lock of what sets there are, and of what they depend on.

Whoever writes anything holds it shared, from before the first question whether somebody depends on it until its commit;
whoever changes a set, or a group with a filter, takes it for itself before it looks who belongs to it. So no change is
made while that look does not see it and the question does not know of the set yet.
"""

_ANY_AT_ALL = "EXISTS (SELECT 1 FROM watched)"
_WATCHED = "EXISTS (SELECT 1 FROM watched WHERE symbol IN ({}))"
_OF_TYPE = _WATCHED.format(f"new.type, {ANYTHING}")
_BEFORE = "CASE WHEN old.state = new.state THEN old.doc END"

_TRIGGERS = {
    "resource": (
        ("INSERT", _OF_TYPE, ("new.id, 0, NULL",)),
        (
            "UPDATE",
            # Whoever is not there any more is a member of nothing, and nobody's manager.
            f"(old.state <> new.state AND {_ANY_AT_ALL} OR old.doc <> new.doc AND {_OF_TYPE})",
            (f"new.id, 0, {_BEFORE}",),
        ),
        ("DELETE", _ANY_AT_ALL, ("old.id, 0, NULL",)),
    ),
    "resource_reference": tuple(
        (
            event,
            _WATCHED.format(f"{row}.attribute"),
            (f"{row}.resource, {row}.attribute, NULL", f"{row}.target, -{row}.attribute, NULL"),
        )
        for event, row in (("INSERT", "new"), ("DELETE", "old"))
    ),
}
"""Table → for each event on which condition which rows are noted.

A reference row is never given another target: it is deleted, and another one is made.
"""


def off(postgresql: bool) -> Iterator[str]:
    """The statements that stop the noting, as while tables are changed."""
    for table, triggers in _TRIGGERS.items():
        for event, *_ in triggers:
            yield f"DROP TRIGGER IF EXISTS {_name(table, event)}{f' ON {table}' if postgresql else ''}"


def on(postgresql: bool) -> Iterator[str]:
    """The statements that begin it."""
    for table, triggers in _TRIGGERS.items():
        for event, condition, notes in triggers:
            make = _postgresql if postgresql else _sqlite
            yield from make(table, event, condition, notes)


def _name(table: str, event: str) -> str:
    return f"stirred_{table}_{event.lower()}"


def _sqlite(table: str, event: str, condition: str, notes: tuple[str, ...]) -> Iterator[str]:
    """Once a row."""
    rows = ", ".join(f"({note})" for note in notes)
    of = " OF doc, state" if event == "UPDATE" else ""
    yield (
        f"CREATE TRIGGER {_name(table, event)} AFTER {event}{of} ON {table} WHEN {condition}"
        f" BEGIN INSERT INTO stirred (resource, attribute, before) VALUES {rows}; END"
    )


def _postgresql(table: str, event: str, condition: str, notes: tuple[str, ...]) -> Iterator[str]:
    """Once a statement, over all the rows that it has changed."""
    named, rows = {
        "INSERT": ("NEW TABLE AS fresh_rows", "fresh_rows AS new"),
        "DELETE": ("OLD TABLE AS stale_rows", "stale_rows AS old"),
        "UPDATE": (
            "OLD TABLE AS stale_rows NEW TABLE AS fresh_rows",
            "stale_rows AS old JOIN fresh_rows AS new ON new.id = old.id",
        ),
    }[event]
    name = _name(table, event)
    inserts = "".join(
        f" INSERT INTO stirred (resource, attribute, before) SELECT {note} FROM {rows} WHERE {condition};"
        for note in notes
    )
    yield (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        "#variable_conflict use_column\nBEGIN"
        f" PERFORM pg_advisory_xact_lock_shared({LOCK});"
        # A statement of its own, so that it sees what was committed while the lock was waited for.
        f" IF {_ANY_AT_ALL} THEN{inserts} END IF; RETURN NULL; END $$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {named}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )
