"""The rounds of whoever carries letters: send what is due, collect what has come, forget what is old."""

from datetime import datetime, timedelta

from mimas.mail.collecting import Office, collect
from mimas.mail.posting import Posted, post
from mimas.mail.sending import MailError
from mimas.secrets.errors import SecretError
from mimas.store import letters
from mimas.store.pruning import once_a_day

_SOME = 50
"""Letters of one session with the server, and mails of one look at the mailbox."""
_BETWEEN, _AFTER_TROUBLE = timedelta(minutes=1), timedelta(minutes=5)
"""So often the mailbox is looked at, and so much later when that could not be done."""
_PRUNED = "letters pruned"
_MANY = 1_000


class Rounds:
    """The rounds of one installation, as often as they are gone."""

    def __init__(self, office: Office, keep: timedelta | None = None) -> None:
        self.office = office
        self.keep = keep
        """How long letters are kept that were sent, or could not be; none: for ever."""
        self._look_at: datetime | None = None
        self._said: dict[str, str] = {}

    def go(self, now: datetime) -> int:
        """Go once; how many letters and mails were seen to."""
        seen = self._post(now)
        if self.office.server.inbox is not None and (self._look_at is None or now >= self._look_at):
            seen += self._collect(now)
        if self.keep is not None:
            self._forget(now, now - self.keep)
        return seen

    def _post(self, now: datetime) -> int:
        seen = 0
        while True:
            posted = post(self.office.store, self.office.server, now, _SOME, self.office.keys)
            if posted != Posted():
                self._say("post", posted.problem)
            if posted.refused:
                self.office.says(f"{posted.refused:,} letters were refused: `mimas letters` says why.")
            seen += posted.sent + posted.refused
            if posted.problem or not posted.sent + posted.refused:
                return seen

    def _collect(self, now: datetime) -> int:
        wait, problem, seen = _BETWEEN, "", 0
        try:
            while count := collect(self.office, now, _SOME).count:
                seen += count
        except MailError as error:
            wait, problem = _AFTER_TROUBLE, str(error)
        except SecretError as error:
            wait, problem = _AFTER_TROUBLE, f"Answers cannot be read without the key that signs links: {error}"
        self._look_at = now + wait
        self._say("collect", problem)
        return seen

    def _forget(self, now: datetime, before: datetime) -> None:
        def forget() -> int:
            count = 0
            while True:
                with self.office.store.transaction() as tx:
                    some = letters.forget(tx, before, _MANY)
                count += some
                if some < _MANY:
                    return count

        once_a_day(self.office.store, _PRUNED, now, forget, lambda: False)

    def _say(self, what: str, problem: str) -> None:
        """Tell of a trouble once, and not again while it lasts."""
        if problem and self._said.get(what) != problem:
            self.office.says(problem)
        self._said[what] = problem
