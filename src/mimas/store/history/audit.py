"""Whether the history is what was written: the chain is gone through, and every entry's rows are digested anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mimas.store.database import Transaction
from mimas.store.history import erasing, retention
from mimas.store.history.chain import Batch, batches, digest, rooted
from mimas.store.history.recording import RECORDED
from mimas.store.store import Store

_PAGE = 100
"""Entries a transaction: whoever else wants the database waits for a moment only."""


@dataclass(slots=True)
class Finding:
    """What is wrong with an entry."""

    batch: Batch
    what: str


@dataclass(slots=True)
class Verdict:
    """What came of going through it."""

    entries: int = 0
    findings: list[Finding] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Roots that were kept elsewhere, and that the chain does not have; those of pruned entries do not count."""
    others: list[str] = field(default_factory=list)
    """What is wrong besides, with no entry of the chain."""
    erased: int = 0
    """Kept rows out of which somebody's data were taken."""
    first: Batch | None = None
    last: Batch | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings and not self.missing and not self.others


def verify(store: Store, roots: Mapping[int, str] | None = None) -> Verdict:
    """Go through the whole chain. ``roots``: place → root, as they were kept elsewhere.

    What is added meanwhile is looked at, too.
    """
    walk = _Walk(dict(roots or {}))
    more = True
    while more:
        with store.reading() as tx:
            more = walk.on(tx)
    with store.reading() as tx:
        return walk.end(tx)


class _Walk:
    """From entry to entry."""

    def __init__(self, kept: dict[int, str]) -> None:
        self.kept = kept
        self.verdict = Verdict()
        self.place, self.root = -1, ""
        self.erased: list[erasing.Erased] = []
        self.begin: tuple[int, str] | None = None
        """Up to where it was pruned, until an entry is found that says so."""

    def on(self, tx: Transaction) -> bool:
        """Look at some more entries; whether there were any."""
        pruned = retention.base(tx)
        if pruned is not None and pruned[0] > self.place:
            # At the beginning; or more was pruned meanwhile.
            (place, root, self.root), self.place = pruned, pruned[0] - 1
            self.begin = place, root
        some = batches(tx, self.place, _PAGE)
        for batch in some:
            self._look_at(tx, batch)
            self.place, self.root = batch.place, batch.root
        return bool(some)

    def _look_at(self, tx: Transaction, batch: Batch) -> None:
        self.verdict.entries += 1
        self.verdict.first = self.verdict.first or batch
        self.verdict.last = batch
        lacking = batch.place - self.place - 1
        if lacking:
            self._find(batch, f"{lacking} {'entry before it is' if lacking == 1 else 'entries before it are'} missing")
        elif batch.place and batch.root != rooted(batch, self.root):
            self._find(batch, "it, or an entry before it, is not as it was written")
        first = self.begin is not None and batch.place == self.begin[0]
        if batch.place and not first and digest(tx, batch.id) != batch.content:
            self._find(batch, "what it keeps is not as it was written")
        if erased := erasing.covered(batch.what):
            self.erased.append(erased)
        if self.begin is not None and batch.what == retention.said(*self.begin):
            self.begin = None
        if self.kept.pop(batch.place, batch.root) != batch.root:
            self._find(batch, "its root is not the one that was kept elsewhere")

    def _find(self, batch: Batch, what: str) -> None:
        self.verdict.findings.append(Finding(batch, what))

    def end(self, tx: Transaction) -> Verdict:
        """What is to be said at the end."""
        begin = self.verdict.first.place if self.verdict.first else 0
        self.verdict.missing = [f"{place} {root}" for place, root in sorted(self.kept.items()) if place >= begin]
        if self.begin is not None:
            self.verdict.others.append(
                f"the entries before entry {self.begin[0]} were taken out, and no entry says that they were pruned"
            )
        self.verdict.erased, lacking = erasing.uncovered(tx, self.erased)
        self.verdict.others += lacking
        for recorded in RECORDED:
            stray = tx.value(f"SELECT count(*) FROM {recorded.past.name} WHERE batch NOT IN (SELECT id FROM batch)")
            if stray:
                self.verdict.others.append(f"{stray:,} rows kept of the table {recorded.table.name} belong to no entry")
        return self.verdict
