"""What the letters' links and answers ask of those who keep the approvals: see `mimas.mail.deciding.Approvals`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mimas.mail.deciding import Matter
from mimas.mail.layout import Changed
from mimas.requests.processing import Requests
from mimas.requests.target import Target
from mimas.requests.waiting import Waiting, read
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.store import Store
from mimas.store.subjects import Subjects
from mimas.workflows.approving import approvals, deciding
from mimas.workflows.approving.approvals import Approval
from mimas.workflows.approving.effect import effect, seen
from mimas.workflows.changes import called, changed
from mimas.workflows.people import language


@dataclass(frozen=True, slots=True)
class Consents:
    """The approvals of one installation."""

    requests: Requests

    def describe(self, approval: int, approver: int) -> Matter | None:
        """What somebody is asked; none if there is no such approval, or they are not asked."""
        store = self.requests.store
        with store.transaction() as tx:
            found = next(iter(approvals.load(tx, store, [approval])), None)
            if found is None or not deciding.is_asked(tx, store, found, approver, store.clock()):
                return None
            asked = read(tx, store, found.request) if found.request is not None else None
            over = deciding.over(tx, store, found, approver, store.clock())
            matter = _matter(tx, store, found, asked, approver, over)
        if over or asked is None:
            return matter
        return replace(matter, effects=seen(self.requests, effect(self.requests, asked.request), approver).lines())

    def decide(self, approval: int, approver: int, decision: str, comment: str) -> str:
        """What somebody has decided; empty, or why it cannot be."""
        return deciding.decide(self.requests, approval, approver, decision, comment)


def _matter(
    tx: Transaction, store: Store, approval: Approval, asked: Waiting | None, approver: int, over: str
) -> Matter:
    subjects = Subjects(tx, store)
    reader = subjects.other(approver)
    requestor = called(subjects, approval.requestor) if approval.requestor is not None else ""
    tongue = language(store, reader) if reader is not None else ""
    if asked is None:
        return Matter(requestor, "", over=over or "There is nothing left to decide.", language=tongue)
    changes: Sequence[Changed] = changed(tx, store, asked.wish)
    return Matter(
        requestor,
        subject_of(tx, store, asked),
        asked.wish.justification,
        changes,
        (),
        approval.deadline,
        over,
        tongue,
    )


def described(tx: Transaction, store: Store, approval: Approval, asked: Waiting | None) -> dict[str, Any]:
    """Why it is asked, what is to be changed, and what each of those who are asked has said, as names and values."""
    subjects = Subjects(tx, store)
    changes = changed(tx, store, asked.wish) if asked is not None else []
    answers = [
        {
            "approver": f"{_name(subjects, one.person)}{f' for {_name(subjects, one.behalf)}' if one.behalf else ''}",
            "says": one.decision.value,
            "at": one.at,
            "reason": one.reason,
        }
        for one in approval.responses
    ]
    answers += [{"approver": _name(subjects, id_), "says": "", "at": "", "reason": ""} for id_ in approval.open]
    return {
        "why": asked.wish.justification if asked is not None else "",
        "changes": [{"attribute": one.label, "before": one.before, "after": one.after} for one in changes],
        "approvers": answers,
    }


def _name(subjects: Subjects, person: int | None) -> str:
    return called(subjects, person) if person is not None else "somebody who is not there any more"


def subject_of(tx: Transaction, store: Store, asked: Waiting) -> str:
    """What a request is about, for people: what its resource is called, or is to be called."""
    if asked.wish.target is not None:
        return called(Subjects(tx, store), asked.wish.target)
    attributes = store.catalogue.get(asked.wish.type, {})
    return title(Target(None, asked.wish.type, attributes).after(asked.wish.changes)[0]) or asked.wish.type
