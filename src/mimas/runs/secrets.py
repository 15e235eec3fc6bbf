"""Secret attributes: computed at the moment of sending, for objects that are being made, and kept nowhere.

They stand in no image and no message. An object whose creation has failed gets another one at the next try.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from mimas.connectors.contract import Result
from mimas.runs.symbols import Slot, Symbols
from mimas.schema.values import Value, decode
from mimas.store.database import Transaction
from mimas.sync.context import Context


class Secrets:
    """Those of one connector."""

    def __init__(self, symbols: Symbols, connector: int, now: datetime) -> None:
        self._symbols = symbols
        self._now = now
        self._slots: dict[tuple[int, int], Slot] = {
            (type_, slot.key): slot
            for type_, slots in symbols.targets.items()
            for slot in slots
            if slot.connector == connector and slot.target.secrets is not None
        }

    def of(self, tx: Transaction, objects: Iterable[int]) -> Mapping[int, Mapping[str, Value] | Result]:
        """Object → its secret values, or why there are none."""
        found: dict[int, Mapping[str, Value] | Result] = {}
        if not self._slots:
            return found
        keys = self._symbols.slot_keys
        context = Context(self._now)
        for object_, object_type, rule, type_, doc in tx.rows(
            "SELECT l.object, o.type, l.rule, r.type, r.doc FROM link l JOIN object o ON o.id = l.object"
            " JOIN resource r ON r.id = l.resource WHERE l.object IN IDS",
            list(objects),
        ):
            slot = self._slots.get((type_, keys.get(rule, object_type or 0)))
            if slot is not None and slot.target.secrets is not None:
                context.begin(new=True)
                try:
                    values = slot.target.secrets.call(decode(doc), context)
                    found[object_] = {name: value for name, value in values.items() if value is not None}
                except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object waits
                    about = slot.target.secrets.failure(error).about
                    # What the rule said of it may hold the secret.
                    message = (
                        f"rule “{about.rule}” cannot compute its secret “{about.attribute}”: {type(error).__name__}"
                    )
                    found[object_] = Result(object_, "flow-failure", message, "Mend the rule; it is tried again.")
        return found
