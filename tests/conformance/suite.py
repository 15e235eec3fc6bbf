"""The cases of the conformance suite, read from `conformance/*.yaml`: nothing here knows Mimas."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parents[2] / "conformance"
WAYS = ("delta", "full", "delta imports")
"""How a case is run: as it is written, with every sync a full one, and with every import but the first a delta."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One case with what its file's ``base`` gives it."""

    id: str
    title: str
    hub: Mapping[str, Any]
    systems: Mapping[str, Any]
    rules: Mapping[str, Any]
    given: Mapping[str, list[Row]]
    steps: tuple[Mapping[str, Any], ...]
    ends: str = "settled"
    ways: tuple[str, ...] = WAYS
    tags: tuple[str, ...] = ()


@cache
def files() -> dict[str, dict[str, Any]]:
    """Every file of the suite by its name, as it is written."""
    yaml = YAML(typ="safe", pure=True)
    return {path.name: yaml.load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def cases() -> Iterator[Case]:
    """Every case of every file."""
    for content in files().values():
        for written in content["cases"]:
            yield case(content.get("base", {}), written)


def case(base: Mapping[str, Any], written: Mapping[str, Any]) -> Case:
    """A case over its base."""
    whole = merged({key: base.get(key, {}) for key in ("hub", "systems", "rules", "given")}, written)
    return Case(
        whole["id"],
        whole["title"],
        whole["hub"],
        whole["systems"],
        whole["rules"],
        whole["given"],
        tuple(whole["steps"]),
        whole.get("ends", "settled"),
        tuple(whole.get("ways", WAYS)),
        tuple(whole.get("tags", ())),
    )


def words(case: Case) -> set[str]:
    """What a case asks of an engine beyond the plain words: its tags."""
    found = {
        word
        for word in ("once", "upkeep", "merge", "unique", "give", "fail", "purpose", "after")
        if _has(case.rules, word)
    }
    found |= {"names" for system in case.systems.values() if system.get("named")}
    found |= {word for word in ("guards", "grace") for system in case.systems.values() if word in system}
    found |= {"behaviours" for system in case.systems.values() if "behave" in system}
    found |= {"deletion" for type_ in case.hub.values() if type_.get("ends", "last") != "last"}
    found |= {"keep" for rule in case.rules.values() if rule.get("link") == "keep"}
    found |= {"leave" for rule in case.rules.values() if rule.get("leave", "delete") != "delete"}
    if any(_refers(case, rule) for rule in case.rules.values()):
        found.add("references")
    if _has(case.rules, "reached"):
        found.add("time")
    steps = {word for step in case.steps for word in step}
    by_word = {"link": "hand", "unlink": "hand", "forget": "hand", "release": "decisions", "refuse": "decisions"}
    by_word |= {"wait": "time", "rules": "changes", "behave": "behaviours"}
    return found | {by_word[word] for word in steps if word in by_word}


def _has(part: Any, word: str) -> bool:
    if isinstance(part, Mapping):
        return word in part or any(_has(one, word) for one in part.values())
    return isinstance(part, list) and any(_has(one, word) for one in part)


def _refers(case: Case, rule: Mapping[str, Any]) -> bool:
    type_ = case.hub[rule.get("to" if "in" in rule else "from", next(iter(case.hub)))]
    references = {name for name, kind in type_["attributes"].items() if kind.startswith("ref")}
    flows = rule.get("flows", {})
    return any(
        (name if "in" in rule else flow) in references for name, flow in flows.items() if isinstance(flow, str)
    ) or any(name in references for name in flows if "in" in rule)


def merged(under: Any, over: Any) -> Any:
    """Mappings are merged key by key, a key without a value is taken away; everything else is replaced."""
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    result = {key: value for key, value in under.items() if over.get(key, value) is not None}
    for key, value in over.items():
        if value is not None:
            result[key] = merged(under.get(key), value)
    return result


def kinds(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attribute → ``text``, ``integer``, ``boolean``, ``date`` or ``ref``."""
    return {name: kind.split()[0].rstrip("s") for name, kind in attributes.items()}


def several(kind: str) -> bool:
    """Whether an attribute of this kind holds several values."""
    return kind.startswith(("texts", "refs"))


def value(kind: str, written: Any) -> Any:
    """What is written for an attribute, in its kind: ``1`` for a text is the text, several values are a sorted list."""
    if written is None or written in ("", []):
        return None
    if several(kind):
        return sorted(str(one) for one in (written if isinstance(written, list) else [written]))
    return written if kind in ("integer", "boolean") else str(written)
