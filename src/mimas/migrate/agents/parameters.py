"""The parameters of extensible agents (ECMA2): what a connector has to be set up with. Secrets are never written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mimas.configuration.secret import holds_secret, looks_secret
from mimas.migrate.agents.agent import Agent
from mimas.migrate.elements import Element, Outcome

_CONNECTION = re.compile(r"\b(pwd|password|accountkey|sharedaccesskey|secret)\s*=", re.IGNORECASE)
_LONGEST = 200
_KEPT = "it stands in the comment of the connector"
_SET_ANEW = "it may be a secret, which is never written: set it anew"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; a secret one has no value here."""

    name: str
    value: str
    secret: bool


def parameters(agent: Agent) -> list[Parameter]:
    """The parameters of an agent and of its selected partitions, in order; all of them are accounted for."""
    found = []
    for element in _elements(agent):
        name = element.attributes.get("name", "")
        encrypted = element.attributes.get("encrypted") in ("1", "true")
        secret = encrypted or looks_secret(name) or may_hold_secret(element.text)
        if secret and element.text:
            element.whole(Outcome.PERSON, _SET_ANEW)
        else:
            element.whole(Outcome.KEPT, _KEPT)
        if name:
            found.append(Parameter(name, "" if secret else element.text, secret and bool(element.text)))
    return found


def listed(some: list[Parameter]) -> str:
    """They, a line each, for a comment."""
    lines = []
    for one in some:
        if one.secret:
            lines.append(f"  {one.name}: (a secret, not written here)")
        elif one.value:
            lines.append(f"  {one.name}: {' '.join(one.value.split())[:_LONGEST]}")
    return "\n".join(lines)


def value_of(some: list[Parameter], *names: str) -> str:
    """The value of the first parameter with one of these names; small letters and no blanks are compared."""
    known: dict[str, str] = {}
    for one in some:
        known.setdefault(_plain(one.name), one.value)
    return next((known[_plain(name)] for name in names if known.get(_plain(name))), "")


def may_hold_secret(text: str) -> bool:
    """Whether a text has something like a password within, as a connection string may."""
    return holds_secret(text) or _CONNECTION.search(text) is not None


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _elements(agent: Agent) -> Iterator[Element]:
    for private in agent.data.all("private-configuration"):
        for config in private.all("MAConfig"):
            for values in config.all("parameter-values"):
                values.mark(Outcome.CARRIED)
                yield from values.all("parameter")
    for data in agent.data.all("ma-partition-data"):
        for partition in data.all("partition"):
            for custom in partition.all("custom-data"):
                for values in custom.all("parameter-values"):
                    custom.mark(Outcome.CARRIED)
                    values.mark(Outcome.CARRIED)
                    yield from values.all("parameter")
