"""Opening a ticket in a system that takes JSON."""

from typing import Any, ClassVar

import httpx2
from pydantic import Field

from mimas.workflows.activities.contract import Activity
from mimas.workflows.outcome import ActivityError, Done, Outcome
from mimas.workflows.situation import Situation


class OpenTicket(Activity):
    """Open a ticket, and keep its number."""

    outside: ClassVar[bool] = True
    repeats: ClassVar[bool] = False

    url: str = Field(description="Where tickets are opened.")
    subject: str = Field(description="What it is about.")
    result: str = Field("ticket", description="The name under which its number is kept.")

    def prepare(self, at: Situation) -> dict[str, Any]:
        """What goes over the wire, and a key by which the same ticket is known if it is opened twice."""
        return {"subject": at.text(self.subject), "key": f"{at.about.instance}/{at.progress.place}"}

    def act(self, prepared: dict[str, Any]) -> dict[str, Any]:
        """Open it."""
        headers = {"Idempotency-Key": prepared["key"]}
        try:
            answer = httpx2.post(self.url, json={"subject": prepared["subject"]}, headers=headers, timeout=30)
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            raise ActivityError(f"The ticket '{prepared['subject']}' was not opened: {error}.") from None
        return {"number": answer.json()["number"]}

    def run(self, at: Situation) -> Outcome:
        """Keep its number."""
        if at.rehearsed:
            return Done(f"would open the ticket '{at.text(self.subject)}'")
        assert at.state is not None
        at.data[self.result] = [at.state["number"]]
        return Done(f"ticket {at.state['number']}")
