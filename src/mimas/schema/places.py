"""Places in documents, for errors that a person can go to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: the file and the line a person would open."""

    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file
