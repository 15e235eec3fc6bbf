"""The run profiles of an agent (reference: Microsoft's *Run profiles* pages) as documents."""

from typing import Any

from mimas.migrate.agents.agent import Agent, children_of, text_of
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.elements import Element, Outcome, counted
from mimas.migrate.migration import Migration

_STEPS = {
    "full-import": ["import {0}"],
    "delta-import": ["import {0} delta"],
    "full-import-reevaluate-rules": ["import {0}", "sync {0} full"],
    "delta-import-reevaluate-rules": ["import {0} delta", "sync {0} full"],
    "export": ["export {0}"],
}
_PARTITIONS = "Mimas reads and writes all partitions in one step"


_NO_DELTAS = "the connector cannot import deltas as it is set up: it is a full import now"
_NO_EXPORTS = "the connector does not export as it is set up"


def carry(migration: Migration, agent: Agent, *, delta: bool, writes: bool = True) -> list[str]:
    """Write the run profiles of an agent; their names. Without ``delta`` it is always read in full.

    Without ``writes`` its connector does not export as it is set up.
    """
    names: list[str] = []
    for data in agent.data.all("ma-run-data"):
        data.mark(Outcome.CARRIED)
        for run in data.all("run-configuration"):
            steps: list[Any] = []
            for step in children_of(run.first("configuration"), "step"):
                steps += [one for one in _step(agent.name, step, delta=delta, writes=writes) if one not in steps[-2:]]
            name = _free(f"{agent.name} - {run.value('name') or 'unnamed'}", names)
            if steps:
                names.append(name)
                migration.drafts.append(Draft("RunProfile", name, {"steps": steps}, folder="profiles"))
                run.mark(Outcome.CARRIED)
                for inner in run.all("configuration"):
                    inner.mark(Outcome.CARRIED)
            run.whole(Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")
    return names


def _free(name: str, taken: list[str]) -> str:
    """The name, with a number where it is taken."""
    return next(one for one in (name, *(f"{name} {number}" for number in range(2, len(taken) + 3))) if one not in taken)


def _step(connector: str, step: Element, *, delta: bool, writes: bool) -> list[Any]:
    """A step as the one or two steps it is to Mimas; none for what cannot be."""
    kind = step.first("step-type")
    type_ = kind.attributes.get("type", "") if kind is not None else ""
    subtypes = [one.text for one in kind.children] if kind is not None else []
    if type_ == "apply-rules":
        texts = ["sync {0}" if subtypes == ["apply-pending"] else "sync {0} full"]
    elif type_ in _STEPS:
        texts = list(_STEPS[type_])
        if type_ in ("full-import", "delta-import") and not {"to-cs", "to-file", "resume-from-file"} & set(subtypes):
            texts.append("sync {0}")
    else:
        step.whole(Outcome.PERSON, f"a step of the type {type_ or 'nothing'} is not known")
        return []
    if not delta and type_.startswith("delta-import"):
        texts = [text.removesuffix(" delta") for text in texts]
        step.mark(Outcome.DIFFERENT, _NO_DELTAS)
    if not writes and type_ == "export":
        step.whole(Outcome.PERSON, _NO_EXPORTS)
        return []
    made: list[Any] = [_written(text, connector, step, subtypes) for text in texts]
    for one in (step, *(kind.walk() if kind is not None else ())):
        one.mark(Outcome.CARRIED)
    for one in step.all("partition"):
        one.mark(Outcome.DIFFERENT, _PARTITIONS)
    for one in step.all("threshold"):
        _threshold(one)
    step.whole(Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")
    return made


def _written(text: str, connector: str, step: Element, subtypes: list[str]) -> Any:
    """The short form; the long one where there is more to say, or where the name would be misread."""
    verb, *rest = text.split()
    limit = counted(text_of(step, "threshold", "object"))
    drop = text_of(step, "dropfile-name")
    files = [one for one in subtypes if one in ("to-file", "resume-from-file")] if verb != "sync" else []
    kinds = {("import", False): "full-import", ("import", True): "delta-import", ("export", False): "export"}
    kinds |= {("sync", False): "delta-sync", ("sync", True): "full-sync"}
    kind = kinds[verb, len(rest) > 1]
    *_, last = connector.split() or [""]
    if not files and not limit and " ".join(connector.split()) == connector and last not in ("full", "delta"):
        return text.format(connector)
    made: dict[str, Any] = {"kind": kind, "connector": connector}
    if limit and verb != "sync":
        made["limit"] = limit
    if "to-file" in files:
        made |= {"to": drop or f"{verb}.jsonl"} | ({} if "to-cs" in subtypes else {"only": True})
    if "resume-from-file" in files:
        if verb == "export":
            return Noted(made, "It sent what stood in a file, which Mimas does not do; it sends what is pending.")
        made["from"] = drop or f"{verb}.jsonl"
        return Noted(made, "The file has to be one that Mimas has written.")
    return made


def _threshold(element: Element) -> None:
    for one in element.all("delete"):
        if one.text not in ("", "0"):
            one.mark(
                Outcome.DIFFERENT, "the connector's guard over deletes says it: it holds them back, the rest flows"
            )
    for one in element.all("batch-size"):
        one.mark(Outcome.NOT_APPLICABLE, "Mimas chooses the size of its batches")
    element.whole(Outcome.CARRIED)
