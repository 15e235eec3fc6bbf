"""Values in which policy names types and attributes: they are written with the names that there are in Mimas."""

import re
from collections.abc import Callable, Mapping

from mimas.migrate.service.extent import Extents, Types
from mimas.migrate.service.filters import spelt, xpath
from mimas.migrate.service.objects import Exported, identifier
from mimas.migrate.service.spelling import Spelling

FILTERS = ("Filter", "SearchScope", "CountXPath")
"""Attributes that hold a filter, of whatever type."""
_TARGETS = ("ResourceCurrentSet", "ResourceFinalSet")
_PATH = re.compile(r"(?<=Path=)[A-Za-z_][\w-]*")


class Wording:
    """How the values of an export's objects are written."""

    def __init__(self, everything: Mapping[str, Exported], spelling: Spelling) -> None:
        """``everything``: all objects, by their GUIDs."""
        self._extents = Extents(everything)
        self._spelling = spelling
        self._ways: Mapping[str, Callable[[Exported, str], list[str]]] = {
            **dict.fromkeys(FILTERS, self._filter),
            "ActionParameter": self._parameter,
            "PrincipalRelativeToResource": self._principal,
            "SearchScopeContext": self._context,
            "SearchScopeColumn": self._columns,
            "SearchScopeResultObjectType": self._type,
            "TargetObjectType": self._type,
            "ConfigurationData": self._form,
        }

    def of(self, one: Exported, name: str, text: str) -> list[str]:
        """A value of an attribute as it is written here. It may become several, which differ in the case of names."""
        way = self._ways.get(name)
        return way(one, text) if way is not None else [text]

    def _filter(self, _: Exported, text: str) -> list[str]:
        return [spelt(xpath(text), self._spelling)]

    def _type(self, _: Exported, text: str) -> list[str]:
        return [self._spelling.type(text)]

    def _parameter(self, rule: Exported, text: str) -> list[str]:
        return self._attributes(text, self._targets(rule))

    def _principal(self, rule: Exported, text: str) -> list[str]:
        return self._attributes(text, self._targets(rule))[:1]

    def _context(self, scope: Exported, text: str) -> list[str]:
        return self._attributes(text, self._results(scope))

    def _columns(self, scope: Exported, text: str) -> list[str]:
        names = [new for one in text.split(";") for new in self._attributes(one.strip(), self._results(scope))]
        return [";".join(dict.fromkeys(names))] if names != text.split(";") else [text]

    def _form(self, form: Exported, text: str) -> list[str]:
        types = frozenset({form.text("TargetObjectType")})
        return [_PATH.sub(lambda found: self._attributes(found[0], types)[0], text)]

    def _attributes(self, name: str, types: Types) -> list[str]:
        return list(self._spelling.attribute(name, types)) or [name]

    def _results(self, scope: Exported) -> Types:
        type_ = scope.text("SearchScopeResultObjectType")
        return frozenset({type_}) if type_ and type_ != "Resource" else None

    def _targets(self, rule: Exported) -> Types:
        return self._extents.of(identifier(text) for name in _TARGETS for text in rule.texts(name))
