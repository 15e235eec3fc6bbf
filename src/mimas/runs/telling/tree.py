"""Lines with others below them: how what is worked out is told."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tree:
    """A line, and what stands below it; ``style``: a colour and ``bold``, ``dim``, as Rich calls them."""

    text: str
    below: list["Tree"] = field(default_factory=list)
    style: str = ""

    def add(self, text: str, style: str = "") -> "Tree":
        """One more line below; it comes back."""
        line = Tree(text, style=style)
        self.below.append(line)
        return line
