"""A code that is sent by mail, and has to be given back."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import Field

from mimas.language.coercion import as_date, iso
from mimas.store import facts
from mimas.store import letters as kept
from mimas.store.letters import Letter
from mimas.workflows.activities.gates import Gate, failed, person
from mimas.workflows.letters import Letters
from mimas.workflows.outcome import ActivityError, Done, Outcome, Waits
from mimas.workflows.recipients import recipients
from mimas.workflows.situation import Situation

_CODE = "Code"
_LATE, _WRONG = "The code was not given in time.", "The code was wrong too often."
_SPACES = str.maketrans("", "", " \t\r\n-")


class OneTimePasswordGate(Gate):
    """Wait for a code that has been sent by mail to whoever asks (MIM: *One-Time Password Email Gate*).

    The code is kept as a salted hash only, and in the letter, which is forgotten when the gate has come to its end.
    """

    digits: int = Field(6, ge=6, le=12, description="How many digits the code has.")
    valid: str = Field("10 minutes", description="How long it is good.")
    attempts: int = Field(3, ge=1, le=10, description="After so many wrong answers the request is denied.")
    address: str = Field(
        "[//Requestor]", description="Where the code goes: by default the mail address of whoever asks."
    )
    template: str = Field("", description="An `EmailTemplate`, in which the code is `[//WorkflowData/Code]`.")

    def run(self, at: Situation) -> Outcome:
        """Send the code and wait; then see what has been answered."""
        if at.state is None:
            return Done("a code would be sent and asked for") if at.rehearsed else self._begin(at)
        state, until = at.state, as_date(str(at.state["until"]))
        if state.get("passed"):
            facts.forgive(at.tx, person(at), at.about.definition)
            self._forget(at)
            return Done("the code was right")
        if state["wrong"] >= self.attempts or until <= at.now:
            self._forget(at)
            return failed(at, _WRONG if state["wrong"] >= self.attempts else _LATE)
        return Waits(until, state)

    def _begin(self, at: Situation) -> Outcome:
        to = recipients(at, self.address)
        code = "".join(secrets.choice("0123456789") for _ in range(self.digits))
        letter = self._letter(at, to[0], code) if person(at) and len(to) == 1 else None
        if letter is None:
            raise ActivityError(f"A code goes to one mail address, and {self.address} has not just one.", final=True)
        kept.put(at.tx, [letter], at.now)
        salt = secrets.token_hex(16)
        until: datetime = at.now + at.duration(self.valid)
        state = {"salt": salt, "hash": _hashed(code, salt), "until": iso(until), "wrong": 0, "letter": letter.mark}
        return Waits(until, state, "a code was sent")

    def _letter(self, at: Situation, to: int | str, code: str) -> Letter | None:
        at.data[_CODE] = [code]
        try:
            return Letters(at).to(to, at.text(self.template) if self.template else "code", about=at.about.target)
        finally:
            del at.data[_CODE]  # the code is kept nowhere but in the letter

    def answered(self, state: dict[str, Any], answer: str, now: datetime) -> tuple[dict[str, Any], str]:
        """Whether it is the code; spaces do not matter."""
        if as_date(str(state["until"])) <= now:
            return state, _LATE
        left = self.attempts - state["wrong"]
        if left <= 0:
            return state, _WRONG
        if hmac.compare_digest(_hashed(answer.translate(_SPACES)[:100], state["salt"]), state["hash"]):
            return {**state, "passed": True}, ""
        more = f"{left - 1} {'try is' if left == 2 else 'tries are'} left" if left > 1 else "the request is denied"
        return {**state, "wrong": state["wrong"] + 1}, f"That is not the code; {more}."

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Its template."""
        if self.template:
            yield "template", "EmailTemplate", self.template

    def _forget(self, at: Situation) -> None:
        """The letter holds the code."""
        if at.state is not None and (letter := kept.marked(at.tx, at.state["letter"])) is not None:
            kept.drop(at.tx, [letter.id])


def _hashed(code: str, salt: str) -> str:
    """Slow to guess even for whoever reads the database within the few minutes that the code is good."""
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), n=2**14, r=8, p=1).hex()
