"""Writing to people."""

from collections.abc import Iterator

from pydantic import Field

from mimas.mail import templates
from mimas.store import letters as kept
from mimas.workflows import letters
from mimas.workflows.activities.contract import Activity
from mimas.workflows.letters import Texts
from mimas.workflows.outcome import Done, Outcome
from mimas.workflows.situation import Situation


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
        to, silent = letters.recipients(at, self.to)
        texts = self._texts(at)
        kept.put(at.tx, [letters.letter(at, texts, one) for one in to], at.now)
        told = ", ".join(one.address for one in to[:10]) + (f" and {len(to) - 10} others" if len(to) > 10 else "")
        lacking = f"; without an address: {', '.join(silent[:10])}" if silent else ""
        return Done(f"to {told or 'nobody'}{lacking}")

    def _texts(self, at: Situation) -> Texts:
        if self.template:
            return letters.template(at, at.text(self.template))
        return Texts(self.subject, self.body) if self.body else letters.standard_template("notification")

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
