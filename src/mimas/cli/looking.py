"""The reading commands: ``status``, ``runs``, ``search``, ``show``."""

from typing import Any

from mimas.cli.failing import Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, cell, out, table
from mimas.configuration.apply import drift
from mimas.configuration.reading import read_folder
from mimas.language.filters.parser import parse
from mimas.language.filters.predicate import equalities, predicate
from mimas.runs.engine import UsageError
from mimas.store import looking
from mimas.sync.keys import normal


def status(installation: Installation, *, json: bool) -> int:
    """How things stand."""
    state = looking.status(installation.store)
    documents, _ = read_folder(installation.home)
    changes = drift(installation.store, documents)
    state["drift"] = [f"{c.action} {c.kind} {c.name}" for c in changes]
    if json:
        as_json(state)
    else:
        _print_status(state)
    return Exit.HELD if state["holds"] else Exit.DRIFT if changes else Exit.DONE


def _print_status(state: dict[str, Any]) -> None:
    table(
        ("connector", "objects", "linked", "pending import", "pending export"),
        (
            (name, c.get("objects", 0), c.get("linked", 0), c.get("pending-import", 0), c.get("pending-export"))
            for name, c in state["connectors"].items()
        ),
    )
    out.print()
    table(("resources", ""), state["resources"].items())
    if state["last-run"]:
        last = state["last-run"]
        out.print(f"\nlast run: {last['id']} {last['profile']}, {last['started']}: {last['result'] or 'not ended'}")
    for hold in state["holds"]:
        out.print(f"hold {hold['id']} ({hold['connector']}): {hold['reason']}", style="yellow", markup=False)
    if state["drift"]:
        out.print(f"{len(state['drift'])} documents differ from what is in force; see `mimas check`.", style="yellow")


def runs(installation: Installation, number: int | None, *, json: bool) -> None:
    """The last runs, or one."""
    if number is None:
        found = looking.runs(installation.store)
        if json:
            as_json(found)
        else:
            table(("run", "what", "started", "ended", "result"), (row.values() for row in found))
        return
    run = looking.run(installation.store, number)
    if run is None:
        raise UsageError(f"There is no run {number}. `mimas runs` lists the last ones.")
    if json:
        as_json(run)
        return
    out.print(
        f"run {run['id']}: {run['profile']}, {run['started']} to {run['ended'] or '…'}: {run['result'] or 'not ended'}"
    )
    for step in run["steps"]:
        counters = cell({name: count for name, count in step["counters"].items() if count})
        out.print(f"\n{step['kind']} {step['connector'] or ''}: {step['result']}", style="bold", markup=False)
        out.print(f"  {counters or 'nothing to do'}", markup=False)
        if step["message"]:
            out.print(f"  {step['message']}", markup=False)
        for note in step["notes"]:
            out.print(f"  {note['code']}: {note['name']}: {note['message']}", markup=False)
            if note["advice"]:
                out.print(f"    → {note['advice']}", style="dim", markup=False)


def search(installation: Installation, text: str, *, limit: int, json: bool) -> None:
    """Resources by a filter: an index narrows, the filter decides."""
    types = installation.engine.setup.rules.types
    tree = parse(text)
    matches = predicate(tree)
    found: dict[int, dict[str, Any]] = {}
    for type_, equal in equalities(tree):
        if type_ is not None and type_ not in types:
            raise UsageError(f"There is no object type '{type_}'. There is: {', '.join(sorted(types))}.")
        indexed = types[type_].indexed if type_ is not None else frozenset[str]()
        keys = [(name, normal(value)) for name, value in equal if name in indexed]
        for number, of, values in looking.candidates(installation.store, type_, keys):
            if len(found) >= limit:
                break
            if matches(of, values):
                found[number] = {"id": number, "type": of, "values": values}
    if json:
        as_json(list(found.values()))
        return
    table(("id", "type", "name"), ((str(r["id"]), r["type"], looking.title(r["values"])) for r in found.values()))
    more = f" (the first {limit}; --limit N for more)" if len(found) >= limit else ""
    out.print(f"{len(found)} found{more}")


def show(installation: Installation, type_: str, key: str, *, json: bool) -> None:
    """One resource."""
    types = installation.engine.setup.rules.types
    if type_ not in types:
        raise UsageError(f"There is no object type '{type_}'. There is: {', '.join(sorted(types))}.")
    found = looking.find(installation.store, type_, key, sorted(types[type_].indexed), normal(key))
    if not found:
        indexed = ", ".join(sorted(types[type_].indexed)) or "nothing"
        raise UsageError(f"There is no {type_} '{key}'. Keys of a {type_} are its id and: {indexed}.")
    described = [looking.show(installation.store, number) for number in found]
    if json:
        as_json(described)
        return
    for resource in described:
        _print_resource(resource)


def _print_resource(resource: dict[str, Any]) -> None:
    head = f"{resource['type']} {resource['id']}: {looking.title(resource['values'])}"
    out.print(head + (" (deleted)" if resource["state"] == "deleted" else ""), style="bold", markup=False)
    lineage = resource["lineage"]
    rows = [(name, value, lineage.get(name, {}).get("rule", "")) for name, value in resource["values"].items()]
    rows += [(r["attribute"], f"→ {r['name']} ({r['target']})", r["from"]) for r in resource["references"]]
    table(("attribute", "value", "from"), rows)
    for object_ in resource["objects"]:
        _print_object(object_)
    out.print()


def _print_object(object_: dict[str, Any]) -> None:
    name = object_["name"] or object_["anchor"] or "(no anchor yet)"
    pending = f", {object_['pending-export']}" if object_["pending-export"] else ""
    out.print(f"\n{object_['connector']} · {name} · {object_['presence']}{pending}", style="bold", markup=False)
    if object_["error"]:
        out.print(f"  last error: {object_['error']}", style="red", markup=False)
    seen, wanted = object_["seen"] or {}, object_["wanted"]
    if wanted is None:
        return
    rows = [(f"  {a}", seen.get(a), v) for a, v in wanted.items() if seen.get(a) != v]
    if rows:
        table(("  differs", "shows", "should hold"), rows)
