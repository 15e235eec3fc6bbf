"""The commands ``approvals …``: what waits for somebody's consent."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.finding import named
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.cli.requesting import requests_of

if TYPE_CHECKING:
    from mimas.requests.processing import Requests
    from mimas.store.database import Transaction
    from mimas.workflows.approving.approvals import Approval
    from mimas.workflows.approving.effect import Effect


def listing(installation: Installation, who: str | None, *, every: bool, limit: int, json: bool) -> None:
    """What waits for consent: of somebody, or of anybody."""
    from mimas.workflows.approving import waiting

    requests, store = requests_of(installation), installation.store
    person = named(installation, who) if who is not None else None
    with store.reading() as tx:
        if every:
            found = _seen(requests, tx, person, limit)
        elif person is not None:
            found = waiting.waiting_for(tx, store, person, store.clock(), limit)
        else:
            found = waiting.waiting(tx, store, limit)
        told = [_told(tx, one) for one in found]
    if json:
        as_json(told)
    elif not told:
        out.print(f"Nothing waits for {who}." if who and not every else "There is none." if every else "Nothing waits.")
    else:
        columns = ("approval", "asked by", "what", "until", "status", "agreed")
        table(
            columns,
            [(o["id"], o["requestor"], o["what"], instant(o["until"]), o["status"], o["agreed"]) for o in told],
        )


def _seen(requests: "Requests", tx: "Transaction", person: int | None, limit: int) -> "list[Approval]":
    """The last ones that somebody may see, whatever has become of them."""
    from mimas.language.filters.tree import Selection
    from mimas.requests.viewing import Viewer
    from mimas.workflows.approving import approvals

    viewer, now = Viewer(requests.store, requests.policies, person), requests.store.clock()
    page = viewer.find(tx, (Selection("Approval"),), descending=True, limit=limit, now=now)
    return approvals.load(tx, requests.store, page.ids)[::-1]


def _told(tx: "Transaction", one: "Approval") -> dict[str, Any]:
    """An approval as a row."""
    from mimas.schema.values import decode
    from mimas.store import resources
    from mimas.store.instants import stamp
    from mimas.store.looking import title

    rows = resources.load(tx, [id_ for id_ in (one.request, one.requestor) if id_ is not None])
    names = {row.id: title(decode(row.doc)) for row in rows}
    return {
        "id": one.id,
        "request": one.request,
        "what": names.get(one.request or 0, one.title),
        "requestor": names.get(one.requestor or 0, ""),
        "until": stamp(one.deadline),
        "status": one.status.value,
        "agreed": f"{len(one.consenting)} of {one.threshold}",
    }


def show(installation: Installation, number: int, who: str | None, *, json: bool) -> None:
    """One approval, as somebody who is asked, or may read it, sees it."""
    from mimas.requests.viewing import Viewer
    from mimas.requests.waiting import read
    from mimas.workflows.approving import approvals, deciding
    from mimas.workflows.approving.consents import described

    requests, store = requests_of(installation), installation.store
    person = named(installation, who) if who is not None else None
    with store.transaction() as tx:
        found = next(iter(approvals.load(tx, store, [number])), None)
        if found is not None and person is not None:
            asked = deciding.is_asked(tx, store, found, person, store.clock())
            seen = asked or Viewer(store, requests.policies, person).see(tx, [number])
            found = found if seen else None
        if found is None:
            of = f" that {who} sees" if who else ""
            raise CommandError(f"There is no approval {number}{of}; `mimas approvals` lists them.", Exit.FAILED)
        told = described(tx, store, found, read(tx, store, found.request) if found.request is not None else None)
        row = _told(tx, found)
    would = _effect(installation, requests, found, person)
    if json:
        as_json({**row, **told, "effect": would})
        return
    _print(row, told, would.lines() if would is not None else None)


def _effect(
    installation: Installation, requests: "Requests", approval: "Approval", person: int | None
) -> "Effect | None":
    """What would come of it; none where nothing waits any more."""
    from mimas.workflows.approving.effect import effect, seen

    if approval.status != "Pending" or approval.request is None:
        return None
    found = effect(requests, approval.request, installation.engine.setup)
    return found if person is None else seen(requests, found, person)


def _print(row: dict[str, Any], told: dict[str, Any], effect: list[str] | None) -> None:
    out.print(f"{row['what']} ({row['id']}): {row['status']}", style="bold", markup=False)
    out.print(f"  asked by {row['requestor'] or 'somebody who is not there any more'}, request {row['request']}")
    if told["why"]:
        out.print(f"  why: {told['why']}", markup=False)
    until = f", until {instant(row['until'])}" if row["status"] == "Pending" else ""
    out.print(f"  {row['agreed']} have agreed{until}", markup=False)
    if told["changes"]:
        out.print()
        rows = [(one["attribute"], "; ".join(one["before"]), "; ".join(one["after"])) for one in told["changes"]]
        table(("attribute", "now", "then"), rows)
    if effect is not None:
        out.print("\nWhat would come of it:" if effect else "\nNothing else would come of it.")
        for line in effect:
            out.print(f"  {line}", markup=False)
    out.print()
    table(
        ("approver", "says", "when", "why"),
        [(one["approver"], one["says"], instant(one["at"]), one["reason"]) for one in told["approvers"]],
    )


def decide(
    installation: Installation, numbers: Sequence[int], who: str, decision: str, because: str, *, json: bool
) -> int:
    """What somebody decides over some approvals; each by itself."""
    from mimas.workflows.approving.approvals import Decision
    from mimas.workflows.approving.deciding import decide_over

    person = named(installation, who)
    found = decide_over(requests_of(installation), dict.fromkeys(numbers), person, Decision(decision), because)
    if json:
        as_json(found)
    for one in () if json else found:
        if one.problem:
            out.print(f"approval {one.approval}: {one.problem}", style="red", markup=False)
        else:
            detail = f" {one.detail}" if one.detail else ""
            verb = "approved" if decision == "approve" else "rejected"
            out.print(f"approval {one.approval}: {verb}. Request {one.request}: {one.status}.{detail}", markup=False)
    return Exit.FAILED if any(one.problem for one in found) else Exit.DONE
