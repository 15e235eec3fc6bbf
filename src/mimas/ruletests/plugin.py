"""The plugin of pytest: it collects the rule tests of a home, wherever pytest is pointed at one.

pytest loads it for everybody who has Mimas installed, so it costs nothing until there is a rule test.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mimas.ruletests.case import Case
    from mimas.ruletests.suite import Result, Suite

_SUITES: "pytest.StashKey[dict[Path, Suite]]" = pytest.StashKey()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "RuleTestFile | None":
    """Files of YAML in the folder ``tests`` of a home."""
    if file_path.suffix not in (".yaml", ".yml") or _home(file_path) is None:
        return None
    return RuleTestFile.from_parent(parent, path=file_path)


def _home(file: Path) -> Path | None:
    folders = [folder for folder in file.parents if folder.name == "tests"]
    return next((folder.parent for folder in folders if (folder.parent / "mimas.toml").is_file()), None)


class RuleTestFile(pytest.File):
    """The rule tests of one file."""

    def collect(self) -> "Iterator[RuleTestItem]":
        """Each is an item; what is wrong with the file, or with the documents of the home, is told as it is there."""
        from mimas.configuration.build import ConfigurationError
        from mimas.runs.extensions import ExtensionError

        try:
            suite = self._suite()
            cases = suite.read([self.path])
        except (ConfigurationError, ExtensionError) as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield RuleTestItem.from_parent(self, name=case.name, suite=suite, case=case)

    def _suite(self) -> "Suite":
        """The one of the home: its rules are compiled once a session."""
        from mimas.ruletests.suite import Suite

        home = _home(self.path)
        assert home is not None
        suites = self.config.stash.setdefault(_SUITES, {})
        if home not in suites:
            suites[home] = Suite(home)
        return suites[home]


class DiffersError(Exception):
    """A rule test did not end as expected."""

    def __init__(self, result: "Result") -> None:
        super().__init__(result.case.name)
        self.result = result


class RuleTestItem(pytest.Item):
    """One rule test."""

    def __init__(self, *, suite: "Suite", case: "Case", **options: Any) -> None:
        super().__init__(**options)
        self.suite = suite
        self.case = case

    def runtest(self) -> None:
        """Run it. Raises `DiffersError`."""
        result = self.suite.run(self.case)
        if not result.passed:
            raise DiffersError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differs, as `mimas test` tells it."""
        if not isinstance(excinfo.value, DiffersError):
            return super().repr_failure(excinfo, style)
        from mimas.ruletests.report import explained, summary

        result = excinfo.value.result
        return "\n".join([summary(result), *explained(result)])

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self.case.place.line - 1, self.name
