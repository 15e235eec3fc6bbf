"""Mimas: keeps every person and group the same across HR, directories, databases and applications."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mimas.configuration.build import ConfigurationError as ConfigurationError
    from mimas.library import Mimas as Mimas

__version__ = "0.1.0"
__all__ = ["ConfigurationError", "Mimas"]


def __getattr__(name: str) -> Any:
    """What a program imports is loaded when it is asked for: `mimas --version` needs none of it."""
    if name == "Mimas":
        from mimas.library import Mimas

        return Mimas
    if name == "ConfigurationError":
        from mimas.configuration.build import ConfigurationError

        return ConfigurationError
    raise AttributeError(f"module 'mimas' has no attribute '{name}'")
