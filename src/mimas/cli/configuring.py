"""``check`` and ``config apply``."""

from collections.abc import Sequence

from mimas.cli.failing import Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, errors, out
from mimas.configuration.apply import apply, drift
from mimas.configuration.canonical import Change
from mimas.configuration.check import check
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.problem import errors as only_errors
from mimas.configuration.reach import Reach
from mimas.configuration.reading import Document, read_folder
from mimas.configuration.sealed import check_sealed


def read_home_folder(installation: Installation) -> tuple[list[Document], list[Problem]]:
    """The documents of the folder, and everything that can be said against them and the settings."""
    _, problems = installation.settings
    documents, wrong = read_folder(installation.home)
    return documents, [*problems, *wrong, *check(installation.home, documents)]


def _sealed(installation: Installation, documents: Sequence[Document]) -> list[Problem]:
    return list(check_sealed(documents, installation.vault(documents), installation.database_file))


def check_home(installation: Installation, *, json: bool) -> int:
    """Check the folder and compare it with what is in force."""
    documents, problems = read_home_folder(installation)
    wrong = only_errors(problems)
    if not wrong:
        problems += _sealed(installation, documents)
    # What is in force is compared with documents that could be, and found where the settings say.
    store = None if wrong else installation.any_store
    changes = drift(store, documents) if store is not None and store.exists() else []
    if json:
        as_json({"problems": [_told(p) for p in problems], "drift": [_described(c) for c in changes]})
    else:
        print_problems(problems)
        if not wrong:
            out.print(f"{len(documents)} documents are in order.")
        if changes:
            out.print("They differ from what is in force. `mimas config apply` would make these changes:")
            _print_changes(changes)
    return Exit.FAILED if wrong else Exit.DRIFT if changes else Exit.DONE


def apply_home(installation: Installation) -> int:
    """Apply the folder when nothing is wrong with it."""
    documents, problems = read_home_folder(installation)
    print_problems([problem for problem in problems if problem.severity is not Severity.HINT])
    if only_errors(problems):
        errors.print("Nothing was applied: put these right first.", markup=False)
        return Exit.FAILED
    store = installation.any_store
    store.prepare()
    print_problems(_sealed(installation, documents))
    with store.database.alone():
        changes, far = apply(store, documents)
    if not changes:
        out.print(f"{len(documents)} documents are in force; nothing has changed.")
        return Exit.DONE
    _print_changes(changes)
    out.print(f"{len(documents)} documents are in force. {_reaches(far)}".strip())
    return Exit.DONE


_STYLES = {Severity.ERROR: "", Severity.WARNING: "yellow", Severity.HINT: "dim"}


def _reaches(far: Reach) -> str:
    if far.everything:
        return "The next sync looks at everything anew."
    looked_at = [f"the {type_} objects of {connector}" for connector, type_ in sorted(far.objects)]
    looked_at += [f"what becomes of every {type_}" for type_ in sorted(far.resources)]
    return f"The next sync looks anew at {' and '.join(looked_at)}." if looked_at else ""


def print_problems(problems: Sequence[Problem]) -> None:
    """A line each, coloured by how much it matters."""
    for problem in problems:
        errors.print(str(problem), style=_STYLES[problem.severity], markup=False)


def _print_changes(changes: Sequence[Change]) -> None:
    signs = {"added": "+", "changed": "~", "removed": "-"}
    for change in changes:
        out.print(f"  {signs[change.action]} {change.kind} {change.name}", markup=False)


def _told(problem: Problem) -> dict[str, str | int]:
    return {
        "severity": str(problem.severity),
        "file": problem.place.file,
        "line": problem.place.line,
        "document": problem.about,
        "message": problem.message,
        "hint": problem.hint,
    }


def _described(change: Change) -> dict[str, str]:
    return {"action": change.action, "kind": change.kind, "name": change.name}
