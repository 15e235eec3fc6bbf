"""The subject that a person names at the prompt."""

import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from mimas.connectors.contract import ConnectorError
from mimas.connectors.registry import suggestion
from mimas.connectors.testing.grading import Maker

GROUP = "mimas.connectors.testing"
"""The group of entry points by which a package names its subjects."""


def find(name: str) -> Maker:
    """The subject of an entry point, or of ``module:attribute``, looked for in the current folder too.

    Raises `ConnectorError`.
    """
    known = {point.name: point for point in entry_points(group=GROUP)}
    if ":" in name:
        sys.path.insert(0, str(Path.cwd()))
        point = EntryPoint(name, name, GROUP)
    elif name in known:
        point = known[name]
    else:
        advice = suggestion(name, known) if known else "No installed package has one."
        raise ConnectorError(f"There is no subject '{name}'.", f"{advice} Or write it as module:attribute.")
    try:
        found: Maker = point.load()
    except (ImportError, AttributeError) as error:
        raise ConnectorError(f"The subject '{name}' cannot be imported: {error}.", "Check its spelling.") from error
    return found
