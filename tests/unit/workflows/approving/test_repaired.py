"""What a person does about a workflow that asks for consent and has failed."""

from mimas.workflows.approving.approvals import Status
from mimas.workflows.repairing import Repairing
from tests.unit.workflows.approving.conftest import Consenting


def _failed(office: Consenting) -> int:
    """Ada has agreed, and when Eve is to be reminded there is no such template any more."""
    office.approval(
        f"{office.ids['Ada']}; {office.ids['Eve']}",
        threshold=2,
        reminders={"every": "1 day"},
        templates={"reminder": "Ours"},
    )
    office.ask()
    office.decide("Ada")
    office.later(days=1)
    assert office.statuses() == ["Suspended"]
    return int(office.instances()[0]["id"])


def test_what_was_answered_counts_when_it_is_tried_again(office: Consenting) -> None:
    instance = _failed(office)
    texts = {"EmailTemplateType": "Approval", "EmailSubject": "Well?", "EmailBody": "[//Target/displayName]"}
    office.make("EmailTemplate", "Ours", **texts)
    office.posted()
    with office.store.transaction() as tx:
        Repairing(office.engine.symbols).retry(tx, instance)
    office.worker.work()
    assert office.posted() == [("eve", "Well?")]
    assert len(office.kept()) == 1
    office.decide("Eve")
    assert office.values("Ann")["mobile"] == ["7"]


def test_a_decision_is_another_try(office: Consenting) -> None:
    _failed(office)
    assert office.decide("Eve") == ""
    assert office.values("Ann")["mobile"] == ["7"]


def test_nobody_is_asked_any_more_when_it_is_left_out(office: Consenting) -> None:
    instance = _failed(office)
    with office.store.transaction() as tx:
        Repairing(office.engine.symbols).skip(tx, instance, "agreed by telephone")
    assert office.last.status is Status.EXPIRED
    office.worker.work()
    assert office.values("Ann")["mobile"] == ["7"]
