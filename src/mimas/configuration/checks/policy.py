"""Checks of policy rules: words that mean nothing, attributes that nobody has, and rules that give nobody anything."""

from collections.abc import Iterator
from difflib import get_close_matches

from mimas.configuration.problem import Problem, Severity, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.language.filters.binding import IMPLICIT
from mimas.requests.policy import ALL, RULE, Action
from mimas.schema.values import as_list

_TRANSITIONS = ("TransitionIn", "TransitionOut")
"""What rules about sets, and not about requests, are about (MIM: ManagementPolicyRuleType)."""
_GONE = frozenset({"DeletedTime", "DetectedRulesList", "ExpectedRulesList", "MVObjectID", "ResourceTime"})
"""What every resource of MIM has, and its rules name, for which nothing is needed here."""
_ALIKE = 0.87
"""How alike a name has to be to one that there is, to be taken for a slip."""


def check_policy(world: World) -> Iterator[Problem]:
    """Everything that can be said of each rule by itself."""
    known = {name for attributes in world.setup.catalogue.values() for name in attributes} | IMPLICIT.keys()
    for (kind, _), document in world.documents.items():
        if kind == RULE:
            yield from _words(document, known)
            yield from _given(document)


def _words(rule: Document, known: set[str]) -> Iterator[Problem]:
    actions = [*map(str, Action), *_TRANSITIONS]
    for index, word in enumerate(as_list(rule.body.get("ActionType"))):
        if word not in actions:
            yield rule.problem(("ActionType", index), f"'{word}' is no action", suggest(str(word), actions))
    for index, name in enumerate(as_list(rule.body.get("PrincipalRelativeToResource"))):
        if name not in known:
            message = f"no type has the attribute '{name}': nobody is meant"
            yield rule.warning(("PrincipalRelativeToResource", index), message, suggest(str(name), known))
    strange = []
    for index, name in enumerate(map(str, as_list(rule.body.get("ActionParameter")))):
        if name in known or name in _GONE or name == ALL:
            continue
        if meant := get_close_matches(name, known, n=1, cutoff=_ALIKE):
            message = f"no type has the attribute '{name}'"
            yield rule.warning(("ActionParameter", index), message, f"did you mean '{meant[0]}'?")
        else:
            strange.append(name)
    if strange:
        message = f"names attributes that no type has: {', '.join(strange)}"
        hint = "nothing comes of them"
        yield Problem(rule.at("ActionParameter"), message, hint, rule.name, Severity.HINT)


def _given(rule: Document) -> Iterator[Problem]:
    body = rule.body
    words = [word for word in as_list(body.get("ActionType")) if word in list(Action)]
    if not words or str(body.get("GrantRight")).lower() != "true":
        return
    if not body.get("PrincipalSet") and not body.get("PrincipalRelativeToResource"):
        hint = "write `PrincipalSet: …`, or `PrincipalRelativeToResource: …`"
        yield rule.warning((), "names nobody whom it gives a right", hint)
    lacking = {
        key: action
        for action in map(Action, map(str, words))
        for key, looked_at in (("ResourceCurrentSet", action.looks_before), ("ResourceFinalSet", action.looks_after))
        if looked_at and not body.get(key)
    }
    for key, action in lacking.items():
        yield rule.warning(("ActionType",), f"gives no right to {action}, as it has no {key}", f"write `{key}: …`")
