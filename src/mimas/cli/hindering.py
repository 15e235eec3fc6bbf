"""``why-not``: the first condition that failed on the way to an account."""

from mimas.cli import trees
from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.printing import as_json, out
from mimas.runs.explaining.why_not import WhyNot, shown_as, why_not, why_not_object
from mimas.runs.telling import why_not as telling


def hinder(installation: Installation, type_: str, key: str, connector: str, *, json: bool) -> None:
    """Why there is no object there. Raises `CommandError` when nobody knows the key."""
    engine = installation.engine
    engine.setup_of(connector)
    try:
        found = [why_not(engine, number, connector) for number in find(installation, type_, key)]
    except CommandError as error:
        objects = shown_as(engine, key)
        if not objects:
            raise CommandError(
                f"{error} No system shows an object with that anchor or name either, as far as they have been imported."
            ) from None
        found = [why_not_object(engine, object_, connector) for object_ in objects]
    if json:
        as_json(found)
        return
    for number, one in enumerate(found):
        if number:
            out.print()
        _print(one)


def _print(one: WhyNot) -> None:
    for answer in one.answers:
        out.print(telling.said(one, answer), style="bold", markup=False)
        if answer.advice:
            out.print(f"  → {answer.advice}", style="dim", markup=False)
        if found := telling.trees(answer):
            out.print()
            trees.show(found)
    if objects := telling.objects(one):
        out.print()
        trees.show(objects)
