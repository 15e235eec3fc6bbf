"""Checks of connectors: their type, settings, object types; secrets in clear."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from mimas.configuration.documents import explain
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.configuration.secret import holds_secret, looks_secret
from mimas.configuration.world import World
from mimas.connectors.contract import ConnectorError
from mimas.connectors.registry import connector_class, kinds
from mimas.runs.setup import ConnectorSetup
from mimas.secrets.secret import PLACES


def check_connectors(world: World) -> Iterator[Problem]:
    """Problems of all connectors; what their systems can do is put into ``world.capabilities``."""
    for name, connector in world.setup.connectors.items():
        document = world.documents["Connector", name]
        found = [*_settings(world, document, connector), *_objects(document, connector)]
        told = {problem.place for problem in found}
        yield from found
        # A type that can be asked has said by its settings which of them are secret, and takes none of those in clear.
        guess = name not in world.capabilities
        secrets = _secrets(document, connector.settings, guess=guess)
        yield from (problem for problem in secrets if problem.place not in told)


def _settings(world: World, document: Document, connector: ConnectorSetup) -> Iterator[Problem]:
    if connector.kind not in set(kinds()):
        yield document.problem(
            ("type",), f"unknown connector type '{connector.kind}'", suggest(connector.kind, kinds())
        )
        return
    try:
        kind = connector_class(connector.kind)
    except ConnectorError as error:
        # Not an error: the documents may be checked on a machine that never runs them.
        yield document.warning(("type",), error.message, error.advice)
        return
    try:
        settings = kind.model.model_validate(dict(connector.settings))
        with kind(connector.name, settings, connector.schema, world.setup.home) as ready:
            world.capabilities[connector.name] = ready.capabilities
        if connector.read_back and not world.capabilities[connector.name].fetch:
            message = f"a connector of type {connector.kind} cannot read single objects again"
            yield document.problem(("confirm",), message, "leave out `confirm`; the next import confirms")
        if connector.sign_in and not world.capabilities[connector.name].passwords:
            message = f"nobody can sign in with a password of a connector of type {connector.kind}"
            yield document.problem(("sign_in",), message, "leave out `sign_in`; directories can")
    except ValidationError as error:
        yield from explain(document, kind.model, error, ("settings",))
    except ConnectorError as error:
        yield document.problem(("settings",), error.message, error.advice)


def _objects(document: Document, connector: ConnectorSetup) -> Iterator[Problem]:
    for name, object_type in connector.schema.items():
        for attribute in object_type.attributes.values():
            if attribute.to and attribute.to not in connector.schema:
                path = ("objects", name, "attributes", attribute.name)
                yield document.problem(
                    path, f"unknown object '{attribute.to}'", suggest(attribute.to, connector.schema)
                )


def _secrets(
    document: Document, settings: Mapping[str, Any], path: tuple[str, ...] = ("settings",), *, guess: bool
) -> Iterator[Problem]:
    for key, value in settings.items():
        where = (*path, key)
        if isinstance(value, Mapping):
            yield from _secrets(document, value, where, guess=guess)
        elif isinstance(value, str) and (holds_secret(value) or (guess and value and looks_secret(key))):
            hint = f"write {PLACES}, and change the secret: it has been seen"
            yield document.problem(where, f"`{key}` holds a secret in clear", hint)
