"""What a person decides over a hold."""

from mimas.runs.consenting import CONSENT
from mimas.runs.grace import GRACE
from mimas.runs.guarding import CHANGES, DELETES, UNPLANNED
from mimas.runs.images import HELD, RELEASED, WAITING
from mimas.runs.linking import AMBIGUOUS
from mimas.runs.vanished import stage_gone
from mimas.store import consents, holds
from mimas.store.runs import now
from mimas.store.store import Store


class HoldError(Exception):
    """There is no such open hold; the message says so."""


def release(store: Store, number: int) -> str:
    """Let through what is held; what to do next, as a sentence. Raises `HoldError`."""
    with store.transaction(durable=True) as tx:
        kind, connector = _open(tx.row("SELECT kind, connector, state FROM hold WHERE id = ?", number), number)
        ids = holds.items(tx, number)
        if kind == AMBIGUOUS:
            raise HoldError(
                f"Whom these objects belong to is decided one by one: see `mimas holds show {number}`, then "
                "`mimas join CONNECTOR KEY TYPE RESOURCE`; or `mimas disconnect CONNECTOR KEY` if it is nobody's."
            )
        if kind == UNPLANNED:
            raise HoldError(
                "These go with the next run, or with a plan that contains them: `mimas plan --out FILE`. Where their "
                "connector demands approval, only with a plan that somebody has approved."
            )
        if kind == CONSENT:
            count = consents.give(tx, ids, now())
            said = f"{count} resources may become what was shown. The next sync does it."
        elif kind in ("missing", GRACE):
            stage_gone(tx, connector, ids)
            said = f"{len(ids)} objects count as gone now. The next sync breaks their links."
        else:
            # An object may be held for several reasons: it goes when the last of them has been answered.
            elsewhere = holds.held(tx, connector, CHANGES, but=number)
            tx.run(
                "UPDATE pending_export SET state = ? WHERE connector = ? AND state = ? AND object IN IDS",
                RELEASED,
                connector,
                HELD,
                [id_ for id_ in ids if id_ not in elsewhere],
            )
            said = f"{len(ids)} {kind} are let through. The next export sends them."
        holds.close(tx, number, holds.RELEASED)
    return said


def refuse(store: Store, number: int) -> str:
    """Do not let through what is held; it leaves no trace, and the same question may come again. Raises `HoldError`."""
    with store.transaction(durable=True) as tx:
        kind, connector = _open(tx.row("SELECT kind, connector, state FROM hold WHERE id = ?", number), number)
        if kind in (DELETES, CHANGES):
            tx.run(
                "UPDATE pending_export SET state = ? WHERE connector = ? AND state = ? AND object IN IDS",
                WAITING,
                connector,
                HELD,
                holds.items(tx, number),
            )
        holds.close(tx, number, holds.REFUSED)
    return "Nothing was changed. If the next run comes to the same end, it asks again."


def _open(row: tuple[str, int, str] | tuple[object, ...] | None, number: int) -> tuple[str, int]:
    if row is None or row[2] != holds.OPEN:
        raise HoldError(f"There is no open hold {number}. `mimas holds` lists them.")
    return str(row[0]), int(str(row[1]))
