"""One way in which a test did not end as expected: what was expected, what is, where each comes from."""

from dataclasses import dataclass

from mimas.schema.places import Place


@dataclass(frozen=True, slots=True)
class Origin:
    """The rule, and its line, that gave a value, or that could have; ``how`` says which."""

    how: str
    rule: str = ""
    place: Place = Place()

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.how} rule “{self.rule}” ({self.place})" if self.rule else self.how


@dataclass(frozen=True, slots=True)
class Difference:
    """``what``: the resource or object, ``attribute`` that of it, or empty; ``place``: the line of the test.

    Of several values each is a line of ``expected`` and ``got``.
    """

    what: str
    attribute: str
    expected: str
    got: str
    place: Place
    origins: tuple[Origin, ...] = ()
