"""Writing to people."""

from collections.abc import Iterator

from pydantic import Field

from mimas.mail import templates
from mimas.store import letters as kept
from mimas.workflows.activities.contract import Activity
from mimas.workflows.letters import Letters, Texts
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import Done, Outcome
from mimas.workflows.recipients import recipients
from mimas.workflows.situation import Situation
from mimas.workflows.wording import shown

_SHOWN = 10
"""So many are told of by name."""


class Notification(Activity):
    """Write a letter to people (MIM: *Notification*; MIMWAL: *Send Email Notification*).

    Each gets one of their own, in their language, as far as the template has it. It is sent when this is committed: a
    mail server that is away holds nothing up.
    """

    to: str = Field(
        description="To whom: addresses and look-ups with `;` between, or a filter. A group stands for its members."
    )
    template: str = Field("", description="The name of an `EmailTemplate`; without it, Mimas has one of its own.")
    subject: str = Field("", description="A subject in place of a template: text with look-ups.")
    body: str = Field("", description="A body to go with it, as HTML or plain text.")

    def run(self, at: Situation) -> Outcome:
        """Put the letters where they are sent from."""
        letters, texts = Letters(at), self._texts(at)
        written = {to: letters.to(to, texts, about=at.about.target) for to in recipients(at, self.to)}
        some = [letter for letter in written.values() if letter is not None]
        kept.put(at.tx, some, at.now)
        told = [letter.to[0] for letter in some[:_SHOWN]] + [f"{len(some) - _SHOWN} others"] * bool(some[_SHOWN:])
        silent = [Id(to) for to, letter in written.items() if letter is None and isinstance(to, int)]
        lacking = f"; without an address: {shown(silent[:_SHOWN], at.lookups)}" if silent else ""
        return Done(f"to {', '.join(told) or 'nobody'}{lacking}")

    def _texts(self, at: Situation) -> str | Texts:
        if self.body:
            return lambda _: (self.subject, self.body)
        return at.text(self.template) if self.template else "notification"

    def texts(self) -> Iterator[str]:
        """A letter's own texts are templates, which understand more."""
        yield from (self.when, self.for_each, self.to, self.template, *self.queries.values())

    def names(self) -> Iterator[tuple[str, str, str]]:
        """Its template."""
        if self.template:
            yield "template", "EmailTemplate", self.template

    def mistakes(self) -> Iterator[str]:
        """A template, or both of its texts; and what stands in them."""
        yield from super().mistakes()
        if self.template and (self.subject or self.body):
            yield "it has a template, and texts of its own: leave one of them out"
        elif bool(self.subject) != bool(self.body):
            yield f"it has a {'subject' if self.subject else 'body'} only: write both, or name a template"
        for text in (self.subject, self.body):
            yield from (f"{one.message}; {one.hint}" for one in templates.mistakes(text))
