"""Whether the history is what was written: the chain is gone through, and every entry's rows are digested anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mimas.store.chain import Batch, batches, digest, rooted
from mimas.store.database import Transaction
from mimas.store.store import Store

BASE = "history-base"
"""The `meta` key of what is left of entries that were pruned: ``place root`` of the last of them."""


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
    """Roots that were kept elsewhere, and that the chain does not have."""
    last: Batch | None = None
    pruned: int = 0
    """The place up to which entries were pruned; 0: none."""

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings and not self.missing


def verify(store: Store, roots: Mapping[int, str] | None = None) -> Verdict:
    """Go through the whole chain. ``roots``: place → root, as they were kept elsewhere.

    One transaction an entry, so that nobody waits for it; what is added meanwhile is looked at, too.
    """
    verdict, kept = Verdict(), dict(roots or {})
    with store.transaction() as tx:
        base = tx.value("SELECT value FROM meta WHERE key = ?", BASE)
        entries = batches(tx)
        place, root = (int(base.split()[0]), base.split()[1]) if base else (-1, "")
        verdict.pruned = max(place, 0)
        for batch in entries:
            _look_at(tx, verdict, batch, place, root)
            place, root = batch.place, batch.root
            if kept.pop(place, root) != root:
                verdict.findings.append(Finding(batch, "its root is not the one that was kept elsewhere"))
            verdict.last = batch
    verdict.missing = [f"{p} {r}" for p, r in sorted(kept.items()) if p > verdict.pruned]
    return verdict


def _look_at(tx: Transaction, verdict: Verdict, batch: Batch, place: int, root: str) -> None:
    verdict.entries += 1
    if batch.place != place + 1:
        verdict.findings.append(Finding(batch, f"{batch.place - place - 1} entries before it are missing"))
    elif batch.place and batch.root != rooted(batch, root):
        verdict.findings.append(Finding(batch, "it, or an entry before it, is not as it was written"))
    if batch.place and digest(tx, batch.id) != batch.content:
        verdict.findings.append(Finding(batch, "what it keeps is not as it was written"))
