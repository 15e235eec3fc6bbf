"""An agent as the rules see it: its objects, its filters, the functions of its rules extension."""

from collections.abc import Sequence
from typing import Any

from mimas.migrate.agents.agent import Agent, System, text_of
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync.filters import scope_of
from mimas.migrate.sync.scripts import FILTER, Scripts, Use, module_of
from mimas.migrate.sync.views import Objects

_NAMES = {
    "join-profile": ("cd-object-type",),
    "class-mapping": ("cd-object-type",),
    "export-flow-set": ("cd-object-type", "mv-object-type"),
}
_NO_RULE = "no rule is for these objects"


class Side:
    """One agent whose system has a connector."""

    def __init__(self, agent: Agent, system: System, scripts: Scripts) -> None:
        self.agent, self.system = agent, system
        self.module = module_of(text_of(agent.data, "extension", "assembly-name"), f"{agent.name} extension")
        self.used: dict[str, set[str]] = {}
        self._scripts = scripts
        self._objects: dict[str, Objects] = {}
        self._scopes: dict[str, list[list[Any]] | None] = {}

    def objects(self, class_: str) -> Objects:
        """Its objects of one type."""
        if class_.lower() not in self._objects:
            self._objects[class_.lower()] = Objects(self.agent, self.system, class_, self.used)
        return self._objects[class_.lower()]

    def within(self, holder: str, tag: str, class_: str) -> list[Element]:
        """The elements of a part of its file that are about objects of one type."""
        some = [one for outer in self.agent.data.all(holder) for one in outer.all(tag)]
        return [one for one in some if one.attributes.get("cd-object-type", "").strip().lower() == class_.lower()]

    def classes(self, holder: str, tag: str) -> list[str]:
        """The object types that a part of its file is about."""
        some = [one for outer in self.agent.data.all(holder) for one in outer.all(tag)]
        names = [one.attributes.get("cd-object-type", "").strip() for one in some]
        return list({name.lower(): name for name in names if name}.values())

    def stub(self, use: Use, context: str, of: str, inputs: Sequence[str], element: Element) -> str:
        """How documents name a function of its rules extension."""
        return self._scripts.stub(self.module, use, context, of, inputs, element)

    def scope(self, objects: Objects) -> list[list[Any]] | None:
        """The scope of every rule that reads these objects; none when its filters let nothing pass."""
        class_ = objects.class_
        if class_ not in self._scopes:
            sets = self.within("stay-disconnector", "filter-set", class_)

            def script(context: str, element: Element) -> str:
                return self.stub(FILTER, context, class_, [], element)

            self._scopes[class_] = scope_of(sets, objects, script)
        return self._scopes[class_]

    def account(self) -> None:
        """Say of the parts that hold rules what became of them, and of filters that no rule asks."""
        for tag in ("stay-disconnector", "join", "projection", "export-attribute-flow"):
            for one in self.agent.data.all(tag):
                one.mark(Outcome.CARRIED)
                for filter_ in one.all("filter-set"):
                    filter_.whole(Outcome.NOT_APPLICABLE, _NO_RULE)
                for nameless in one.all("join-profile", "class-mapping", "export-flow-set"):
                    if "" in (nameless.attributes.get(key, "").strip() for key in _NAMES[nameless.tag]):
                        nameless.whole(Outcome.PERSON, "it does not say which type it is for")
