"""``check`` and ``config apply``."""

from collections.abc import Sequence

from mimas.cli.failing import Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, errors, out
from mimas.configuration.apply import apply, drift
from mimas.configuration.canonical import Change
from mimas.configuration.check import check
from mimas.configuration.home import read_home
from mimas.configuration.problem import Problem
from mimas.configuration.problem import errors as only_errors
from mimas.configuration.reading import Document, read_folder
from mimas.store.store import Store


def _read(installation: Installation) -> tuple[list[Document], list[Problem]]:
    _, problems = read_home(installation.home)
    documents, wrong = read_folder(installation.home)
    return documents, [*problems, *wrong, *check(installation.home, documents)]


def check_home(installation: Installation, *, json: bool) -> int:
    """Check the folder and compare it with what is in force."""
    documents, problems = _read(installation)
    store = Store(installation.database)
    changes = drift(store, documents) if store.exists() else []
    wrong = only_errors(problems)
    if json:
        as_json({"problems": [str(p) for p in problems], "drift": [_described(c) for c in changes]})
    else:
        _print_problems(problems)
        if not wrong:
            out.print(f"{len(documents)} documents are in order.")
        if changes:
            out.print(f"They differ from what is in force in {len(changes)} documents; `mimas config apply` applies:")
            _print_changes(changes)
    return Exit.FAILED if wrong else Exit.DRIFT if changes else Exit.DONE


def apply_home(installation: Installation) -> int:
    """Apply the folder when nothing is wrong with it."""
    documents, problems = _read(installation)
    _print_problems(problems)
    if only_errors(problems):
        errors.print("Nothing was applied: put these right first.", markup=False)
        return Exit.FAILED
    store = Store(installation.database)
    if not store.exists():
        store.migrate()
    changes = apply(store, documents)
    if not changes:
        out.print(f"{len(documents)} documents are in force; nothing has changed.")
        return Exit.DONE
    _print_changes(changes)
    out.print(f"{len(documents)} documents are in force. The next sync looks at everything anew.")
    return Exit.DONE


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        errors.print(str(problem), markup=False)


def _print_changes(changes: Sequence[Change]) -> None:
    signs = {"added": "+", "changed": "~", "removed": "-"}
    for change in changes:
        out.print(f"  {signs[change.action]} {change.kind} {change.name}", markup=False)


def _described(change: Change) -> dict[str, str]:
    return {"action": change.action, "kind": change.kind, "name": change.name}
