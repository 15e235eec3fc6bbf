"""The object deletion rules of the metaverse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimas.migrate.agents.agent import children_of, guid
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync.metaverse import Metaverse
from mimas.migrate.sync.scripts import DELETE, Scripts

_LAST = "objects that Mimas itself has made keep nobody alive; those that were there and are joined do"
_SOME_OF_THEM = "some of its management agents are no connectors here: they end no resource"
_NONE_OF_THEM = "none of its management agents is among the files"


@dataclass(slots=True)
class Ending:
    """When resources of a type end: by the last connector but for some, unless ``deletion`` says otherwise."""

    deletion: Any = None
    ignored: frozenset[str] = frozenset()

    @property
    def by_last(self) -> bool:
        """Whether any link keeps a resource alive."""
        return self.deletion is None


def endings(
    data: Element | None, metaverse: Metaverse, names: Mapping[str, str], scripts: Scripts, module: str
) -> dict[str, Ending]:
    """Type → when its resources end; a type without a rule ends with its last connector."""
    found: dict[str, Ending] = {}
    holder = data.first("mv-deletion") if data is not None else None
    if holder is not None:
        holder.mark(Outcome.CARRIED)
    for rule in children_of(holder, "mv-deletion-rule"):
        name = rule.attributes.get("mv-object-type", "").strip()
        if not name:
            rule.whole(Outcome.PERSON, "it does not say which type it is for")
            continue
        type_ = metaverse.type(name)
        found[type_] = _ending(rule, type_, names, scripts, module)
        metaverse.kept[type_].deletion = found[type_].deletion
    return found


def _ending(rule: Element, type_: str, names: Mapping[str, str], scripts: Scripts, module: str) -> Ending:
    kind = rule.attributes.get("type", "")
    agents = [guid(one.text) for one in rule.all("src-ma") if one.text]
    if kind == "scripted":
        reference = scripts.stub(module, DELETE, f"delete {type_}", type_, (), rule)
        rule.mark(Outcome.PERSON, f"a Python function is to be written: {reference}").whole(Outcome.CARRIED)
        return Ending({"extension": reference})
    if kind == "declared-any":
        known = [names[one] for one in agents if one in names]
        if known:
            rule.mark(*((Outcome.DIFFERENT, _SOME_OF_THEM) if len(known) < len(agents) else (Outcome.CARRIED, "")))
            rule.whole(Outcome.CARRIED)
            return Ending({"any": known})
        rule.whole(Outcome.PERSON, _NONE_OF_THEM)
        return Ending()
    if kind == "declared-last":
        rule.mark(Outcome.DIFFERENT, _LAST)
        rule.whole(Outcome.CARRIED)
    else:
        rule.mark(Outcome.PERSON, f"a deletion rule of the kind {kind or 'nothing'} is not known")
    return Ending(None, frozenset(agents))
