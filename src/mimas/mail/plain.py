"""HTML as plain text, for mail programs that show no HTML, and for people who want none."""

import re
from html.parser import HTMLParser

_HIDDEN = frozenset({"head", "style", "script", "title", "template"})
_BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "blockquote",
            "center",
            "dd",
            "div",
            "dl",
            "dt",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
        ),
        *("h5", "h6", "header", "hr", "main", "ol", "p", "pre", "section", "table", "ul"),
    )
)
_LINES = frozenset({"br", "li", "tr", "caption"})
_CELLS = frozenset({"td", "th"})


def plain(html: str) -> str:
    """The text of some HTML: a line a row and an item, an empty line between paragraphs, links with their address."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self.lists: list[int | None] = []
        """The next number of each list that is open; none where it has no numbers."""
        self.link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag in ("ul", "ol"):
            self.parts.append("\f" if not self.lists else "\n")
            self.lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self.parts.append(f"\n{self._bullet()}")
        elif tag in _CELLS:
            self.parts.append("\v")
        elif tag in _BLOCKS or tag in _LINES:
            self.parts.append("\f" if tag in _BLOCKS else "\n")
        elif tag == "a":
            self.link = (dict(attrs).get("href") or "", len(self.parts))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.parts.append("\f" if not self.lists else "\n")
        elif tag in _BLOCKS:
            self.parts.append("\f")
        elif tag == "a" and self.link:
            href, start = self.link
            said = "".join(self.parts[start:]).strip()
            if href.startswith(("http:", "https:", "mailto:")) and href.removeprefix("mailto:") != said:
                self.parts.append(f": {href}" if said else href)
            self.link = None

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            # What divides parts here divides nothing where somebody has written it.
            self.parts.append(re.sub(r"[\s\f\v]+", " ", data))

    def _bullet(self) -> str:
        if self.lists and (number := self.lists[-1]) is not None:
            self.lists[-1] = number + 1
            return f"{number}. "
        return "- "

    def text(self) -> str:
        lines = []
        for block in "".join(self.parts).split("\f"):
            rows = (_row(line) for line in block.split("\n"))
            if kept := "\n".join(row for row in rows if row):
                lines.append(kept)
        return "\n\n".join(lines) + "\n" if lines else ""


def _row(line: str) -> str:
    cells = (" ".join(cell.split()) for cell in line.split("\v"))
    return "  ".join(cell for cell in cells if cell)
