"""``search``: resources by a filter."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, cell, out, table

if TYPE_CHECKING:
    from mimas.language.filters.explaining import Verdict
    from mimas.language.filters.tree import Filter
    from mimas.requests.viewing import Viewer
    from mimas.runs.telling.tree import Tree
    from mimas.store.database import Transaction

_MOST = 1_000_000
"""So many are counted."""


def search(
    installation: Installation,
    text: str,
    order: str | None,
    who: str | None,
    *,
    descending: bool,
    limit: int,
    json: bool,
) -> None:
    """The first of those whom a filter takes, as far as somebody may see them."""
    from mimas.store.filtering.finding import OrderError

    viewer = _viewer(installation, who)
    with installation.store.reading() as tx:
        wanted = _understood(installation, tx, text, viewer.actor)
        try:
            page = viewer.find(tx, wanted, order=order, descending=descending, limit=limit, now=datetime.now(UTC))
        except OrderError as error:
            raise CommandError(str(error)) from None
        views = {view.id: view for view in viewer.see(tx, page.ids)}
    found = [{"id": view.id, "type": view.type, "values": view.plain} for view in map(views.__getitem__, page.ids)]
    if json:
        as_json(found)
        return
    if found:
        table(("id", "type", "name", "keys"), (_row(installation, resource) for resource in found))
    more = f" (the first {limit:,}; --limit N shows more)" if page.next is not None else ""
    out.print(f"{len(found):,} found{more}", markup=False)


def _viewer(installation: Installation, who: str | None) -> "Viewer":
    from mimas.cli.finding import named
    from mimas.cli.requesting import requests_of
    from mimas.requests.viewing import Viewer

    actor = None if who is None else named(installation, who)
    return Viewer(installation.engine.store, requests_of(installation).policies, actor)


def count(installation: Installation, text: str, who: str | None, *, json: bool) -> None:
    """How many a filter takes, as far as somebody may see them."""
    from mimas.store.filtering import finding

    store, viewer = installation.engine.store, _viewer(installation, who)
    with store.reading() as tx:
        wanted = _understood(installation, tx, text, viewer.actor)
        readable = viewer.readable(tx)
        number, more = finding.count(tx, store, wanted, readable=readable, now=datetime.now(UTC), limit=_MOST)
    if json:
        as_json({"count": number, "more": more})
        return
    out.print(f"{'more than ' if more else ''}{number:,}", markup=False)


def explain(installation: Installation, text: str, resource: str, *, json: bool) -> None:
    """Each condition with its answer for one resource, and those that keep it out."""
    from mimas.cli import trees
    from mimas.cli.finding import named
    from mimas.language.filters import explaining
    from mimas.store.subjects import Subjects

    store = installation.engine.store
    number = named(installation, resource)
    with store.reading() as tx:
        wanted = _understood(installation, tx, text)
        found = Subjects(tx, store).load([number])
        if not found:
            raise CommandError(f"There is no resource {number}, or it has been deleted.")
        verdict = explaining.explain(wanted, found[0], datetime.now(UTC))
        outside = explaining.excluding(verdict)
    if json:
        as_json({"holds": verdict.holds, "excluding": [one.says for one in outside], "because": _told(verdict)})
        return
    trees.show([_tree(verdict, number)])
    if outside:
        out.print(f"\nNot taken because of: {'; '.join(one.says for one in outside)}", markup=False)


def _told(verdict: "Verdict") -> dict[str, Any]:
    told = {"of": verdict.of, "condition": verdict.says, "holds": verdict.holds, "saw": list(verdict.saw)}
    return told | ({"how": verdict.how, "parts": [_told(part) for part in verdict.parts]} if verdict.parts else {})


def _tree(verdict: "Verdict", of: int) -> "Tree":
    from mimas.runs.telling.tree import Tree

    head = "" if verdict.of == of else f"{verdict.of}: "
    saw = "" if verdict.parts else f"   ({cell(list(verdict.saw)) if verdict.saw else 'no value'})"
    sign, style = ("✓", "green") if verdict.holds else ("✗", "red")
    return Tree(f"{sign} {head}{verdict.says}{saw}", [_tree(part, verdict.of) for part in verdict.parts], style)


def _understood(installation: Installation, tx: "Transaction", text: str, actor: int | None = None) -> "Filter":
    """The filter, which fits the types that there are; ``%ObjectID%`` is whoever asks. Raises `CommandError`."""
    from mimas.language.errors import ExpressionError
    from mimas.language.filters.binding import understood
    from mimas.language.filters.variables import substitute
    from mimas.store.identifying import finder

    values = {} if actor is None else {"ObjectID": str(actor)}
    try:
        return understood(
            text,
            installation.engine.store.catalogue,
            finder(tx),
            lambda filter_: substitute(filter_, values, datetime.now(UTC)),
        )
    except ExpressionError as error:
        raise CommandError(str(error)) from None


def _row(installation: Installation, resource: Mapping[str, Any]) -> tuple[str, str, str, str]:
    from mimas.store.looking import title

    attributes = installation.engine.store.catalogue.get(resource["type"], {})
    indexed = sorted(name for name, attribute in attributes.items() if attribute.indexed)
    keys = (cell(resource["values"][name]) for name in indexed if resource["values"].get(name) is not None)
    return str(resource["id"]), resource["type"], title(resource["values"]), ", ".join(keys)
