"""Functions of the home that are called before and after an object is exported (MIM: call-out extensions)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from mimas.connectors.contract import Export, Result
from mimas.store.runs import Note

Callout: TypeAlias = Callable[[Mapping[str, Any]], object]
"""Given what is exported: operation, type, anchor, name, new name, values (of an add), changes (attribute → values)."""


@dataclass(frozen=True, slots=True)
class Callouts:
    """Those of one connector. What ``before`` raises keeps the object back; what ``after`` raises is told."""

    before: Callout | None = None
    after: Callout | None = None

    def ask(self, exports: list[Export]) -> tuple[list[Export], list[Result]]:
        """The exports that may be sent, and the results of those that may not."""
        if self.before is None:
            return exports, []
        allowed, refused = [], []
        for export in exports:
            try:
                self.before(_view(export, export.anchor))
                allowed.append(export)
            except Exception as error:  # noqa: BLE001 - a function may raise anything; only its object waits
                message = f"the function before its export refused it: {str(error) or repr(error)}"
                refused.append(Result(export.id, "extension-error", message, "It is tried again at the next export."))
        return allowed, refused

    def tell(self, exports: Mapping[int, Export], results: list[Result]) -> list[Note]:
        """Tell of what has been sent; what went wrong with that."""
        notes: list[Note] = []
        for result in results if self.after is not None else ():
            export = exports[result.id]
            if result.error:
                continue
            try:
                assert self.after is not None
                self.after(_view(export, result.anchor or export.anchor))
            except Exception as error:  # noqa: BLE001 - as above; the object has been sent all the same
                message = f"it was exported, and the function after its export failed: {str(error) or repr(error)}"
                advice = "The function is not called again for this export. Do by hand what it was to do."
                notes.append(Note("extension-error", export.name or export.anchor or "", message, advice, export.id))
        return notes


def _view(export: Export, anchor: str | None) -> Mapping[str, Any]:
    return MappingProxyType(
        {
            "operation": str(export.operation),
            "type": export.type,
            "anchor": anchor,
            "name": export.name,
            "new_name": export.new_name,
            "values": MappingProxyType(dict(export.values)),
            "changes": MappingProxyType({name: list(change.values) for name, change in export.changes.items()}),
        }
    )
