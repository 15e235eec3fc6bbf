"""The suite's rules as documents of Mimas. A word that Mimas has nothing for raises `UnsupportedError`."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mimas.configuration.build import setup
from mimas.configuration.reading import Document
from mimas.runs.setup import Setup
from tests.conformance.suite import Case, several


class UnsupportedError(Exception):
    """Mimas cannot say this; the message is the word."""


def translated(home: Path, case: Case, rules: Mapping[str, Any]) -> Setup:
    """A case, with the rules that are in force by now."""
    documents = [
        *(Document("ObjectType", name, _hub_type(name, spec, case, rules)) for name, spec in case.hub.items()),
        *(Document("Connector", name, _connector(spec)) for name, spec in case.systems.items()),
        *(Document("SyncRule", name, _rule(rule, place, case)) for place, (name, rule) in enumerate(rules.items(), 1)),
    ]
    return setup(home, documents)


# Types and systems.

_KINDS = {"text": "string", "integer": "integer", "boolean": "boolean", "date": "datetime", "ref": "reference"}


def _attribute(kind: str) -> dict[str, Any]:
    word, _, to = kind.partition(" ")
    part: dict[str, Any] = {"type": _KINDS[word.rstrip("s")], "multivalued": several(kind)}
    return part | ({"to": to} if to else {})


def _hub_type(name: str, spec: Mapping[str, Any], case: Case, rules: Mapping[str, Any]) -> dict[str, Any]:
    first = next(iter(case.hub))
    own = [rule for rule in rules.values() if rule.get("to" if "in" in rule else "from", first) == name]
    keys = {attribute for rule in own for criterion in rule.get("join", ()) for attribute in criterion}
    keys |= {target for rule in own for target, flow in rule.get("flows", {}).items() if "unique" in str(flow)}
    attributes = {attribute: _attribute(kind) for attribute, kind in spec["attributes"].items()}
    for attribute in keys & attributes.keys():
        attributes[attribute]["indexed"] = True
    return {"attributes": attributes, "deletion": spec.get("ends", "last")}


def _connector(spec: Mapping[str, Any]) -> dict[str, Any]:
    objects = {}
    for name, type_ in spec["types"].items():
        attributes = {attribute: _attribute(kind.split()[0]) for attribute, kind in type_["attributes"].items()}
        for attribute, kind in type_["attributes"].items():
            if " " in kind and not spec.get("named"):
                attributes[attribute] = _attribute(kind)
        if spec.get("named"):
            attributes["dn"] = {"type": "string"}
        anchor = [] if spec.get("named") else [type_["key"]]
        objects[name] = {"anchor": anchor, "attributes": attributes, "grace": spec.get("grace", 0)}
    given = spec.get("guards", {})
    # A guard of the suite is a number; the share of Mimas's own lets nothing more through.
    guards: dict[str, Any] = {
        kind: {"count": given.get(kind, 1_000_000), "share": 0 if kind in given else 1}
        for kind in ("missing", "deletes")
    }
    guards["changes"] = {name: {"count": count, "share": 0} for name, count in given.get("changes", {}).items()}
    return {"type": "conformance", "objects": objects, "guards": guards}


# Rules.

_LINKS = {"make": "provision", "find": "join", "keep": "sticky"}
_LEAVES = {"delete": "delete", "release": "disconnect", "forbid": "explicit-disconnect", "keep": "keep"}
_UPKEEPS = {"always": "always", "report": "on-change", "fill": "while-empty"}
_MERGES = {"union": "merge", "caseless": "merge-caseless"}


def _rule(rule: Mapping[str, Any], place: int, case: Case) -> dict[str, Any]:
    inbound = "in" in rule
    system = rule["in"] if inbound else rule["out"]
    object_, resource = (rule.get("from"), rule.get("to")) if inbound else (rule.get("to"), rule.get("from"))
    body: dict[str, Any] = {
        "direction": "inbound" if inbound else "outbound",
        "connector": system,
        "object": object_ or next(iter(case.systems[system]["types"])),
        "resource": resource or next(iter(case.hub)),
        "precedence": rule.get("rank", 10 * place),
        "link": _LINKS[rule.get("link", "find")],
        "scope": _scope(rule.get("when", [])),
        "join": [
            [{"left": _left(left), "right": right} for right, left in criterion.items()]
            for criterion in rule.get("join", ())
        ],
        "flows": {target: _flow(flow) for target, flow in rule.get("flows", {}).items()},
        "intent": rule.get("purpose", ""),
        "after": rule.get("after"),
    }
    leave = rule.get("leave", "release")
    if isinstance(leave, str):
        body["deprovision"] = {"what": _LEAVES[leave]}
    else:
        body["deprovision"] = {"what": "keep", "flows": {target: _flow(flow) for target, flow in leave["keep"].items()}}
    return body


def _left(operand: Any) -> str:
    return operand if isinstance(operand, str) else "=" + _expression(operand)


def _flow(flow: Any) -> dict[str, Any]:
    if isinstance(flow, Mapping) and "from" in flow:
        form = _origin(flow["from"])
        if flow.get("once"):
            form["once"] = True
        if "upkeep" in flow:
            form["enforce"] = _UPKEEPS[flow["upkeep"]]
        if "merge" in flow:
            form["merge"] = _MERGES[flow["merge"]]
        if "purpose" in flow:
            form["intent"] = flow["purpose"]
        return form
    return _origin(flow)


def _origin(operand: Any) -> dict[str, Any]:
    if isinstance(operand, str):
        return {"attribute": operand}
    if "value" in operand:
        return {"constant": operand["value"]}
    if "unique" in operand:
        return {"unique": ["=" + _expression(one) for one in operand["unique"]]}
    return {"expression": _expression(operand)}


# Functions and conditions.

_GIVEN = {"nothing": "NULL", "empty": "AuthoritativeNull", "unchanged": "IgnoreThisFlow"}


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    return str(value) if isinstance(value, int) else '"' + str(value).replace('"', '""') + '"'


_FUNCTIONS: dict[str, Callable[[Any], str]] = {
    "value": _literal,
    "lower": lambda of: f"LCase({_expression(of)})",
    "upper": lambda of: f"UCase({_expression(of)})",
    "trim": lambda of: f"Trim({_expression(of)})",
    "concat": lambda parts: "(" + " & ".join(map(_expression, parts)) + ")",
    "coalesce": lambda parts: f"Coalesce({', '.join(map(_expression, parts))})",
    "left": lambda given: f"Left({_expression(given[0])}, {given[1]})",
    "replace": lambda given: f"Replace({_expression(given[0])}, {_literal(given[1])}, {_literal(given[2])})",
    "rdn": lambda given: f'("{given[0]}=" & EscapeDNComponent({_expression(given[1])}))',
    "give": lambda what: _GIVEN[what],
    "fail": lambda why: f"Error({_literal(why)})",
}


def _expression(operand: Any) -> str:
    """An operand: the name of an attribute, or one function with its arguments."""
    if isinstance(operand, str):
        return f"[{operand}]"
    if "if" in operand:
        otherwise = _expression(operand["else"]) if "else" in operand else "NULL"
        return f"IIF({_condition(operand['if'])}, {_expression(operand['then'])}, {otherwise})"
    ((word, given),) = operand.items()
    if word not in _FUNCTIONS:
        raise UnsupportedError(word)
    return _FUNCTIONS[word](given)


_OPERATORS = {
    "is": "EQUAL",
    "is-not": "NOTEQUAL",
    "present": "ISNOTNULL",
    "absent": "ISNULL",
    "starts": "STARTSWITH",
    "ends": "ENDSWITH",
    "contains": "CONTAINS",
    "in": "ISIN",
    "not-in": "ISNOTIN",
    "less": "LESSTHAN",
    "greater": "GREATERTHAN",
    "bit": "ISBITSET",
}


def _scope(when: Any) -> list[list[dict[str, Any]]]:
    groups = when["any"] if isinstance(when, Mapping) else [when] if when else []
    return [[_clause(*next(iter(condition.items()))) for condition in group] for group in groups]


def _clause(word: str, given: Any) -> dict[str, Any]:
    if word == "reached":
        return {"attribute": given, "operator": "LESSTHAN_OR_EQUAL", "value": "=Now()"}
    attribute, value = (given, "") if isinstance(given, str) else given
    text = ";".join(map(str, value)) if isinstance(value, list) else str(value)
    return {"attribute": attribute, "operator": _OPERATORS[word], "value": text}


_CONDITIONS: dict[str, Callable[[str, Any], str]] = {
    "present": lambda read, _: f"IsPresent({read})",
    "absent": lambda read, _: f"Not(IsPresent({read}))",
    "is": lambda read, value: f"{read} = {_literal(value)}",
    "is-not": lambda read, value: f"{read} <> {_literal(value)}",
    "less": lambda read, value: f"{read} < {_literal(value)}",
    "greater": lambda read, value: f"{read} > {_literal(value)}",
    "contains": lambda read, value: f"InStr({read}, {_literal(value)}) > 0",
    "starts": lambda read, value: f"Left({read}, {len(value)}) = {_literal(value)}",
    "in": lambda read, values: "(" + " || ".join(f"{read} = {_literal(one)}" for one in values) + ")",
    "reached": lambda read, _: f"CDate({read}) <= Now()",
}


def _condition(condition: Mapping[str, Any]) -> str:
    ((word, given),) = condition.items()
    if word not in _CONDITIONS:
        raise UnsupportedError(f"if {word}")
    attribute, value = (given, None) if isinstance(given, str) else given
    return _CONDITIONS[word](f"[{attribute}]", value)
