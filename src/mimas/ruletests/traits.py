"""What the connected system of each connector is like, as far as its rules notice: names, anchors, references."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from mimas.connectors.contract import Capabilities, ConnectorError
from mimas.connectors.registry import connector_class
from mimas.runs.setup import ConnectorSetup, Setup
from mimas.schema.attributes import NAME
from mimas.sync.rules import Direction


@dataclass(frozen=True, slots=True)
class Traits:
    """See `Capabilities`, of which these are a part."""

    named: bool
    references: Literal["anchor", "name"]
    whole_references: bool = False


def traits(setup: Setup) -> Mapping[str, Traits]:
    """Connector → what its system is like: as its type says, which is asked without opening anything."""
    return {name: _traits(setup, connector) for name, connector in setup.connectors.items()}


def _traits(setup: Setup, connector: ConnectorSetup) -> Traits:
    try:
        kind = connector_class(connector.kind)
        settings = kind.model.model_validate(dict(connector.settings))
        with kind(connector.name, settings, connector.schema, setup.home) as ready:
            able: Capabilities = ready.capabilities
    except (ConnectorError, ValidationError):
        # The type may not be installed where tests are run: its rules say whether they give names.
        named = any(
            rule.connector == connector.name and any(flow.target == NAME for flow in rule.flows)
            for rule in setup.rules.rules
            if rule.direction is Direction.OUTBOUND
        ) or not all(type_.anchor for type_ in connector.schema.values())
        return Traits(named, "name" if named else "anchor")
    return Traits(able.named, able.references, able.whole_references)
