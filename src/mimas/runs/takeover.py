"""A staging installation becomes the active one."""

from mimas.runs.images import SENDING
from mimas.store import mode
from mimas.store.store import Store


def take_over(store: Store) -> None:
    """Exports send from now on.

    What is to be made may have been made already, by the installation that was active. So it counts as sent with an
    unknown outcome, as after a crash on the wire: each system is read before anything is sent.
    """
    with store.transaction(durable=True) as tx:
        if mode.staging_since(tx) is None:
            return
        tx.run(
            "UPDATE pending_export SET state = ?, sent ="
            " (SELECT o.wanted FROM object o WHERE o.id = pending_export.object) WHERE operation = 'add'",
            SENDING,
        )
        mode.activate(tx)
