"""Mutation testing of `sync` and `language`: mutmut, taught what is particular here. `uvx nox -s mutants` runs it.

mutmut leaves out every function that is decorated, and so every function of the expression language, since copies of
it would be entered into the registry as well. Here the decorators stay with the function that chooses between the
original and its mutants.

It takes note of which test calls which function, and gives a mutant to those tests. A cached function is then seen by
the first test only, so caches are emptied before each test. What runs when modules are imported belongs to all tests of
its package, and its mutants are given to a process that imports the package anew.

Hypothesis takes the same examples each time, and does not look for the smallest that fails: one that does is enough.
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
from hypothesis import Phase, settings
from mutmut import __main__ as mutmut
from mutmut.mutation import file_mutation
from mutmut.mutation.data import SourceFileMutationData
from mutmut.runners.harness import BadTestExecutionCommandsException, PytestRunner
from mutmut.state import state
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files
from mutmut.workers import isolation

GRAMMARS = {"mimas.language.expressions.parser": "_grammar", "mimas.language.filters.grammar": "grammar"}
"""Modules with a grammar, and what makes it: once for all mutants of other modules, as it takes long."""

_skips = file_mutation.MutationVisitor._skip_node_and_children  # noqa: SLF001 - mutmut has no other door
_arranged = file_mutation.function_trampoline_arrangement


def _skips_but_for_decorated(self: file_mutation.MutationVisitor, node: cst.CSTNode) -> bool:
    return _skips(self, node.with_changes(decorators=()) if isinstance(node, cst.FunctionDef) else node)


def _arranged_with_one_decorated(
    function: cst.FunctionDef, mutants: Iterable[file_mutation.Mutation], class_name: str | None
) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[str]]:
    declarations, (first, *copies), assignments, names = _arranged(function, mutants, class_name)
    return declarations, [first, *(copy.with_changes(decorators=()) for copy in copies)], assignments, names


def caches() -> list[Any]:
    """All cached functions of ours."""
    gc.unfreeze()  # what the tests have taken out of its sight
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]  # noqa: SLF001
    return [one for one in found if one.__module__.startswith("mimas.")]


def make_grammars() -> None:
    """They are kept by the modules themselves."""
    for module, function in GRAMMARS.items():
        getattr(importlib.import_module(module), function)()


def package(name: str) -> str:
    """The package that a function or mutant is in, by its full name."""
    return name.split(".")[1]


def own_tests(name: str) -> set[str]:
    """The tests of the package of a function or mutant."""
    return {test for test in state().duration_by_test if test.startswith(f"tests/unit/{package(name)}/")}


class Fairness:
    """Whatever a test would call if it ran alone is counted as its own."""

    def __init__(self) -> None:
        self.imported: set[str] = set()
        self.caches: list[Any] = []

    def pytest_collection_finish(self) -> None:
        """Everything is imported, and the grammars are made."""
        make_grammars()
        self.imported = set(state()._stats)  # noqa: SLF001
        state()._stats.clear()  # noqa: SLF001
        self.caches = [cache for cache in caches() if cache.__name__ not in GRAMMARS.values()]

    def pytest_runtest_setup(self) -> None:
        """Before each test."""
        for cache in self.caches:
            cache.cache_clear()

    def pytest_sessionfinish(self) -> None:
        """What runs before there is a test belongs to all of its package."""
        for function in self.imported:
            state().tests_by_mangled_function_name[function] = own_tests(function)


class Runner(PytestRunner):
    """Collects once; a mutant's process runs its tests, short ones first, of what is collected.

    What runs at import is given to pytest as a whole, as mutmut would, but with the package imported anew. It is the
    processor time of a mutant that is limited, so that a busy machine decides nothing.
    """

    items: ClassVar[dict[str, pytest.Item]] = {}
    caches: ClassVar[list[Any]] = []

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
        self.caches.extend(caches())
        make_grammars()
        gc.freeze()  # what a process does not look through it need not copy

    def run_tests(self, *, mutant_name: str | None, tests: Iterable[str]) -> int:
        """Run these tests against a mutant, until one fails."""
        durations = state().duration_by_test
        chosen = sorted(tests, key=lambda test: durations[test])
        if mutant_name is None:
            return super().run_tests(mutant_name=None, tests=chosen)
        seconds = int(process_time()) + 10 + int(3 * sum(durations[test] for test in chosen))
        setrlimit(RLIMIT_CPU, (seconds, seconds + 1))
        return int(self._noticed(mutant_name, chosen))

    def _noticed(self, mutant: str, tests: list[str]) -> bool:
        module = mutant.rpartition(".")[0]
        if module not in GRAMMARS and set(tests) == own_tests(mutant):
            return self._noticed_anew(mutant, tests)
        for cache in self.caches:
            if cache.__module__ == module:
                cache.cache_clear()
        with change_cwd("mutants"):
            items = [self.items[test] for test in tests]
            return any(
                report.failed
                for item, following in zip(items, [*items[1:], None], strict=True)
                for report in runtestprotocol(item, log=False, nextitem=following)
            )

    def _noticed_anew(self, mutant: str, tests: list[str]) -> bool:
        """With the package imported anew, file by file: most of these mutants break what nearly every test needs."""
        for name in [name for name in sys.modules if name.startswith((f"mimas.{package(mutant)}", "test"))]:
            del sys.modules[name]
        seconds: Counter[str] = Counter()
        for test in tests:
            seconds[test.partition("::")[0]] += state().duration_by_test[test]
        try:
            for file in sorted(seconds, key=lambda file: seconds[file]):
                if super().run_tests(mutant_name=mutant, tests=[file]) != pytest.ExitCode.OK:
                    return True
        except BadTestExecutionCommandsException:
            return True  # nothing could be imported
        return False


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
    settings.register_profile("mutants", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
    settings.load_profile("mutants")
    file_mutation.MutationVisitor._skip_node_and_children = _skips_but_for_decorated  # type: ignore[method-assign]  # noqa: SLF001
    file_mutation.function_trampoline_arrangement = _arranged_with_one_decorated
    isolation.PytestRunner = Runner  # type: ignore[misc]
    if sys.argv[1:2] == ["score"]:
        score()
    else:
        mutmut.cli()
