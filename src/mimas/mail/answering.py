"""How letters can be answered, as far as an installation is set up for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answering:
    """``base``: where people reach the pages, without a ``/`` at its end; ``by_mail``: whether answers are read."""

    base: str = ""
    by_mail: bool = False
