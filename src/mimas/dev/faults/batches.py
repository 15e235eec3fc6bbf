"""Small batches: a small company goes through as many transactions as a large one does with those of every day."""

from mimas.connectors.delimited import records, writing
from mimas.runs import contending, exporting, guarding, linking, reading_back, renaming, syncing


def shrink() -> None:
    """Make the batches of this process small. There is no way back: the process is a child that soon ends."""
    linking.SIZE = syncing.CHUNK = 7
    syncing.RANGE = exporting._LISTING_RANGE = renaming._RANGE = guarding._RANGE = contending._CHUNK = 9  # noqa: SLF001
    reading_back._SOME = writing.CHUNK = 5  # noqa: SLF001
    records.batches.__defaults__ = (6,)
