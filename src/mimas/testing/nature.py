"""How a simulated system treats what it is given."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """How a system treats what it is given. Shares are between 0 and 1, of all that is asked of it."""

    seed: int = 0
    trims: frozenset[str] = frozenset()
    """Attributes whose texts it keeps without the blanks around them."""
    folds: frozenset[str] = frozenset()
    """Attributes whose texts it keeps in small letters."""
    drops: frozenset[str] = frozenset()
    """Attributes that it takes and does not keep."""
    reorders: bool = False
    """It shows its entries in another order at each reading."""
    refuses: float = 0.0
    """Writes that it refuses, and says so."""
    ignores: float = 0.0
    """Writes that it says it has done, and has not."""
    late: float = 0.0
    """Writes that it says it has done, and does after the next reading."""
    twice: float = 0.0
    """Writes that it answers twice."""
    silent: float = 0.0
    """Writes that it does, and never answers."""
    breaks: float = 0.0
    """Writes that it does, and loses the connection before it has answered."""
    truncates: float = 0.0
    """Readings that stop in the middle, without a word."""
    hides_deletes: bool = False
    """Its deltas do not tell what is gone."""
    hides_repairs: bool = False
    """Its deltas do not tell what it has put right by itself."""
    repairs: bool = False
    """When an entry is renamed or removed, it puts right what refers to it by name."""
