"""The tables.

Narrow on purpose: what an unchanged import reads (`object_key`) lies apart from the documents, and what is the
exception (pending, held, dirty) has rows of its own, so that the rule has none.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, text

metadata = MetaData()


def _table(name: str, *parts: Column[int] | Column[str] | Index, rowid: bool = True) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


def _id(name: str = "id", *, primary: bool = True, nullable: bool = False) -> Column[int]:
    # SQLite's rowid alias needs the very word INTEGER; PostgreSQL needs 64 bits.
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(name, kind, primary_key=primary, autoincrement=False, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    return _id(name, primary=False, nullable=nullable)


def _text(name: str, *, primary: bool = False, nullable: bool = True) -> Column[str]:
    # "C" on PostgreSQL: keys are compared byte by byte, as SQLite does; Python has normalised them already.
    kind = Text().with_variant(Text(collation="C"), "postgresql")
    return Column(name, kind, primary_key=primary, nullable=nullable and not primary)


meta = _table("meta", _text("key", primary=True), _text("value"))
"""Single values: sequences' next numbers, the sweep that is under way."""

symbol = _table("symbol", _id(), _text("name", nullable=False), Index("symbol_name", "name", unique=True))
"""Names of connectors, types, attributes and rules, as the small numbers the other tables use."""

document = _table(
    "document",
    _text("kind", primary=True),
    _text("name", primary=True),
    _text("body", nullable=False),
    _text("file", nullable=False),
    _text("hash", nullable=False),
    _text("applied", nullable=False),
)
"""The configuration in force."""

connector_state = _table("connector_state", _id("connector"), _text("watermark"))
"""How far a connector has been read."""

object_key = _table(
    "object_key",
    _id("connector"),
    _text("anchor", primary=True),
    _number("object"),
    _number("fingerprint", nullable=True),
    rowid=False,
)
"""Anchor to connector object, with the fingerprint of the record last read; a placeholder has none."""

object_name = _table("object_name", _id("connector"), _text("key", primary=True), _number("object"), rowid=False)
"""Name to connector object, for systems whose objects have names."""

object_ = _table(
    "object",
    _id(),
    _number("connector"),
    _number("type", nullable=True),
    _text("anchor"),
    _text("name"),
    _number("presence"),
    _text("seen"),
    _text("wanted"),
    _text("ours"),
)
"""A connector object. ``presence``: see `mimas.store.objects`; ``ours``: see `mimas.runs.echoes`."""

reference = _table(
    "reference",
    _id("object"),
    _id("attribute"),
    _id("target"),
    _number("bits"),
    Index("reference_target", "target", "attribute", "object"),
    rowid=False,
)
"""One reference value of a connector object; ``bits`` say in which images it stands."""

link = _table(
    "link",
    _id("resource"),
    _id("connector"),
    _id("object"),
    _number("rule"),
    Index("link_object", "object", unique=True),
    rowid=False,
)
"""Connector object ↔ resource, and the rule that made it (a fact)."""

pending_import = _table("pending_import", _id("connector"), _id("object"), _text("synced"), rowid=False)
"""Objects whose ``seen`` the rules have not processed; ``synced`` is what they processed last."""

pending_export = _table(
    "pending_export",
    _id("connector"),
    _id("object"),
    _text("operation", nullable=False),
    _number("state"),
    _text("sent"),
    _text("error"),
    _number("tries", nullable=True),
    _text("due"),
    _number("behind", nullable=True),
    _number("step", nullable=True),
    rowid=False,
)
"""Objects whose ``wanted`` the system does not show. ``sent`` is kept only where ``wanted`` has moved on since.

``tries``: how often it has failed or come to nothing; ``due``: the instant before which it is not tried again;
``behind``: the object that has to be deleted first, since it has the anchor or the name; ``step``: the step that sent
it last, until that is confirmed.
"""

# Nearly nothing waits for a delete, and nearly every delete asks who does.
_SOME = text("behind IS NOT NULL")
Index("pending_export_behind", pending_export.c.behind, sqlite_where=_SOME, postgresql_where=_SOME)

tolerance = _table("tolerance", _id("object"), _text("wanted", nullable=False))
"""Objects whose system has changed what is only to be reported: by attribute what the rules wanted at that time."""

learned = _table(
    "learned",
    _id("connector"),
    _id("type"),
    _id("attribute"),
    _text("form", primary=True),
    _text("example", nullable=False),
    _text("at", nullable=False),
    rowid=False,
)
"""How a system alters the values of an attribute that it is given: see `mimas.runs.comparing`."""

join_key = _table("join_key", _id("attribute"), _text("value", primary=True), _id("object"), rowid=False)
"""What unlinked objects look for: found again when a resource gets that key."""

resource = _table(
    "resource",
    _id(),
    _number("type"),
    _text("doc", nullable=False),
    _number("pattern"),
    _number("state"),
    Index("resource_type", "type", "id"),
)
"""A resource: its values, and the number of its lineage pattern."""

resource_key = _table("resource_key", _id("attribute"), _text("value", primary=True), _id("resource"), rowid=False)
"""Normalised keys of the indexed attributes."""

resource_reference = _table(
    "resource_reference",
    _id("resource"),
    _id("attribute"),
    _id("target"),
    _number("origin"),
    Index("resource_reference_target", "target", "attribute", "resource"),
    rowid=False,
)
"""One reference value of a resource, and the rule or membership it comes from."""

dirty = _table("dirty", _id("resource"), rowid=False)
"""Resources whose later strata are still to be computed."""

moved = _table("moved", _id("resource"), _id("target"), rowid=False)
"""(resource, target): whether the one refers to the other is to be found out; see `mimas.store.moved`."""

member = _table("member", _id("holder"), _id("resource"), Index("member_resource", "resource", "holder"), rowid=False)
"""(set, resource): who belongs to the sets, now; it has no history. Members of groups are `resource_reference` rows."""

holder = _table("holder", _id("resource"), _text("form", nullable=False))
"""The sets and groups that have a filter, and which form of it their stored members follow from: a digest."""

stirred = _table("stirred", _number("resource"), _number("attribute"), _text("before"))
"""What this transaction has changed of what memberships depend on: see `mimas.store.membership.stirring`.

Without a key: whoever writes waits for nobody who changes the same resource's other values.
"""

watched = _table("watched", _id("symbol"))
"""The types and the reference attributes, by their symbols, whose changes are noted as stirred; 0 is every type."""

outbox = _table(
    "outbox",
    _id(),
    _text("kind", nullable=False),
    _number("holder"),
    _number("resource"),
    _text("at", nullable=False),
    _text("person", nullable=False),
    _text("due"),
    _number("taken"),
    _number("attempts"),
    _text("note", nullable=False),
    Index("outbox_due", "due", "id"),
    Index("outbox_about", "resource", "kind"),
)
"""What has happened and is to have consequences, and who caused it: see `mimas.store.outbox`. ``due`` is when somebody
is to see to it; none: a person has to."""

workflow_version = _table(
    "workflow_version",
    _id(),
    _number("definition"),
    _text("body", nullable=False),
    Index("workflow_version_definition", "definition"),
)
"""The activities of a workflow as they once were: whoever began with them goes on with them."""

workflow = _table(
    "workflow",
    _id("instance"),
    _number("version"),
    _text("phase", nullable=False),
    _number("request", nullable=True),
    _number("place"),
    _text("data", nullable=False),
    _text("state"),
    _number("ended"),
    Index("workflow_request", "request", "ended"),
)
"""How far a workflow has come: the place of its next activity, what activities have left for later ones, and what the
one that is under way has to remember."""

workflow_step = _table(
    "workflow_step",
    _id("instance"),
    _id("place"),
    _text("begun", nullable=False),
    _text("ended"),
    _text("note", nullable=False),
    rowid=False,
)
"""What became of each activity. One without an end was begun outside of the database, and it is not known how far it
came."""

applied_rule = _table("applied_rule", _id("rule"), _id("holder"), _id("workflow"), rowid=False)
"""The workflows that have been run for everybody who was in a set when a policy rule came into force."""

letter = _table(
    "letter",
    _id(),
    _text("mark", nullable=False),
    _text("recipients", nullable=False),
    _text("subject", nullable=False),
    _text("text", nullable=False),
    _text("html"),
    _text("follows"),
    _number("about", nullable=True),
    _number("asked", nullable=True),
    _text("until"),
    _text("made", nullable=False),
    _text("state", nullable=False),
    _text("due"),
    _number("attempts"),
    _text("sent"),
    _text("problem", nullable=False),
    Index("letter_mark", "mark", unique=True),
    Index("letter_due", "state", "due"),
    Index("letter_about", "about"),
    Index("letter_made", "made"),
)
"""What is to be sent to people by mail, and what became of it: see `mimas.store.letters`."""

session = _table(
    "session",
    _text("digest", primary=True),
    _number("person", nullable=True),
    _text("data", nullable=False),
    _text("began", nullable=False),
    _text("ends", nullable=False),
    Index("session_person", "person"),
    rowid=False,
)
"""Who is signed in where: see `mimas.store.sessions`."""

credential = _table(
    "credential",
    _id(),
    _number("person"),
    _text("kind", nullable=False),
    _text("secret", nullable=False),
    Index("credential_person", "person", "kind"),
)
"""What people prove with who they are: see `mimas.store.credentials`."""

ticket = _table(
    "ticket", _text("digest", primary=True), _number("person", nullable=True), _text("ends", nullable=False)
)
"""Links that let somebody in once: see `mimas.store.tickets`."""

pattern = _table("pattern", _id(), _text("body", nullable=False), Index("pattern_body", "body", unique=True))
"""Lineage, interned: which rule won for which attribute. Most resources share one of a few."""

fact = _table(
    "fact",
    _text("kind", primary=True),
    _text("key", primary=True),
    _number("resource"),
    _text("value"),
    _text("at", nullable=False),
    Index("fact_resource", "resource", "kind"),
    rowid=False,
)
"""Something that happened and is an input from then on: a unique value given out, a once-only flow done."""

granted = _table(
    "granted",
    _id(),
    _number("resource"),
    _number("attribute"),
    _number("target"),
    _text("begins", nullable=False),
    _text("ends", nullable=False),
    _text("reason", nullable=False),
    _text("grantor", nullable=False),
    _text("at", nullable=False),
    Index("granted_resource", "resource"),
    Index("granted_target", "target"),
)
"""A reference value for a time: a fact. ``begins`` and ``ends`` are instants; a grant without an end has ``9999``."""

expiring = _table(
    "expiring", _id("object"), _id("attribute"), _id("target"), _text("ends", nullable=False), rowid=False
)
"""Reference values that a system was told to end by itself, and when."""

secret = _table("secret", _text("name", primary=True), _text("sealed", nullable=False), _text("at", nullable=False))
"""A secret of a document, sealed by a key that is not in here, and when it was set: see `mimas.secrets.sealing`."""

due = _table("due", _id("stratum"), _id("item"), _text("at", nullable=False), Index("due_at", "at"), rowid=False)
"""The next moment at which the result of a stratum for an object or resource can change by itself."""

hold = _table(
    "hold",
    _id(),
    _text("kind", nullable=False),
    _number("connector"),
    _number("step"),
    _number("count"),
    _text("reason", nullable=False),
    _text("state", nullable=False),
    _text("at", nullable=False),
)
"""Something not let through yet: what, why, and whether it has been released or refused."""

hold_item = _table("hold_item", _id("hold"), _id("object"), rowid=False)

run = _table(
    "run", _id(), _text("profile", nullable=False), _text("started", nullable=False), _text("ended"), _text("result")
)

step = _table(
    "step",
    _id(),
    _number("run"),
    _text("kind", nullable=False),
    _text("connector"),
    _text("started", nullable=False),
    _text("ended"),
    _text("result"),
    _text("counters"),
    _text("message"),
    Index("step_run", "run"),
)

step_error = _table(
    "step_error",
    _id(),
    _number("step"),
    _number("object", nullable=True),
    _text("code", nullable=False),
    _text("name"),
    _text("message", nullable=False),
    _text("advice"),
    Index("step_error_step", "step"),
)

step_object = _table(
    "step_object",
    _id("step"),
    _text("counter", primary=True),
    _text("objects", nullable=False),
    rowid=False,
)
"""The objects behind a counter of a step, as JSON rows of (connector, object, resource, name): see `mimas.runs.tally`.

One row a counter: a small step writes three or four where it would else write forty.
"""


batch = _table(
    "batch",
    _id(),
    _number("place"),
    _text("at", nullable=False),
    _number("step", nullable=True),
    _text("person", nullable=False),
    _text("what", nullable=False),
    _text("content", nullable=False),
    _number("objects"),
    _number("resources"),
    _text("root", nullable=False),
    Index("batch_place", "place", unique=True),
    Index("batch_at", "at"),
    Index("batch_step", "step"),
    Index("batch_objects", "objects"),
    Index("batch_resources", "resources"),
)
"""One committed transaction that changed something of the history: when, by whom, why; see `mimas.store.history.chain`.

``place``: its number in the order of commits; ``content``: the digest of its rows; ``objects`` and ``resources``: the
ids that the next ones get, so that whatever has a lower one was there; ``root``: the chain up to here.
"""


fresh = _table("fresh", _id(), _number("objects"), _number("resources"))
"""One row: the first ids of the step at hand, of which nothing is kept: see `mimas.store.history.recording`."""


def _past(of: Table, key: str, columns: str, *indexes: Index) -> Table:
    """What rows of a table were before a batch changed them.

    ``kept`` says which columns the batch has changed, so that only these are kept: see `mimas.store.history.recording`;
    ``erased`` is the digest of a row whose values have been taken out of it: see `mimas.store.history.erasing`.
    """

    def column(name: str, *, primary: bool) -> Column[int] | Column[str]:
        if isinstance(of.c[name].type, Text):
            return _text(name, primary=primary)
        return _id(name, primary=primary, nullable=not primary)

    keys = [column(name, primary=True) for name in key.split()]
    values = [column(name, primary=False) for name in columns.split()]
    name = f"past_{of.name}"
    by_batch = Index(f"{name}_batch", "batch")
    return _table(name, *keys, _id("batch"), _number("kept"), *values, _text("erased"), by_batch, *indexes, rowid=False)


past_resource = _past(resource, "id", "type doc pattern state")
past_object = _past(object_, "id", "connector type anchor name presence seen wanted ours")
past_link = _past(link, "object", "resource connector rule", Index("past_link_resource", "resource"))
past_reference = _past(reference, "object attribute target", "bits")
past_resource_reference = _past(resource_reference, "resource attribute target origin", "")
past_fact = _past(fact, "kind key", "resource value at", Index("past_fact_resource", "resource"))
past_granted = _past(
    granted,
    "id",
    "resource attribute target begins ends reason grantor at",
    Index("past_granted_resource", "resource"),
)
past_hold = _past(hold, "id", "kind connector step count reason state at")
past_document = _past(document, "kind name", "body file hash applied")
past_pending_export = _past(pending_export, "object", "operation state step")
