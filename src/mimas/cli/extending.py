"""``mimas schema``: the types there are, and giving one of them another attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

from mimas.cli.configuring import print_problems
from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, errors, out, table
from mimas.configuration.apply import apply, drift, in_force
from mimas.configuration.canonical import one_line
from mimas.configuration.check import check
from mimas.configuration.editing import save
from mimas.configuration.extending import ExtensionError, extend, grants
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.problem import errors as only_errors
from mimas.configuration.reading import Document, read_folder
from mimas.requests.amending import OBJECT_TYPE
from mimas.requests.owners import owners
from mimas.requests.policy import RULE
from mimas.requests.schema import label
from mimas.requests.validation import COMPUTED
from mimas.schema import forms
from mimas.schema.system import RUNTIME, SYSTEM

_NAMED = 2
"""How many policy rules a line of a table names."""


def listing(installation: Installation, *, json: bool) -> None:
    """Every type."""
    types = installation.engine.setup.catalogue
    places = {one.name: str(one.place) for one in installation.documents if one.kind == OBJECT_TYPE}
    rows: list[dict[str, Any]] = [
        {"type": name, "attributes": len(types[name]), "system": name in SYSTEM, "document": places.get(name, "")}
        for name in sorted(types, key=lambda name: (name in SYSTEM, name))
    ]
    if json:
        as_json(rows)
        return
    shown = []
    for name in (one["type"] for one in rows):
        sources = ("Mimas itself" if name in SYSTEM else "", places.get(name, ""))
        shown.append((name, len(types[name]), " and ".join(filter(None, sources))))
    table(("type", "attributes", "from"), shown)


def show(installation: Installation, type_: str, *, json: bool) -> None:
    """The attributes of a type."""
    setup = installation.engine.setup
    if type_ not in setup.catalogue:
        raise CommandError(f"There is no type '{type_}'; {suggest(type_, setup.catalogue)}".rstrip("; "))
    owned = owners(setup.rules).get(type_, {})
    rows: list[dict[str, Any]] = []
    for name, attribute in setup.catalogue[type_].items():
        form = forms.of(attribute)
        limits = {key: form.pop(key) for key in ("pattern", "minimum", "maximum") if key in form}
        form.pop("label", None)
        computed = name in COMPUTED or type_ in RUNTIME
        rows.append(
            {
                "attribute": name,
                "form": one_line(forms.short(form)),
                "limits": limits,
                "label": label(attribute) if attribute.labels else "",
                "written by": "Mimas" if computed else f"sync rule {owned[name]}" if name in owned else "requests",
                "granted by": [one.name for one in installation.documents if grants(one, name)],
            }
        )
    if json:
        as_json(rows)
        return
    columns = {
        "attribute": [one["attribute"] for one in rows],
        "type": [one["form"] for one in rows],
        "label": [one["label"] for one in rows],
        "limits": [", ".join(f"{key} {value}" for key, value in one["limits"].items()) for one in rows],
        "written by": [one["written by"] for one in rows],
        "in the rules": [_some(one["granted by"]) for one in rows],
    }
    told = {name: cells for name, cells in columns.items() if any(cells)}
    table(told, zip(*told.values(), strict=True))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def part(kind: str, said: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """The form of an attribute as it was typed. Raises `CommandError`."""
    texts = {}
    for given in labels:
        language, sign, text = given.partition("=")
        if not (sign and text):
            raise CommandError(f"'{given}' is no label: write it as en=Floor.")
        texts[language] = text
    only = texts["en"] if list(texts) == ["en"] else texts
    return {**forms.long(kind), **{key: value for key, value in said.items() if forms.tells(value)}} | (
        {"label": only} if only else {}
    )


def add(installation: Installation, type_: str, name: str, form: Mapping[str, Any], like: str | None) -> int:
    """Add an attribute to a type, in the documents of the home and in force."""
    folder, problems = read_folder(installation.home)
    if wrong := only_errors(problems):
        print_problems(wrong)
        raise CommandError("Nothing was added: put these right first.", Exit.FAILED)
    store, before = installation.store, in_force(installation.store)
    drifted = drift(store, folder)
    catalogue = installation.engine.setup.catalogue
    try:
        in_files = extend(folder, catalogue, type_, name, form, like)
        now = extend(before, catalogue, type_, name, form, like)
    except ExtensionError as error:
        raise CommandError(str(error)) from None
    for documents in (_with(folder, in_files), _with(before, now)):
        if wrong := only_errors(check(installation.home, documents)):
            print_problems(wrong)
            errors.print("Nothing was added.", markup=False)
            return Exit.FAILED
    unfound: list[Problem] = []
    with store.database.alone():
        apply(store, _with(before, now), installation.home, unfound.append)
    known = {(one.kind, one.name): one for one in folder}
    files = [(one, save(installation.home, known.get((one.kind, one.name)), one)) for one in in_files]
    _tell(installation, type_, name, form, like, files)
    if drifted:
        out.print("The folder differs in other things from what is in force, as before: `mimas config plan`.")
    return Exit.DONE


def _with(documents: Sequence[Document], changed: Sequence[Document]) -> list[Document]:
    new = {(one.kind, one.name): one for one in changed}
    there = {(one.kind, one.name) for one in documents}
    return [new.get((one.kind, one.name), one) for one in documents] + [
        one for key, one in new.items() if key not in there
    ]


def _tell(
    installation: Installation,
    type_: str,
    name: str,
    form: Mapping[str, Any],
    like: str | None,
    files: Sequence[tuple[Document, Any]],
) -> None:
    """What was done, and what remains."""
    where = {path.relative_to(installation.home).as_posix() for _, path in files}
    out.print(f"{type_} has {name}: {one_line(forms.short(form))}. It is in force.", markup=False)
    out.print(f"Written to {', '.join(sorted(where))}.", markup=False)
    rules = [one for one, _ in files if one.kind == RULE]
    for rule in rules:
        out.print(f"  + {rule.name}", markup=False)
    if rules:
        out.print(f"Whoever may do something with {like} by these rules may do it with {name}.", markup=False)
    policy = [one for one in in_force(installation.store) if one.kind == RULE]
    others = [one.name for one in policy if grants(one, name) and one.name not in {rule.name for rule in rules}]
    if others:
        out.print(f"Rules about all attributes are about it too: {_some(others)}.", markup=False)
    if policy and not rules and not others:
        out.print("No policy rule speaks of it yet, so no user may read or write it: name it in an ActionParameter,")
        out.print("or add it with --like OTHER, beside an attribute that people may use already.")
    out.print("Filters and sets can ask for it. A connected system gives or gets it by a flow of a sync rule.")
