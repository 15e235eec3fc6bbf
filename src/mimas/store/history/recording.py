"""The history writes itself: triggers keep what a row was before a batch changed it, whoever changes it.

A *batch* is a committed transaction. Of every row of the recorded tables that it changes, the changed columns are kept
once as they were before, so a state of the past is today's state with the first of these put in place of what came
later: see `mimas.store.history.past`. Nothing that writes to the store has to think of it, and nothing can forget to.

Of what is *fresh* nothing is kept: of an object or a resource that the step at hand has made, and of what belongs to
it. That it was not there before is told by its id, as a batch knows the ids that were next when it was committed; so a
first load of a million people writes no history of their having been nothing. What it was between two batches of that
step is not told: it is as the step has left it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Table
from sqlalchemy.types import Text

from mimas.store import tables
from mimas.store.dialect import quoted
from mimas.store.references import SEEN, WANTED

EXISTED = 1
"""The bit of ``kept`` of a row that was there before; where it is not set, there was none. See `Recorded.bits`."""


@dataclass(frozen=True)
class Recorded:
    """A table whose rows are kept as they were.

    ``owners``: the columns that name whom a row belongs to, ``objects`` or ``resources``; ``born``: whether rows are
    made for owners of before; ``only``: a condition without which a change of ``old`` is not kept; ``looked_at``: what
    of a column counts, where that is not all of it.
    """

    table: Table
    past: Table
    owners: Mapping[str, str] = field(default_factory=dict)
    born: bool = True
    only: str = ""
    looked_at: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The columns by which a row is the same row."""
        return tuple(column.name for column in self.past.primary_key if column.name != "batch")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that are kept besides."""
        own = (*self.key, "batch", "kept", "erased")
        return tuple(column.name for column in self.past.columns if column.name not in own)

    @cached_property
    def bits(self) -> dict[str, int]:
        """Column → its bit in ``kept``."""
        return {column: 2 << index for index, column in enumerate(self.columns)}

    @property
    def all(self) -> int:
        """``kept`` of a row of which everything is kept."""
        return sum(self.bits.values()) | EXISTED

    @cached_property
    def textual(self) -> bool:
        """Whether the key is text, and not the numbers of objects and resources."""
        return isinstance(self.past.c[self.key[0]].type, Text)

    @cached_property
    def personal(self) -> bool:
        """Whether rows hold texts, which may be about somebody, and not only numbers and words of our own."""
        texts = {column.name for column in self.past.columns if isinstance(column.type, Text)}
        return bool(texts - {"operation", "erased"})


_OBJECT, _RESOURCE = "objects", "resources"

RECORDED = (
    Recorded(tables.resource, tables.past_resource, {"id": _RESOURCE}, born=False),
    Recorded(tables.resource_reference, tables.past_resource_reference, {"resource": _RESOURCE}),
    Recorded(tables.object_, tables.past_object, {"id": _OBJECT}, born=False),
    Recorded(
        tables.reference, tables.past_reference, {"object": _OBJECT}, looked_at={"bits": f"{{}} & {SEEN | WANTED}"}
    ),
    Recorded(tables.link, tables.past_link, {"resource": _RESOURCE, "object": _OBJECT}),
    Recorded(
        tables.pending_export,
        tables.past_pending_export,
        {"object": _OBJECT},
        born=False,
        # What was never sent has no history of its own: what is wanted of an object has.
        only="old.step IS NOT NULL",
    ),
    Recorded(tables.fact, tables.past_fact, {"resource": _RESOURCE}),
    Recorded(tables.granted, tables.past_granted),
    Recorded(tables.hold, tables.past_hold),
    Recorded(tables.document, tables.past_document),
)
"""In the order in which a batch is digested."""

_BY_NAME = {str(recorded.table.name): recorded for recorded in RECORDED}


def of(table: str) -> Recorded:
    """How a table is recorded."""
    return _BY_NAME[table]


def off(postgresql: bool) -> Iterator[str]:
    """The statements that stop the recording, as while tables are changed."""
    for recorded in RECORDED:
        on = f" ON {quoted(recorded.table)}" if postgresql else ""
        for kind in ("new", "gone", "changed"):
            yield f"DROP TRIGGER IF EXISTS {recorded.past.name}_{kind}{on}"


def on(postgresql: bool) -> Iterator[str]:
    """The statements that begin it."""
    if postgresql:
        yield from _BATCH_NUMBER
    for recorded in RECORDED:
        yield from _postgresql(recorded) if postgresql else _sqlite(recorded)


def _kinds(recorded: Recorded) -> Iterator[tuple[str, str, str]]:
    """What may happen to a row: (kind, event, the row that tells of it)."""
    if recorded.born:
        yield "new", "INSERT", "new"
    yield "gone", "DELETE", "old"
    if recorded.columns:
        yield "changed", "UPDATE", "old"


def _sqlite(recorded: Recorded) -> Iterator[str]:
    """Once a row."""
    # SQLite has one writer at a time, so the batch under way is the one after the last.
    batch = "(SELECT max(id) + 1 FROM batch)"
    for kind, event, row in _kinds(recorded):
        own = ", ".join(f"{row}.{column}" for column in recorded.key)
        kept, conflict = _kept(recorded, kind, "IS NOT")
        of = f" OF {', '.join(recorded.columns)}" if kind == "changed" else ""
        yield (
            f'CREATE TRIGGER {recorded.past.name}_{kind} AFTER {event}{of} ON "{recorded.table.name}"'
            f" WHEN {_when(recorded, kind, row, 'IS NOT')}"
            f" BEGIN INSERT INTO {_into(recorded)} SELECT {own}, {batch}, {kept} WHERE 1 {conflict}; END"
        )


_BATCH_NUMBER = (
    "CREATE SEQUENCE IF NOT EXISTS batch_number",
    # One number a transaction, taken when it first changes something.
    """CREATE OR REPLACE FUNCTION mimas_batch() RETURNS bigint LANGUAGE plpgsql AS $$
    DECLARE number text := current_setting('mimas.batch', true);
    BEGIN
        IF number IS NULL OR number = '' THEN
            number := nextval('batch_number');
            PERFORM set_config('mimas.batch', number, true);
        END IF;
        RETURN number::bigint;
    END $$""",
)


def _postgresql(recorded: Recorded) -> Iterator[str]:
    """Once a statement, over all the rows that it has changed."""
    past = recorded.past.name
    same = " AND ".join(f"new.{column} = old.{column}" for column in recorded.key)
    sides = {
        "new": ("NEW TABLE AS fresh_rows", "fresh_rows AS new"),
        "gone": ("OLD TABLE AS stale_rows", "stale_rows AS old"),
        "changed": (
            "OLD TABLE AS stale_rows NEW TABLE AS fresh_rows",
            f"stale_rows AS old JOIN fresh_rows AS new ON {same}",
        ),
    }
    for kind, event, row in _kinds(recorded):
        named, rows = sides[kind]
        own = ", ".join(f"{row}.{column}" for column in recorded.key)
        kept, conflict = _kept(recorded, kind, "IS DISTINCT FROM")
        chosen = f"FROM {rows} WHERE {_when(recorded, kind, row, 'IS DISTINCT FROM')}"
        yield (
            f"CREATE OR REPLACE FUNCTION {past}_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            # Every trigger has variables OLD and NEW, which are empty here, where rows are called so.
            "#variable_conflict use_column\nBEGIN"
            f" IF EXISTS (SELECT 1 {chosen}) THEN"
            f" INSERT INTO {_into(recorded)} SELECT {own}, (SELECT mimas_batch()), {kept} {chosen} {conflict};"
            " END IF; RETURN NULL; END $$"
        )
        yield (
            f"CREATE TRIGGER {past}_{kind} AFTER {event} ON {quoted(recorded.table)} REFERENCING {named}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {past}_{kind}()"
        )


def _into(recorded: Recorded) -> str:
    return f"{recorded.past.name} ({', '.join((*recorded.key, 'batch', 'kept', *recorded.columns))})"


def _kept(recorded: Recorded, kind: str, unlike: str) -> tuple[str, str]:
    """What is kept of one change; and what if something is kept already: that was earlier, so it stays."""
    columns, key = recorded.bits, ", ".join((*recorded.key, "batch"))
    nothing = f"ON CONFLICT ({key}) DO NOTHING"
    if kind == "new":
        return "0" + ", NULL" * len(columns), nothing
    if kind == "gone":
        kept = f"{recorded.all}" + "".join(f", old.{column}" for column in columns)
    else:
        changed = {column: _changed(recorded, column, unlike) for column in columns}
        bits = " + ".join(f"CASE WHEN {changed[column]} THEN {bit} ELSE 0 END" for column, bit in columns.items())
        values = (f", CASE WHEN {condition} THEN old.{column} END" for column, condition in changed.items())
        kept = f"{EXISTED} + {bits}{''.join(values)}"
    past = recorded.past.name
    sets = "".join(
        f", {column} = CASE WHEN {past}.kept & {bit} <> 0 THEN {past}.{column} ELSE excluded.{column} END"
        for column, bit in columns.items()
    )
    update = f"ON CONFLICT ({key}) DO UPDATE SET kept = {past}.kept | excluded.kept{sets} WHERE {past}.kept <> 0"
    return kept, update if columns else nothing


def _changed(recorded: Recorded, column: str, unlike: str) -> str:
    form = recorded.looked_at.get(column, "{}")
    return f"({form.format(f'old.{column}')}) {unlike} ({form.format(f'new.{column}')})"


def _when(recorded: Recorded, kind: str, row: str, unlike: str) -> str:
    """Whether a change is to be kept."""
    conditions = [recorded.only] if recorded.only else []
    if kind == "changed":
        conditions.append(f"({' OR '.join(_changed(recorded, column, unlike) for column in recorded.columns)})")
    conditions += [f"{row}.{column} < (SELECT {which} FROM fresh)" for column, which in recorded.owners.items()]
    return " AND ".join(conditions) or "1 = 1"
