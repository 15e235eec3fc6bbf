"""Mutation testing of `sync` and `language`: mutmut, taught what is particular here. `uvx nox -s mutants` runs it.

mutmut leaves out every function that is decorated, and so every function of the expression language, since copies of
it would be entered into the registry as well. Here the decorators stay with the function that chooses between the
original and its mutants.

It takes note of which test calls which function, and gives a mutant to those tests. A cached function is then seen by
the first test only, so caches are emptied before each test. What runs when modules are imported belongs to all tests,
and its mutants are given to a process that imports everything anew.
"""

import functools
import gc
import importlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from resource import RLIMIT_CPU, setrlimit
from time import process_time
from typing import Any, ClassVar

import libcst as cst
import pytest
from _pytest.config import _prepareconfig
from _pytest.runner import runtestprotocol
from mutmut import __main__ as mutmut
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.workers import isolation

OURS = ("mimas", "tests", "test_", "conftest")
"""What the names of our modules, and those of the tests, begin with."""

SLOW = ("mimas.language.expressions.parser", "mimas.language.filters.parser")
"""Modules with grammars, which are made once for all mutants of other modules."""

_skips = file_mutation.MutationVisitor._skip_node_and_children  # noqa: SLF001 - mutmut has no other door
_arranged = file_mutation.function_trampoline_arrangement


def _skips_but_for_decorated(self: file_mutation.MutationVisitor, node: cst.CSTNode) -> bool:
    return _skips(self, node.with_changes(decorators=()) if isinstance(node, cst.FunctionDef) else node)


def _arranged_with_one_decorated(
    function: cst.FunctionDef, mutants: Iterable[file_mutation.Mutation], class_name: str | None
) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[str]]:
    declarations, (first, *copies), assignments, names = _arranged(function, mutants, class_name)
    return declarations, [first, *(copy.with_changes(decorators=()) for copy in copies)], assignments, names


def caches(within: str = "mimas") -> list[Any]:
    """The cached functions of a package or module."""
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]  # noqa: SLF001
    return [one for one in found if f"{one.__module__}.".startswith(f"{within}.")]


class Fairness:
    """Whatever a test would call if it ran alone is counted as its own."""

    def __init__(self) -> None:
        self.imported: set[str] = set()
        self.caches: list[Any] = []

    def pytest_collection_finish(self) -> None:
        """Everything is imported."""
        self.imported = set(state()._stats)  # noqa: SLF001
        state()._stats.clear()  # noqa: SLF001
        self.caches = caches()

    def pytest_runtest_setup(self) -> None:
        """Before each test."""
        for cache in self.caches:
            cache.cache_clear()

    def pytest_sessionfinish(self) -> None:
        """What runs at import belongs to all tests."""
        for function in self.imported:
            state().tests_by_mangled_function_name[function] |= set(state().duration_by_test)


class Runner(PytestRunner):
    """Collects once; a mutant's process runs its tests, short ones first, of what is collected.

    What belongs to all tests is run as mutmut would, with everything imported anew. The processor time of a mutant is
    limited, not its time on the wall, so that a busy machine decides nothing.
    """

    items: ClassVar[dict[str, pytest.Item]] = {}

    def execute_pytest(self, params: list[str], **kwargs: Any) -> int:
        """Run pytest."""
        if os.environ["MUTANT_UNDER_TEST"] == "stats":
            kwargs["plugins"] = [*kwargs["plugins"], Fairness()]
        return super().execute_pytest(params, **kwargs)

    def warm_up(self) -> None:
        """Collect, in the process from which those of the mutants are forked."""
        with change_cwd("mutants"):
            options = ["--rootdir=.", "--capture=no", "--tb=native", *self._pytest_add_cli_args]
            config = _prepareconfig([*options, *self._pytest_add_cli_args_test_selection])
            config._do_configure()  # noqa: SLF001
            session = pytest.Session.from_config(config)
            config.hook.pytest_sessionstart(session=session)
            config.hook.pytest_collection(session=session)
        self.items.update({item.nodeid: item for item in session.items})
        for module in SLOW:
            importlib.import_module(module)._grammar()  # noqa: SLF001

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Run these tests against a mutant, until one fails."""
        durations = state().duration_by_test
        chosen = sorted(tests, key=lambda test: durations[test])
        if mutant_name:
            seconds = int(process_time()) + 10 + int(3 * sum(durations[test] for test in chosen))
            setrlimit(RLIMIT_CPU, (seconds, seconds + 1))
        if mutant_name is None or len(chosen) == len(durations):
            for name in [name for name in sys.modules if name.startswith(OURS)]:
                del sys.modules[name]
            return super().run_tests(mutant_name=mutant_name, tests=chosen)
        for cache in caches(mutant_name.rpartition(".")[0]):
            cache.cache_clear()
        with change_cwd("mutants"):
            items = [self.items[test] for test in chosen]
            for item, following in zip(items, [*items[1:], None], strict=True):
                if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                    return 1
        return 0


def score() -> None:
    """For each package: mutants, those that a test noticed, and the part of these."""
    counts: dict[str, Counter[str]] = {}
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        counts.setdefault(path.parts[2], Counter()).update(
            status_by_exit_code[code] for code in data.exit_code_by_key.values()
        )
    for package, found in counts.items():
        asked = found.total() - found["not checked"]
        noticed = found["killed"] + found["timeout"]
        print(f"{package}: {noticed} of {asked} ({noticed / max(asked, 1):.1%}); {dict(found)}")


if __name__ == "__main__":
    file_mutation.MutationVisitor._skip_node_and_children = _skips_but_for_decorated  # type: ignore[method-assign]  # noqa: SLF001
    file_mutation.function_trampoline_arrangement = _arranged_with_one_decorated
    isolation.PytestRunner = Runner  # type: ignore[misc]
    if sys.argv[1:2] == ["score"]:
        score()
    else:
        mutmut.cli()
