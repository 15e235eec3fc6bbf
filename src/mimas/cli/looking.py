"""The reading commands: ``status``, ``runs``, ``search``, ``show``."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, cell, instant, out, print_note, table
from mimas.runs.catalogue.words import step_title
from mimas.store import looking

if TYPE_CHECKING:
    pass


def status(installation: Installation, *, json: bool) -> int:
    """How things stand."""
    from mimas.configuration.canonical import diff
    from mimas.configuration.problem import errors
    from mimas.configuration.reading import read_folder

    state = looking.status(installation.store)
    for document in installation.documents:
        if document.kind == "Connector":
            state["connectors"].setdefault(document.name, looking.no_objects())
    folder, problems = read_folder(installation.home)
    unreadable = bool(errors(problems))
    changes = diff({(d.kind, d.name): d.body for d in installation.documents}, folder)
    state["drift"] = [f"{c.action} {c.kind} {c.name}" for c in changes]
    if json:
        as_json(state)
    else:
        _print_status(state, unreadable=unreadable)
    return (
        Exit.HELD
        if any(hold["kind"] != "grace" for hold in state["holds"])
        else Exit.DRIFT
        if changes or unreadable
        else Exit.DONE
    )


def _print_status(state: dict[str, Any], *, unreadable: bool) -> None:
    table(
        ("connector", "objects", "linked", "pending import", "pending export"),
        (
            (name, c["objects"], c["linked"], c["pending-import"], c["pending-export"] or "0")
            for name, c in state["connectors"].items()
        ),
    )
    if state["resources"]:
        out.print()
        table(("resources", "number"), state["resources"].items())
    if last := state["last-run"]:
        ended = _ended(last["result"], last["id"])
        out.print(f"\nlast run: {last['id']}, {last['profile']}, {instant(last['started'])}: {ended}", markup=False)
    else:
        out.print("\nNothing has been run yet. `mimas run PROFILE` runs a profile.")
    if state["outbox"]:
        what = _some(state["outbox"], "turn of a workflow is", "turns of workflows are")
        out.print(f"{what} due: `mimas worker` sees to them, and `mimas schedules run`.", markup=False)
    if state["failed-workflows"]:
        what = _some(state["failed-workflows"], "workflow has failed and waits", "workflows have failed and wait")
        out.print(f"{what} for somebody: `mimas workflows` says what to do.", style="yellow")
    if state["staging"]:
        out.print("Staging mode: nothing is sent. `mimas staging off` takes over.", style="yellow")
    for hold in state["holds"]:
        out.print(f"hold {hold['id']}, {hold['connector']}: {hold['reason']}.", style="yellow", markup=False)
    if state["holds"]:
        out.print("`mimas holds` says what to do about what is held.", style="yellow")
    if unreadable:
        out.print("Documents of this home cannot be read; `mimas check` says which, and why.", style="yellow")
    elif state["drift"]:
        number = _some(len(state["drift"]), "document differs", "documents differ")
        out.print(f"{number} from what is in force; `mimas check` says which.", style="yellow")


def _some(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


_ENDS = {
    "success": "success",
    "errors": "finished, with errors",
    "held": "finished, and something is held",
    "stopped": "stopped on request before its last step",
    "interrupted": "cut off before its end; the next run goes on from there",
}


def _ended(result: str | None, number: int) -> str:
    if result is None:
        return "not ended: it runs still, or was stopped"
    return _ENDS.get(result, result) + ("" if result == "success" else f"; see `mimas runs {number}`")


def runs(installation: Installation, number: int | None, *, json: bool) -> None:
    """The last runs, or one."""
    if number is None:
        found = looking.runs(installation.store)
        if json:
            as_json(found)
        else:
            rows = ((r["id"], r["profile"], instant(r["started"]), r["result"] or "not ended") for r in found)
            table(("run", "what", "started", "result"), rows)
        return
    run = looking.run(installation.store, number)
    if run is None:
        raise CommandError(f"There is no run {number}. `mimas runs` lists the last ones.")
    if json:
        as_json(run)
        return
    until = f" to {instant(run['ended'])}" if run["ended"] else ""
    out.print(f"run {run['id']}: {run['profile']}, {instant(run['started'])}{until}: {run['result'] or 'not ended'}")
    for step in run["steps"]:
        _print_step(step)


def _print_step(step: Mapping[str, Any]) -> None:
    counters = cell({name: count for name, count in step["counters"].items() if count})
    title = step_title(step["kind"], step["connector"])
    out.print(f"\n{title}: {step['result'] or 'not ended'}", style="bold", markup=False)
    if counters or step["result"] == "success":
        out.print(f"  {counters or 'nothing to do'}", markup=False)
    if step["message"]:
        out.print(f"  {step['message']}", markup=False)
    for note in step["notes"]:
        print_note(note, "  ", code=True)


def find(installation: Installation, type_: str, key: str) -> list[int]:
    """The resources of a type with this id, or with this value in an indexed attribute. Raises `CommandError`."""
    from mimas.cli.finding import indexed
    from mimas.language.keys import normal

    names = indexed(installation, type_)
    found = looking.find(installation.store, type_, key, names, normal(key))
    if not found:
        keys = f"id, {', '.join(names)}"
        raise CommandError(f"There is no {type_} '{key}'. It is looked for by {keys}; `mimas search` looks everywhere.")
    return found


def show(installation: Installation, type_: str, key: str, at: str | None, *, json: bool) -> None:
    """One resource, as it is or as it was."""
    if at is None:
        described = [looking.show(installation.store, number) for number in find(installation, type_, key)]
    else:
        from mimas.cli.recalling import shown_at

        described = shown_at(installation, type_, key, at)
    if json:
        as_json(described)
        return
    if at is not None:
        out.print(f"As of {instant(described[0]['at'])}:", style="dim", markup=False)
    for resource in described:
        _print_resource(resource)


def _print_resource(resource: dict[str, Any]) -> None:
    head = f"{resource['type']} {resource['id']}: {looking.title(resource['values'])}"
    out.print(head + (" (deleted)" if resource["state"] == "deleted" else ""), style="bold", markup=False)
    if resource["guid"]:
        out.print(f"GUID {resource['guid']}", style="dim", markup=False)
    lineage = resource["lineage"]
    rows = [(name, value, _from(lineage.get(name))) for name, value in resource["values"].items()]
    linked = {object_["linked-by"]: object_["connector"] for object_ in resource["objects"]}
    for reference in resource["references"]:
        origin = {"rule": reference["from"], "connector": linked.get(reference["from"], "")}
        rows.append((reference["attribute"], f"→ {reference['name']} ({reference['target']})", _from(origin)))
    table(("attribute", "value", "from"), rows)
    for object_ in resource["objects"]:
        _print_object(object_)
    out.print()


def _from(origin: Mapping[str, str] | None) -> str:
    """The connector that shows the value, and the rule that takes it from there."""
    if not origin:
        return ""
    return f"{origin['connector']}: {origin['rule']}" if origin.get("connector") else origin["rule"]


def _print_object(object_: dict[str, Any]) -> None:
    from mimas.runs.images import same

    name = object_["name"] or object_["anchor"] or "(no anchor yet)"
    pending = f", {object_['pending-export']}" if object_["pending-export"] else ""
    out.print(f"\n{object_['connector']} · {name} · {object_['presence']}{pending}", style="bold", markup=False)
    if object_["error"]:
        out.print(f"  last error: {object_['error']}", style="red", markup=False)
    seen, wanted = object_["seen"] or {}, object_["wanted"]
    if wanted is None:
        return
    rows = [(f"  {a}", seen.get(a), v) for a, v in wanted.items() if not same(a, seen.get(a), v)]
    if rows:
        table(("  differs", "shows", "should hold"), rows)
