"""Undoing: what a run or a person has put in is put back as it was, as a plan; and what only a source can change.

Values follow from what systems show, so undoing them would not last: the next import brings them again. What can be
undone are inputs of our own: decisions over links, values given out, flows that happen once, grants, holds, documents.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from mimas.runs.planning.inputs import TABLES, before
from mimas.runs.planning.lineage import Lineages
from mimas.runs.planning.plan import Input, Plan
from mimas.schema.values import decode
from mimas.store.database import Transaction
from mimas.store.history.past import Past
from mimas.store.resources import LIVE
from mimas.store.store import Store


def inputs_of(tx: Transaction, entries: Sequence[int]) -> tuple[list[Input], list[str]]:
    """What is to be put back after these entries of the history, and what cannot be, in words."""
    free: list[Input] = []
    said: list[str] = []
    for table in TABLES:
        mine, changed_since = before(tx, table, entries)
        free += mine
        if changed_since:
            said.append(f"{len(changed_since)} rows of {table} have changed again since, and stay as they are.")
    return free, said


def documents_before(tx: Transaction, entries: Sequence[int]) -> list[tuple[str, str, str, str]] | None:
    """(kind, name, body, file) of all documents as they were, if these entries have changed any."""
    past = Past(tx, "document")
    changed = any(True for _ in past.differences(entries[0] - 1, entries[-1]))
    if not changed:
        return None
    kinds = {row[0] for row in tx.rows("SELECT kind FROM document UNION SELECT kind FROM past_document")}
    rows = past.rows(entries[0] - 1, "kind", sorted(kinds))
    return [(kind, name, body, file) for kind, name, body, file, *_ in rows]


def source_driven(tx: Transaction, entries: Sequence[int], made: Plan) -> list[str]:
    """Which systems have to change for the rest of what these entries did to be undone, with the rules in between."""
    back = {(unit.key, name) for unit in made.units for part in unit.parts if not part.system for name in part.values}
    found: Counter[tuple[str, str, str]] = Counter()
    lineage = Lineages(tx)
    for (id_,), was, is_ in Past(tx, "resource").differences(entries[0] - 1, entries[-1]):
        if is_ is None:
            continue
        had = decode(was[1]) if was is not None and was[3] == LIVE else {}
        has = decode(is_[1]) if is_[3] == LIVE else {}
        for name in sorted(n for n in had.keys() | has.keys() if had.get(n) != has.get(n)):
            if (str(id_), name) in back:
                continue
            for rule, connector in lineage.of(is_[2] if name in has else was[2] if was else is_[2]).get(name, ()):
                found[connector, rule, name] += 1
    by_rule: dict[tuple[str, str], list[str]] = {}
    for (connector, rule, name), count in found.most_common():
        by_rule.setdefault((connector, rule), []).append(f"{name} of {count:,}")
    return [
        f"From {connector} by rule “{rule}”: {', '.join(names)}. That is undone there, and then imported."
        for (connector, rule), names in by_rule.items()
    ]


def unsendable(tx: Transaction, store: Store, entries: Sequence[int]) -> Iterable[str]:
    """What was sent cannot be called back: deleted objects are made anew, as other ones."""
    gone: Counter[str] = Counter()
    for _, was, is_ in Past(tx, "object").differences(entries[0] - 1, entries[-1]):
        if was is not None and is_ is None and was[6] is not None:
            gone[store.name(was[0])] += 1
    for connector, count in sorted(gone.items()):
        yield (
            f"{count:,} objects of {connector} are gone. What is made in their place is another object there, with "
            "another identity; where the system has a recycle bin, restore them there first."
        )
