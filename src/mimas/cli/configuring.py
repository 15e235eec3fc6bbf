"""``check``, ``config apply``, ``config plan`` and ``config diff``."""

from collections.abc import Sequence
from pathlib import Path

from mimas.cli.differing import described, listed, print_alterations, reaches
from mimas.cli.failing import Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, errors, out
from mimas.configuration.apply import apply, drift, in_force
from mimas.configuration.build import build
from mimas.configuration.canonical import Change
from mimas.configuration.check import check
from mimas.configuration.checks.flows import EXTENSIONS
from mimas.configuration.differences import Alteration, compare
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.problem import errors as only_errors
from mimas.configuration.reach import Reach, reach
from mimas.configuration.reading import Document, read_folder
from mimas.configuration.sealed import check_sealed


def read_documents(installation: Installation, folder: Path | None = None) -> tuple[list[Document], list[Problem]]:
    """The documents of the home, or of another folder, and everything that can be said against them.

    Their functions are looked for in that folder when it has some, otherwise in the home, where they would run.
    """
    _, problems = installation.settings
    documents, wrong = read_folder(folder or installation.home)
    functions = folder if folder and (folder / EXTENSIONS).is_dir() else installation.home
    return documents, [*problems, *wrong, *check(functions, documents)]


def _sealed(installation: Installation, documents: Sequence[Document]) -> list[Problem]:
    return list(check_sealed(documents, installation.vault(documents), installation.database_file))


def check_home(installation: Installation, *, json: bool) -> int:
    """Check the folder and compare it with what is in force."""
    documents, problems = read_documents(installation)
    wrong = only_errors(problems)
    if not wrong:
        problems += _sealed(installation, documents)
    # What is in force is compared with documents that could be, and found where the settings say.
    store = None if wrong else installation.any_store
    changes = drift(store, documents) if store is not None and store.exists() else []
    if json:
        as_json({"problems": [_told(p) for p in problems], "drift": [_drifted(c) for c in changes]})
    else:
        print_problems(problems)
        if not wrong:
            out.print(f"{len(documents)} documents are in order.")
        if changes:
            out.print("They differ from what is in force. `mimas config apply` would make these changes:")
            out.print("\n".join(listed(changes)), markup=False)
            out.print("`mimas config plan` shows what is changed in each.")
    return Exit.FAILED if wrong else Exit.DRIFT if changes else Exit.DONE


def apply_home(installation: Installation) -> int:
    """Apply the folder when nothing is wrong with it."""
    documents, problems = read_documents(installation)
    print_problems([problem for problem in problems if problem.severity is not Severity.HINT])
    if only_errors(problems):
        errors.print("Nothing was applied: put these right first.", markup=False)
        return Exit.FAILED
    store = installation.any_store
    store.prepare()
    print_problems(_sealed(installation, documents))
    with store.database.alone():
        before = in_force(store)
        unfound: list[Problem] = []
        changes, far = apply(store, documents, installation.home, unfound.append)
    print_problems(unfound)
    if not changes:
        out.print(f"{len(documents)} documents are in force; nothing has changed.")
        return Exit.DONE
    print_alterations(compare(before, documents), documents)
    out.print(f"{len(documents)} documents are in force. {reaches(far)}".strip())
    return Exit.DONE


def plan(installation: Installation, folder: Path | None, *, json: bool) -> int:
    """Compare what is in force with a folder that could be applied."""
    documents, problems = read_documents(installation, folder)
    if wrong := only_errors(problems):
        return _refused(wrong, json=json)
    store = installation.any_store
    before = in_force(store) if store.exists() else []
    alterations = compare(before, documents)
    far = reach([one.change for one in alterations], before, documents)
    if json:
        looked_at = {
            "everything": far.everything,
            "objects": [list(place) for place in sorted(far.objects)],
            "resources": sorted(far.resources),
        }
        as_json({**described(alterations, documents), "reach": looked_at, "problems": list(map(_told, problems))})
        return _exit(alterations)
    print_problems([problem for problem in problems if problem.severity is not Severity.HINT])
    print_alterations(alterations, documents)
    if alterations:
        out.print(_next(far, installation.home if folder is None else folder, here=folder is None), markup=False)
    return _exit(alterations)


def compare_folders(one: Path, other: Path, *, json: bool) -> int:
    """Compare two folders, of which neither has to be a home or in force."""
    (before, wrong), (after, more) = (_read(folder) for folder in (one, other))
    if wrong or more:
        return _refused([*wrong, *more], json=json)
    alterations = compare(before, after)
    if json:
        as_json(described(alterations, after))
    else:
        print_alterations(alterations, after)
    return _exit(alterations)


def _next(far: Reach, folder: Path, *, here: bool) -> str:
    does = "`mimas config apply` puts this into force. " if here else ""
    data = f"`mimas plan --config {folder}` shows what becomes of people and groups."
    return f"\n{reaches(far) or 'The next sync has nothing to look at anew.'}\n{does}{data}"


def _read(folder: Path) -> tuple[list[Document], list[Problem]]:
    documents, problems = read_folder(folder)
    return documents, [*problems, *build(folder, documents)[1]]


def _refused(wrong: Sequence[Problem], *, json: bool) -> int:
    if json:
        as_json({"problems": [_told(problem) for problem in wrong]})
    else:
        print_problems(wrong)
        errors.print("Nothing was compared: put these right first.", markup=False)
    return Exit.FAILED


def _exit(alterations: Sequence[Alteration]) -> int:
    return Exit.DRIFT if alterations else Exit.DONE


_STYLES = {Severity.ERROR: "", Severity.WARNING: "yellow", Severity.HINT: "dim"}


def print_problems(problems: Sequence[Problem]) -> None:
    """A line each, coloured by how much it matters."""
    for problem in problems:
        errors.print(str(problem), style=_STYLES[problem.severity], markup=False)


def _told(problem: Problem) -> dict[str, str | int]:
    return {
        "severity": str(problem.severity),
        "file": problem.place.file,
        "line": problem.place.line,
        "document": problem.about,
        "message": problem.message,
        "hint": problem.hint,
    }


def _drifted(change: Change) -> dict[str, str]:
    return {"action": change.action, "kind": change.kind, "name": change.name}
