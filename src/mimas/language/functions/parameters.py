"""Functions that MIMWAL has for what a request changes. In a workflow, ``[//Request/RequestParameter]`` holds that.

They take the changes as they are kept: a text of JSON for each attribute.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from mimas.language.coercion import as_text, gathered
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function

_SIGNS = {"Insert": "+ ", "Remove": "- ", "Replace": ""}


class _Change(NamedTuple):
    attribute: str
    mode: str
    values: list[Any]


@function("ParametersContain")
def parameters_contain(parameters: list[Any], attribute: str) -> bool:
    """Whether a request changes an attribute.

    ``ParametersContain("{""attribute"":""title"",""mode"":""Replace"",""values"":[""x""]}", "Title")`` -> ``True``
    ``ParametersContain(NULL, "title")`` -> ``False``
    """
    return any(True for _ in _of(parameters, attribute))


@function("ParametersList")
def parameters_list(parameters: list[Any]) -> list[str]:
    """The attributes that a request changes, each once.

    ``Join(ParametersList("{""attribute"":""title"",""mode"":""Replace"",""values"":[""x""]}"), ",")`` -> ``"title"``
    """
    return list(dict.fromkeys(change.attribute for change in _changes(parameters)))


@function("ParametersTable")
def parameters_table(parameters: list[Any]) -> str:
    """What a request changes, for people: a line for each attribute, ``+`` before what is added, ``-`` what is removed.

    ``ParametersTable("{""attribute"":""phone"",""mode"":""Insert"",""values"":[""1""]}")`` -> ``"phone: + 1"``
    """
    return "\n".join(
        f"{change.attribute}: {_SIGNS[change.mode]}{'; '.join(map(as_text, change.values))}".rstrip()
        for change in _changes(parameters)
    )


@function("ParameterValue")
def parameter_value(parameters: list[Any], attribute: str) -> Any:
    """The value that a request gives an attribute; several are a list, and absent is one that it clears or leaves.

    ``ParameterValue("{""attribute"":""title"",""mode"":""Replace"",""values"":[""x""]}", "title")`` -> ``"x"``
    """
    return _values(parameters, attribute, "Replace", "Insert")


@function("ParameterValueAdded")
def parameter_value_added(parameters: list[Any], attribute: str) -> Any:
    """The values that a request adds to an attribute of several.

    ``ParameterValueAdded("{""attribute"":""phone"",""mode"":""Insert"",""values"":[""1""]}", "phone")`` -> ``"1"``
    """
    return _values(parameters, attribute, "Insert")


@function("ParameterValueRemoved")
def parameter_value_removed(parameters: list[Any], attribute: str) -> Any:
    """The values that a request removes from an attribute of several.

    ``ParameterValueRemoved("{""attribute"":""phone"",""mode"":""Insert"",""values"":[""1""]}", "phone")`` -> ``NULL``
    """
    return _values(parameters, attribute, "Remove")


def _values(parameters: list[Any], attribute: str, *modes: str) -> Any:
    found = [value for change in _of(parameters, attribute) if change.mode in modes for value in change.values]
    return gathered(found) if len(found) > 1 else next(iter(found), None)


def _of(parameters: list[Any], attribute: str) -> Iterator[_Change]:
    folded = attribute.casefold()
    return (change for change in _changes(parameters) if change.attribute.casefold() == folded)


def _changes(parameters: list[Any]) -> Iterator[_Change]:
    for text in parameters:
        try:
            given = json.loads(text)
            change = _Change(str(given["attribute"]), given["mode"], list(given["values"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            change = _Change("", "", [])
        if change.mode not in _SIGNS or any(isinstance(value, (dict, list)) for value in change.values):
            raise FlowError("these are no changes of a request: write [//Request/RequestParameter]")
        yield change
