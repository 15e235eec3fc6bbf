"""Rule extensions: Python functions in the home's ``extensions`` folder. Trusted code, run as it is."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


class ExtensionError(Exception):
    """An extension cannot be loaded; the message says which and why."""


class Extensions:
    """Loads ``module:function`` from a home, each module once."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "extensions"
        self._modules: dict[str, ModuleType] = {}

    def __call__(self, name: str) -> object:
        """The function. Raises `ExtensionError`."""
        module, _, function = name.partition(":")
        found = getattr(self._module(module), function, None)
        if not callable(found):
            raise ExtensionError(f"{self.folder / module}.py has no function '{function}'")
        return found

    def _module(self, name: str) -> ModuleType:
        if name not in self._modules:
            path = self.folder / f"{name}.py"
            spec = spec_from_file_location(f"mimas_extension_{name}", path)
            if spec is None or spec.loader is None or not path.exists():
                raise ExtensionError(f"There is no file {path}")
            module = module_from_spec(spec)
            sys.modules[spec.name] = module
            try:
                spec.loader.exec_module(module)
            except Exception as error:
                raise ExtensionError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
            self._modules[name] = module
        return self._modules[name]
