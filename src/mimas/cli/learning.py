"""The ``learned`` commands."""

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.store import learned


def listing(installation: Installation, *, json: bool) -> None:
    """How systems alter the values they are given."""
    store = installation.store
    with store.reading() as tx:
        found = [
            {
                "connector": store.name(connector),
                "type": store.name(type_),
                "attribute": store.name(attribute),
                "form": form,
                "example": example,
                "at": at,
            }
            for connector, type_, attribute, form, example, at in learned.everything(tx)
        ]
    if json:
        as_json(found)
    elif not found:
        out.print("Nothing has been learned: every system shows what it was given.")
    else:
        names = ("connector", "type", "attribute", "form")
        table((*names, "since"), ((*(one[name] for name in names), instant(one["at"])) for one in found))
        out.print("Such a value counts as confirmed. `mimas learned forget NAME ATTRIBUTE` revokes it.", markup=False)


def forget(installation: Installation, connector: str, attribute: str) -> None:
    """Values of this attribute are compared as they are again."""
    store = installation.store
    installation.engine.setup_of(connector)
    with store.database.alone(), store.transaction(durable=True) as tx:
        known = learned.forget(tx, store.symbol(connector), store.symbol(attribute))
    if not known:
        raise CommandError(f"Nothing was learned of {attribute} in {connector}. `mimas learned` lists what was.")
    out.print(f"{attribute} in {connector} is compared as it is again, from the next import on.", markup=False)
