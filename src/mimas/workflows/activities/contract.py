"""What an activity is: settings that a document holds, and what is done when its turn comes.

Others' activities are entry points of the group ``mimas.activities``, named as documents name them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from mimas.workflows import wording
from mimas.workflows.outcome import Outcome
from mimas.workflows.situation import ACTION, AUTHORIZATION, Phase, Situation


class Activity(BaseModel, ABC):
    """One activity of a workflow, as it is set up.

    Its texts may hold look-ups, or be expressions: see `mimas.workflows.wording`. Whatever it does in the database is
    committed together with its being done. What it does outside (``outside``) it may be asked to do again if the
    process dies meanwhile, unless it says that this would be wrong (``repeatable``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    phases: ClassVar[frozenset[Phase]] = frozenset({AUTHORIZATION, ACTION})
    """Those in whose workflows it makes sense."""
    outside: ClassVar[bool] = False
    """Whether it touches anything but the database: then `act` is called, outside of any transaction."""
    longest: ClassVar[timedelta] = timedelta(minutes=10)
    """So long `act` may take at most: it has to see to that itself."""
    repeats: ClassVar[bool] = True
    """Whether it can be done for each of several values."""

    activity: str
    """Which one: the name of its entry point."""
    title: str = Field("", description="What it is called where the workflow is shown.")
    when: str = Field("", description="A condition; where it does not hold, the activity is passed over.")
    queries: dict[str, str] = Field(
        default_factory=dict, description="Filters by name; what they find is [//Queries/NAME/…]."
    )
    for_each: str = Field("", description="Do it for each of these values: within, it is [//Value].")
    tries: int = Field(5, ge=1, le=100, description="How often it is tried before a person has to see to it.")
    repeatable: bool = Field(
        True, description="Whether it may be done twice, if it is not known how far it came the first time."
    )

    @abstractmethod
    def run(self, at: Situation) -> Outcome:
        """Its turn has come. Raises `ActivityError` where it cannot be done: then nothing of it is."""

    def act(self, prepared: dict[str, Any]) -> dict[str, Any]:
        """Do what is outside of the database, as `prepare` has told; what came of it is given to `run` as ``state``."""
        raise NotImplementedError(prepared)

    def prepare(self, at: Situation) -> dict[str, Any]:
        """What `act` has to know, as JSON can hold it; never a secret."""
        raise NotImplementedError(at)

    def texts(self) -> Iterator[str]:
        """All of its texts that may hold look-ups."""
        yield from _texts(self.model_dump(exclude={"activity", "title"}))

    def mistakes(self) -> Iterator[str]:
        """What is wrong with it beyond its settings' types, as far as can be told without resources."""
        for text in self.texts():
            yield from wording.mistakes(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
