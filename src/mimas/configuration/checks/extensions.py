"""Checks of the Python functions that documents name beside those of flows and joins. None of them is run."""

from collections.abc import Iterator

from mimas.configuration.checks.flows import check_origin
from mimas.configuration.problem import Problem
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.sync.rules import Extension


def check_extensions(world: World) -> Iterator[Problem]:
    """Functions that are not there."""
    for document, path, function in _named(world):
        if function:
            yield from check_origin(world.setup.home, document, path, Extension(function), {})
    for name, connector in world.setup.connectors.items():
        able = world.capabilities.get(name)
        for key, function in (("before_export", connector.before_export), ("after_export", connector.after_export)):
            if function and able and able.listing:
                message = f"`{key}` is never called: {name} writes its whole listing at once"
                yield world.documents["Connector", name].warning((key,), message, "take it out")


def _named(world: World) -> Iterator[tuple[Document, tuple[str | int, ...], str]]:
    rules = world.setup.rules
    for rule in rules.rules:
        document = world.documents["SyncRule", rule.name]
        yield document, ("choose",), rule.choose
        yield document, ("deprovision",), rule.deprovision_by
        for clause in (clause for group in rule.scope for clause in group):
            yield document, ("scope",), clause.function
    for name, type_ in rules.types.items():
        document = world.documents["ObjectType", name]
        yield document, ("deletion",), type_.deletion.function
        for attribute, function in type_.chosen.items():
            yield document, ("attributes", attribute), function
    for name, connector in world.setup.connectors.items():
        document = world.documents["Connector", name]
        yield document, ("before_export",), connector.before_export
        yield document, ("after_export",), connector.after_export
