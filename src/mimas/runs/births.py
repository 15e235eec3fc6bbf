"""Objects to be made. Where the system has one of that anchor or name already, that one is taken instead."""

from mimas.runs.images import WAITING
from mimas.runs.plan import Birth, Plan
from mimas.runs.session import Session
from mimas.runs.tally import Kept
from mimas.schema.values import decode_wanted
from mimas.store import objects, tables
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.objects import NONE, PRESENT, WANTED_ABSENT
from mimas.store.runs import Note


def write_births(tx: Transaction, session: Session, plan: Plan) -> None:
    """Make objects; where the system has one of that anchor or name already, join it instead."""
    plan.births = _meet_existing(tx, session, plan)
    births = plan.births
    if not births:
        return
    first = tx.allocate("object", len(births))
    ids = range(first, first + len(births))
    pairs = list(zip(ids, births, strict=True))
    tx.insert(
        tables.object_,
        "id, connector, type, anchor, name, presence, wanted",
        [(id_, b.connector, b.type, b.anchor, b.name, NONE, b.doc) for id_, b in pairs],
    )
    tx.insert(
        tables.object_key,
        "connector, anchor, object",
        sorted((b.connector, b.anchor, id_) for id_, b in pairs if b.anchor is not None and b.behind is None),
    )
    tx.insert(
        tables.object_name,
        "connector, key, object",
        sorted((b.connector, b.named, id_) for id_, b in pairs if b.named and b.behind is None),
    )
    tx.insert(
        tables.link, "resource, connector, object, rule", [(b.resource, b.connector, i, b.rule) for i, b in pairs]
    )
    tx.insert(
        tables.pending_export,
        "connector, object, operation, state, behind",
        [(b.connector, id_, "add", WAITING, b.behind) for id_, b in pairs],
    )
    session.counters.note("provisioned", pairs, lambda pair: _kept(pair[1], pair[0]))


def _meet_existing(tx: Transaction, session: Session, plan: Plan) -> list[Birth]:
    """Sort out births whose anchor or name is known in the system already; the others come back."""
    existing: dict[int, int] = {}
    by_connector: dict[int, list[int]] = {}
    for index, birth in enumerate(plan.births):
        by_connector.setdefault(birth.connector, []).append(index)
    for connector, indexes in by_connector.items():
        with_anchor = [i for i in indexes if plan.births[i].anchor is not None]
        rows = objects.find(tx, connector, [plan.births[i].anchor or "" for i in with_anchor])
        existing.update({i: row[0] for i, row in zip(with_anchor, rows, strict=True) if row[0] is not None})
        with_name = [i for i in indexes if plan.births[i].named]
        if with_name:
            found = objects.find_names(tx, connector, [plan.births[i].named for i in with_name])
            existing.update({i: found[plan.births[i].named] for i in with_name if plan.births[i].named in found})
    twins = _twins(plan.births)
    if not existing and not twins:
        return plan.births
    stored = objects.load(tx, list(existing.values()))
    taken = {row[0] for row in tx.rows("SELECT object FROM link WHERE object IN IDS", list(existing.values()))}
    # Whom a person has disconnected stays so.
    taken.update(object_ for object_, resource in session.decided(tx).items() if resource is None)
    followed = {
        row[0] for row in tx.rows("SELECT behind FROM pending_export WHERE behind IN IDS", list(existing.values()))
    }
    free: list[Birth] = []
    for index, birth in enumerate(plan.births):
        object_ = stored.get(existing.get(index, 0))
        if index in twins:
            _taken(session, plan, birth)
        elif object_ is None:
            free.append(birth)
        elif object_.wanted == WANTED_ABSENT and object_.id not in followed:
            followed.add(object_.id)
            birth.behind = object_.id
            free.append(birth)
        elif object_.id in taken:
            _taken(session, plan, birth)
        else:
            taken.add(object_.id)
            _take_over(tx, session, plan, birth, object_)
    return free


def _twins(births: list[Birth]) -> set[int]:
    """Births of this batch that want a name or an anchor that an earlier one of it has taken."""
    anchors = [(birth.connector, birth.anchor) for birth in births if birth.anchor is not None]
    named = [(birth.connector, birth.named) for birth in births if birth.named]
    if len(set(anchors)) == len(anchors) and len(set(named)) == len(named):
        return set()
    seen: set[tuple[int, str, str]] = set()
    twins = set()
    for index, birth in enumerate(births):
        places = [(birth.connector, "name", birth.named)] if birth.named else []
        places += [(birth.connector, "anchor", birth.anchor)] if birth.anchor is not None else []
        if any(place in seen for place in places):
            twins.add(index)
        seen.update(places)
    return twins


def _taken(session: Session, plan: Plan, birth: Birth) -> None:
    plan.failed.add(birth.resource)
    if not session.last_call:
        session.contesting.add(birth.resource)
        return
    session.errors += 1
    session.counters.note("name-taken", [birth], lambda birth: _kept(birth, None))
    what = birth.name or birth.anchor or ""
    session.notes.append(
        Note(
            "cd-existing-object",
            what,
            f"the name or anchor “{what}” that the rules give to resource {birth.resource} belongs to another "
            f"resource's object in {session.store.name(birth.connector)}, or to one disconnected by hand",
            "Nothing was created. Make the name unique, for instance with a `unique` flow.",
        )
    )


def _take_over(tx: Transaction, session: Session, plan: Plan, birth: Birth, object_: objects.Stored) -> None:
    """A disconnector or a placeholder stands where the rules want an object: it becomes that object."""
    tx.insert(
        tables.link, "resource, connector, object, rule", [(birth.resource, birth.connector, object_.id, birth.rule)]
    )
    tx.delete(tables.join_key, "object", [(object_.id,)])
    if object_.presence == PRESENT:
        plan.changes.append((birth.connector, object_.id, birth.doc, None))
        session.relink(birth.connector, birth.resource, object_.id)
        session.counters.note("joined", [birth], lambda birth: _kept(birth, object_.id))
        return
    session.relink(birth.connector, birth.resource, object_.id)
    tx.update(
        tables.object_,
        "id, type, anchor, name, wanted",
        [(object_.id, birth.type, birth.anchor or object_.anchor, birth.name, birth.doc)],
    )
    tx.upsert(
        tables.pending_export,
        "connector, object, operation, state",
        [(birth.connector, object_.id, "add", WAITING)],
        "operation = excluded.operation, state = excluded.state",
    )
    session.counters.note("provisioned", [birth], lambda birth: _kept(birth, object_.id))


def _kept(birth: Birth, object_: int | None) -> Kept:
    name = birth.name or birth.anchor or title(decode_wanted(birth.doc))
    return Kept(birth.connector, object_, birth.resource, name)
