"""What a filter looks at."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from mimas.schema.values import Scalar


class Subject(Protocol):
    """A live resource as a filter sees it: as it is, or as somebody may see it.

    Whoever may not read an attribute sees none there; so a filter tells nobody what its author may not read.
    """

    @property
    def id(self) -> int:
        """Its id."""
        ...

    @property
    def type(self) -> str:
        """The name of its type."""
        ...

    def values(self, attribute: str) -> Sequence[Scalar]:
        """The values of an attribute that is no reference; empty where there are none."""
        ...

    def references(self, attribute: str) -> Sequence[int]:
        """The ids that a reference attribute refers to; those of a set or group, its members."""
        ...

    def referrers(self, attribute: str) -> Iterable["Subject"]:
        """The resources whose attribute refers to this one."""
        ...

    def refers_back(self, attribute: str, id_: int) -> bool:
        """Whether the attribute of that resource refers to this one: whether this belongs to a set, for a start."""
        ...

    def other(self, id_: int) -> "Subject | None":
        """Another resource by its id; none where it is not there, or cannot be seen."""
        ...
