"""What became of every element of the files that were read: as text and as a page."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from mimas.migrate.elements import Element, Outcome, printable

_EXAMPLES = 20
_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #1a1f2b }}
table {{ border-collapse: collapse; margin: 1rem 0 }}
th, td {{ text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #d8dce4; vertical-align: top }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums }}
summary {{ cursor: pointer; margin: .4rem 0 }}
code {{ font-size: .9em }}
.place {{ color: #5a6272 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14171d; color: #e6e9ef }} .place {{ color: #9aa3b5 }}
th, td {{ border-color: #333a47 }} }}
</style></head><body>
{body}
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Remark:
    """Elements of one file that fared alike: what became of them and why, how many, and in which lines they stand."""

    outcome: Outcome
    tag: str
    note: str
    count: int
    within: int
    """How many more elements stand in them, that fared the same way."""
    lines: Sequence[int]


@dataclass(slots=True)
class Report:
    """The files that were read, by their names, and what is left to do."""

    title: str
    files: dict[str, Element] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """Files that could not be read at all, and why."""
    to_do: list[str] = field(default_factory=list)
    """What a person has to do before anything runs, in order."""
    resources: dict[str, list[str]] = field(default_factory=dict)
    """What became documents of its own kind, by this kind: the names, and what is to be said of each."""
    kept: dict[str, list[str]] = field(default_factory=dict)
    """What there is no place for yet, by its kind: the names, and what is to be said of each."""

    def counts(self, name: str) -> Counter[Outcome]:
        """How many elements of a file fared how; together they are all of them."""
        return Counter(one.outcome for one in self.files[name].walk())

    def remarks(self, name: str) -> list[Remark]:
        """What is to be said of a file beyond that it was carried, the most pressing first."""
        found: dict[tuple[Outcome, str, str], list[int]] = {}
        within: Counter[tuple[Outcome, str, str]] = Counter()
        waiting: list[tuple[Element, Element | None]] = [(self.files[name], None)]
        heads: dict[int, tuple[Outcome, str, str]] = {}
        while waiting:
            one, above = waiting.pop()
            if one.outcome is not Outcome.CARRIED:
                key = one.outcome, one.tag, one.note
                if above is not None and (above.outcome, above.note) == (one.outcome, one.note):
                    heads[id(one)] = heads[id(above)]
                    within[heads[id(one)]] += 1
                else:
                    heads[id(one)] = key
                    found.setdefault(key, []).append(one.line)
            waiting += [(child, one) for child in reversed(one.children)]
        order = [Outcome.UNKNOWN, Outcome.PERSON, Outcome.DIFFERENT, Outcome.KEPT, Outcome.NOT_APPLICABLE]
        remarks = (Remark(*key, len(lines), within[key], list(dict.fromkeys(lines))) for key, lines in found.items())
        return sorted(remarks, key=lambda one: (order.index(one.outcome), one.lines[0]))

    def title_of(self, name: str) -> str:
        """A file, and what it is about: files are often called by a GUID."""
        root = self.files[name]
        named = root.first("name") or root.first("ma-data", "name")
        return f"{name} · {printable(' '.join(named.text.split()))}" if named is not None and named.text else name

    @property
    def total(self) -> Counter[Outcome]:
        """How many elements fared how, over all files."""
        return sum((self.counts(name) for name in self.files), Counter())

    def _lists(self) -> list[tuple[str, dict[str, list[str]]]]:
        """What is listed by its name, with the headings."""
        lists = [("Policy, by kind of document", self.resources), ("Kept for a later version", self.kept)]
        return [(heading, found) for heading, found in lists if found]

    def text(self) -> str:
        """All of it, for a terminal or an editor."""
        lines = [self.title, "=" * len(self.title), "", *_table(self.total), ""]
        if self.to_do:
            lines += ["To do", "-----", *(f"{at}. {one}" for at, one in enumerate(self.to_do, 1)), ""]
        if self.broken:
            lines += ["Not read", "--------", *(f"  {name}: {why}" for name, why in sorted(self.broken.items())), ""]
        for heading, found in self._lists():
            lines += [heading, "-" * len(heading)]
            for kind, names in sorted(found.items()):
                lines += [f"{kind} ({len(names):,})", *(f"  {name}" for name in sorted(names, key=str.lower))]
            lines.append("")
        for name in sorted(self.files):
            title = self.title_of(name)
            lines += [title, "-" * len(title), *_table(self.counts(name))]
            lines += [f"  {_said(one)}" for one in self.remarks(name)]
            lines.append("")
        return "\n".join(lines)

    def html(self) -> str:
        """All of it, as a page that needs nothing else."""
        body = [f"<h1>{escape(self.title)}</h1>", *_rows(self.total)]
        if self.to_do:
            body += ["<h2>To do</h2><ol>", *(f"<li>{escape(one)}</li>" for one in self.to_do), "</ol>"]
        if self.broken:
            some = (f"<li>{escape(name)}: {escape(why)}</li>" for name, why in sorted(self.broken.items()))
            body += ["<h2>Not read</h2><ul>", *some, "</ul>"]
        for heading, found in self._lists():
            body.append(f"<h2>{heading}</h2>")
            for kind, names in sorted(found.items()):
                listed = "".join(f"<li>{escape(name)}</li>" for name in sorted(names, key=str.lower))
                summary = f"<summary>{escape(kind)} · {len(names):,}</summary>"
                body.append(f"<details>{summary}<ul>{listed}</ul></details>")
        body.append("<h2>File by file</h2>")
        for name in sorted(self.files):
            counts = self.counts(name)
            pressing = sum(counts[one] for one in (Outcome.UNKNOWN, Outcome.PERSON))
            opened = " open" if pressing else ""
            body.append(f"<details{opened}><summary><b>{escape(self.title_of(name))}</b><br>{_sum(counts)}</summary>")
            body += [*_rows(counts), "<table>"]
            body += ["<tr><th>What</th><th>Element</th><th>Why</th><th>Lines</th></tr>"] if self.remarks(name) else []
            for one in self.remarks(name):
                places = _places(one.lines, _EXAMPLES)
                body.append(
                    f"<tr><td>{one.outcome}</td><td><code>{escape(_which(one))}</code></td>"
                    f"<td>{escape(one.note)}</td><td class=place>{places}</td></tr>"
                )
            body.append("</table></details>")
        return _PAGE.format(title=escape(self.title), body="\n".join(body))


def _said(one: Remark) -> str:
    why = f": {one.note}" if one.note else ""
    return f"{one.outcome}: {_which(one)}{why} (line {_places(one.lines, 5)})"


def _places(lines: Sequence[int], most: int) -> str:
    return ", ".join(map(str, lines[:most])) + (" …" if len(lines) > most else "")


def _which(one: Remark) -> str:
    return f"{one.count} × {one.tag}" + (f" with {one.within} within" if one.within else "")


def _sum(counts: Counter[Outcome]) -> str:
    return ", ".join(f"{counts[one]:,} {one}" for one in Outcome if counts[one])


def _table(counts: Counter[Outcome]) -> Iterator[str]:
    for one in Outcome:
        if counts[one]:
            yield f"  {counts[one]:>8,}  {one}"
    yield f"  {counts.total():>8,}  elements"


def _rows(counts: Counter[Outcome]) -> Iterator[str]:
    yield "<table>"
    yield from (f"<tr><td class=number>{counts[one]:,}</td><td>{one}</td></tr>" for one in Outcome if counts[one])
    yield f"<tr><td class=number><b>{counts.total():,}</b></td><td><b>elements</b></td></tr></table>"
