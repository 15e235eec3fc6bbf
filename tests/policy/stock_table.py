"""The cases of ``stock_cases.yaml``, in one form each: what README.md says of short and long forms is settled here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TABLE = Path(__file__).with_name("stock_cases.yaml")


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the stock policy, and its answer."""

    number: int
    """From 1, in the order of the file."""
    line: int
    """Where it stands in the file."""
    scenario: str
    who: str
    may: str
    """Create, Read, Modify, Add, Remove or Delete."""
    of: str
    """A name in the world or ``Type/Name``; empty for Create."""
    values: Mapping[str, Any]
    """Attribute → what is written, added or removed; None for Read. All of a new resource; of a Delete nothing."""
    granted: bool
    rules: frozenset[str]
    """The rules that grant it, each the whole of it."""
    parts: Mapping[str, frozenset[str]]
    """Attribute → the rules that grant it, where no rule grants the whole; otherwise empty."""
    because: str
    """Why no rule grants it."""
    workflows: frozenset[str] | None
    """The workflows that the request starts; None where the table does not say."""

    def __str__(self) -> str:
        of = self.of or f"a {self.values['ObjectType']}"
        what = f" {', '.join(self.values)}" if self.of and self.values else ""
        return f"line {self.line}, {self.scenario}: {self.who} may {self.may} {of}{what}"


@dataclass(frozen=True, slots=True)
class Table:
    """The whole of it."""

    rules: Mapping[str, str]
    workflows: Mapping[str, str]
    switched_on: Mapping[str, tuple[str, ...]]
    switched_off: Mapping[str, tuple[str, ...]]
    listed: Mapping[str, tuple[str, ...]]
    world: Mapping[str, Mapping[str, Any]]
    cases: tuple[Case, ...]


def _texts(one_or_more: str | list[str]) -> frozenset[str]:
    return frozenset([one_or_more] if isinstance(one_or_more, str) else one_or_more)


def _values(raw: Mapping[str, Any]) -> dict[str, Any]:
    if raw["may"] == "Create":
        return dict(raw["of"])
    if "attribute" in raw:
        return {raw["attribute"]: raw.get("value")}
    several = raw.get("attributes", {})
    return dict(several) if isinstance(several, dict) else dict.fromkeys(several)


def _case(number: int, line: int, raw: Mapping[str, Any]) -> Case:
    by = raw.get("by", [])
    workflows = raw.get("workflows")
    return Case(
        number,
        line,
        raw["scenario"],
        raw["who"],
        raw["may"],
        "" if raw["may"] == "Create" else raw["of"],
        _values(raw),
        {"yes": True, "no": False}[raw["expect"]],
        frozenset() if isinstance(by, dict) else _texts(by),
        {name: _texts(rules) for name, rules in by.items()} if isinstance(by, dict) else {},
        raw.get("because", ""),
        None if workflows is None else frozenset(workflows),
    )


@cache
def raw() -> dict[str, Any]:
    """The file as it is written, aliases replaced."""
    read: dict[str, Any] = YAML(typ="safe", pure=True).load(TABLE)
    return read


@cache
def load() -> Table:
    """The table. A case that is not in the form that README.md describes raises KeyError."""
    read = raw()
    text = TABLE.read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("  - {scenario: ")]
    return Table(
        read["rules"],
        read["workflows"],
        {name: tuple(rules) for name, rules in read["switched_on"].items()},
        {name: tuple(rules) for name, rules in read["switched_off"].items()},
        {name: tuple(members) for name, members in read["listed"].items()},
        read["world"],
        tuple(_case(number, line, one) for number, (line, one) in enumerate(zip(lines, read["cases"], strict=True), 1)),
    )
