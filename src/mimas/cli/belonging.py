"""``sets``: what sets and criteria groups there are, who belongs to them, and why."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mimas.cli import finding
from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.store.looking import title

if TYPE_CHECKING:
    from mimas.language.filters.explaining import Verdict
    from mimas.store.database import Transaction
    from mimas.store.membership.reasons import Reason

_SHOWN = 60


def overview(installation: Installation, *, json: bool) -> int:
    """Every set, and every group with a filter; one with a problem is an error."""
    from mimas.schema.values import decode
    from mimas.store.membership import counts
    from mimas.store.membership.holders import SET, current
    from mimas.store.resources import living

    store = installation.engine.store
    with store.reading() as tx:
        known = current(tx, store).all
        sets = {row.id: title(decode(row.doc)) for row in living(tx, store.symbols([SET]))}
        many = counts(tx, [*known, *sets])
    found = [
        {
            "id": id_,
            "type": known[id_].type if id_ in known else SET,
            "name": known[id_].name if id_ in known else sets[id_] or f"number {id_}",
            "members": many.get(id_, 0),
            "filter": known[id_].text if id_ in known else None,
            "problem": known[id_].problem if id_ in known else "",
        }
        for id_ in sorted({*known, *sets})
    ]
    if json:
        as_json(found)
    elif found:
        table(
            ("id", "type", "name", "members", "filter"),
            ((f["id"], f["type"], f["name"], f["members"], _short(str(f["filter"] or ""))) for f in found),
        )
        for one in found:
            if one["problem"]:
                out.print(f"\n{one['name']} takes nobody by its filter. {one['problem']}", style="red", markup=False)
    else:
        out.print("There are no sets. A document `kind: Set` with a `Filter` makes one.")
    return Exit.OBJECT_ERRORS if any(one["problem"] for one in found) else Exit.DONE


def members(installation: Installation, name: str, limit: int, *, json: bool) -> int:
    """The first members of one, and how many there are."""
    from mimas.schema.values import decode
    from mimas.store import membership, resources

    store = installation.engine.store
    holder = _holder(installation, name)
    with store.reading() as tx:
        problem = _problem(tx, installation, holder)
        ids = membership.members(tx, holder, 0, limit)
        number = membership.count(tx, holder)
        rows = resources.load(tx, ids)
    found = [{"id": row.id, "type": store.name(row.type), "name": title(decode(row.doc))} for row in rows]
    if json:
        as_json({"id": holder, "count": number, "problem": problem, "members": found})
    else:
        if found:
            table(("id", "type", "name"), ((one["id"], one["type"], one["name"]) for one in found))
        shown = "" if number == len(found) else f"; these are the first {len(found):,}, --limit shows more"
        out.print(f"{number:,} member{'' if number == 1 else 's'}{shown}")
        if problem:
            out.print(f"By its filter it takes nobody. {problem}", style="red", markup=False)
    return Exit.OBJECT_ERRORS if problem else Exit.DONE


def why(installation: Installation, name: str, key: str, *, json: bool) -> int:
    """Why a resource belongs to one, or does not; exit status 1: it does not."""
    from mimas.store.membership.reasons import reasons

    store = installation.engine.store
    holder, resource = _holder(installation, name), finding.named(installation, key)
    with store.reading() as tx:
        found = reasons(tx, store, [holder], resource, datetime.now(UTC))
    if found is None:
        raise CommandError(f"There is no {key} any more, so it belongs to nothing.")
    (reason,) = found
    told = _told(reason)
    if json:
        as_json({"id": holder, "resource": resource, "member": reason.belongs, "because": told})
    else:
        out.print(f"{key} {'belongs' if reason.belongs else 'does not belong'} to {name}:", markup=False)
        for line in told:
            out.print(f"  {line}", markup=False)
    return Exit.DONE if reason.belongs else Exit.FAILED


def _told(reason: "Reason") -> list[str]:
    """What speaks for it and against it, the strongest first."""
    told = []
    if reason.excluded:
        told.append("it is one of the excluded members (ExcludedMember), which counts more than all else")
    if reason.listed:
        told.append("it is listed as a member (ExplicitMember)")
    if reason.verdict is not None and reason.verdict.holds:
        told.append(f"the filter takes it: {reason.verdict.says}")
    elif reason.verdict is not None:
        told += [f"the filter does not: {_condition(one)}" for one in reason.failing]
    elif reason.known is not None:
        told.append(f"the filter takes nobody. {reason.known.problem}")
    else:
        told.append("there is no filter")
    if not reason.listed:
        told.append("it is not listed as a member (ExplicitMember)")
    return told


def _condition(verdict: "Verdict") -> str:
    saw = ", ".join(str(value) for value in verdict.saw) or "nothing"
    return f"{verdict.says}, and there is {saw}" if not verdict.how else verdict.says


def _holder(installation: Installation, name: str) -> int:
    """A set by its name or id; something else as ``TYPE/KEY``."""
    from mimas.store.membership.holders import types

    id_ = finding.named(installation, name, None if "/" in name or name.isdigit() else "Set")
    store = installation.engine.store
    with store.reading() as tx:
        type_: Any = tx.value("SELECT type FROM resource WHERE id = ?", id_)
    kinds = types(store.catalogue)
    if type_ is None or store.name(type_) not in kinds:
        raise CommandError(f"{name} is no set: members are computed for {' and '.join(kinds)}. See `mimas sets`.")
    return id_


def _problem(tx: "Transaction", installation: Installation, holder: int) -> str:
    from mimas.store.membership.holders import current

    return current(tx, installation.engine.store).problems.get(holder, "")


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
