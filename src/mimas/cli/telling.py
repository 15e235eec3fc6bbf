"""``history``: what has happened to a resource, or to an object of a connected system."""

from collections.abc import Mapping
from typing import Any

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out
from mimas.cli.recalling import find_ever
from mimas.runs.telling.history import lines
from mimas.store.history import biography, past


def history(installation: Installation, of: str, key: str, *, object_: bool, limit: int, json: bool) -> None:
    """The last entries, newest first. Raises `CommandError`."""
    store = installation.store
    ids = _objects(installation, of, key) if object_ else find_ever(installation, of, key)
    tell = biography.of_object if object_ else biography.of_resource
    # One more than is shown says that there are more.
    told = {id_: tell(store, id_, limit + 1) for id_ in ids}
    if json:
        as_json([{"id": id_, "entries": entries[:limit]} for id_, entries in told.items()])
        return
    for id_, entries in told.items():
        if len(told) > 1:
            out.print(f"{of} {id_}", style="bold underline", markup=False)
        for entry in entries[:limit]:
            _print(entry)
        with store.reading() as tx:
            begin = instant(past.begin(tx))
        more = f"The last {limit:,}; --limit N shows more." if len(entries) > limit else ""
        nothing = "" if entries else "Nothing has changed. "
        out.print(more or f"{nothing}The history reaches back to {begin}.", style="dim", markup=False)


def _objects(installation: Installation, connector: str, key: str) -> list[int]:
    from mimas.schema import names

    installation.engine.setup_of(connector)
    found = biography.find_object(installation.store, connector, key, names.key(key))
    if not found:
        raise CommandError(
            f"There is no object '{key}' in {connector}, and was none as far back as the history goes. It is looked "
            f"for by its anchor and its name; `mimas disconnectors {connector}` lists those without a link."
        )
    return found


def _print(entry: Mapping[str, Any]) -> None:
    when = instant(entry["at"]) or "at some time"
    out.print(" · ".join(part for part in (when, entry["why"], entry["person"]) if part), style="bold", markup=False)
    for line in lines(entry["changes"]):
        out.print(f"  {line}", markup=False)
    out.print()
