"""Gates at which whoever asks has to prove who they are."""

import re
from typing import Any

import pytest

from mimas.requests.journal import Status
from mimas.workflows.answering import answer
from tests.unit.workflows.activities.conftest import Staffed

GATE = {"activity": "OneTimePasswordGate", "valid": "5 minutes", "attempts": 2}


def _ask(office: Staffed) -> int:
    outcome = office.modify("Max", "Ann", "mobile=7")
    assert outcome.status is Status.AUTHENTICATING
    office.worker.work()
    return outcome.request


def _code(office: Staffed) -> str:
    return str(re.findall(r"\b[0-9]{6}\b", office.letters()[-1].text)[0])


def _answer(office: Staffed, number: int, text: str, who: str = "Max") -> str:
    said = answer(office.requests, number, text, office.ids[who])
    office.worker.authorize(number)
    return said


def _wrong(office: Staffed) -> str:
    return f"{(int(_code(office)) + 1) % 1_000_000:06}"


def _status(office: Staffed, number: int) -> str:
    office.worker.work()
    return str(office.request(number)["RequestStatus"][0])


def test_the_code_lets_it_through(office: Staffed) -> None:
    office.guard(GATE, phase="Authentication")
    number = _ask(office)
    assert office.letters()[-1].to == ("max@example.com",)
    code = _code(office)
    assert _answer(office, number, f" {code[:3]} {code[3:]} ") == ""
    assert _status(office, number) == "Completed"
    assert office.values("Ann")["mobile"] == ["7"]
    assert office.letters() == []


def test_the_code_is_kept_as_a_hash_only(office: Staffed) -> None:
    office.guard(GATE, phase="Authentication")
    _ask(office)
    kept = str(office.rows("SELECT data, state FROM workflow"))
    assert _code(office) not in kept
    assert _code(office) not in office.letters()[-1].subject


def test_a_wrong_code_leaves_another_try(office: Staffed) -> None:
    office.guard(GATE, phase="Authentication")
    number = _ask(office)
    code = _code(office)
    assert _answer(office, number, _wrong(office)) == "That is not the code; 1 try is left."
    assert office.values("Ann")["mobile"] == ["1"]
    assert _answer(office, number, code) == ""
    assert _status(office, number) == "Completed"


def test_after_the_last_try_it_is_denied(office: Staffed) -> None:
    office.guard(GATE, phase="Authentication")
    number = _ask(office)
    code, wrong = _code(office), _wrong(office)
    _answer(office, number, wrong)
    assert _answer(office, number, wrong) == "That is not the code; the request is denied."
    assert "waits for an answer" in _answer(office, number, code)
    assert _status(office, number) == "Denied"
    assert office.values("Ann")["mobile"] == ["1"]


def test_too_late(office: Staffed) -> None:
    office.guard(GATE, phase="Authentication")
    number = _ask(office)
    code = _code(office)
    office.later(minutes=6)
    assert _status(office, number) == "Denied"
    assert "waits for an answer" in _answer(office, number, code)


def test_in_the_last_moment_nobody_has_to_have_looked(office: Staffed) -> None:
    """The code is late though no worker has noticed yet."""
    office.guard(GATE, phase="Authentication")
    number = _ask(office)
    code = _code(office)
    office.engine.clock.forward(minutes=6)  # type: ignore[attr-defined]
    assert _answer(office, number, code) == "The code was not given in time."
    assert _status(office, number) == "Denied"


@pytest.mark.parametrize("who", ["Ann", "Ada"])
def test_nobody_else_answers(office: Staffed, who: str) -> None:
    office.guard(GATE, phase="Authentication")
    number = _ask(office)
    assert _answer(office, number, _code(office), who) == _answer(office, 9_999, "1", who).replace("9999", str(number))
    assert _status(office, number) == "Authenticating"


def test_without_an_address_nothing_is_sent(office: Staffed) -> None:
    office.modify(None, "Max", "mail=")
    office.guard(GATE, phase="Authentication")
    _ask(office)
    assert "one mail address" in office.detail()
    assert office.values("Ann")["mobile"] == ["1"]


def test_what_has_to_be_authorized_comes_after(office: Staffed) -> None:
    office.guard(GATE, phase="Authentication")
    never = {"condition": "=False", "message": "Never."}
    office.workflow("second", "Authorization", {"activity": "VerifyRequest", "conditions": [never]})
    named: dict[str, Any] = {"before": "Everybody", "after": "Everybody", "AuthorizationWorkflowDefinition": "second"}
    office.rule("and", "Modify", relative="manager", **named)
    number = _ask(office)
    _answer(office, number, _code(office))
    assert _status(office, number) == "Denied"
    assert office.request(number)["RequestStatusDetail"] == ["Never."]


LOCKED = [{"activity": "LockoutGate", "threshold": 2, "duration": "15 minutes", "lockouts": 2}, {**GATE, "attempts": 1}]


def _fail(office: Staffed) -> None:
    number = _ask(office)
    _answer(office, number, _wrong(office))
    assert _status(office, number) == "Denied"


def test_who_fails_too_often_is_kept_out_for_a_while(office: Staffed) -> None:
    office.guard(*LOCKED, phase="Authentication")
    _fail(office)
    _fail(office)
    number = office.modify("Max", "Ann", "mobile=7").request
    assert _status(office, number) == "Denied"
    assert office.request(number)["RequestStatusDetail"] == ["You have failed too often. Try again in 15 minutes."]
    office.later(minutes=16)
    number = _ask(office)
    assert _answer(office, number, _code(office)) == ""
    assert _status(office, number) == "Completed"


def test_whoever_passes_begins_anew(office: Staffed) -> None:
    office.guard(*LOCKED, phase="Authentication")
    _fail(office)
    number = _ask(office)
    _answer(office, number, _code(office))
    _fail(office)
    assert office.modify("Max", "Ann", "mobile=9").status is Status.AUTHENTICATING
    office.worker.work()
    assert len(office.letters()) == 1


def test_who_fails_again_and_again_needs_an_administrator(office: Staffed) -> None:
    from mimas.store import facts

    office.guard(*LOCKED, phase="Authentication")
    for minutes in (0, 0, 16, 0):
        office.later(minutes=minutes)
        _fail(office)
    office.later(days=100)
    number = office.modify("Max", "Ann", "mobile=7").request
    assert _status(office, number) == "Denied"
    assert "Ask an administrator" in office.request(number)["RequestStatusDetail"][0]
    with office.store.transaction() as tx:
        assert facts.forgive(tx, office.ids["Max"]) == 1
    number = _ask(office)
    assert _answer(office, number, _code(office)) == ""


def test_many_requests_at_once_give_no_more_tries(office: Staffed) -> None:
    office.guard(*LOCKED, phase="Authentication")
    numbers = [_ask(office) for _ in range(3)]
    codes = [re.findall(r"\b[0-9]{6}\b", letter.text)[0] for letter in office.letters()]
    for number in numbers[:2]:
        _answer(office, number, "000000" if codes[0] != "000000" else "000001")
    assert _answer(office, numbers[2], codes[2]) == "You have failed too often. Try again in 15 minutes."
    assert _status(office, numbers[2]) == "Authenticating"
    office.later(minutes=6)
    assert _status(office, numbers[2]) == "Denied"
