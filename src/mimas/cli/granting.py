"""The commands ``grant``, ``grants`` and ``revoke``."""

from collections.abc import Iterator
from contextlib import contextmanager

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation, person
from mimas.cli.looking import find
from mimas.cli.moments import moment
from mimas.cli.printing import as_json, instant, out, table
from mimas.store import grants, looking


def grant(
    installation: Installation,
    type_: str,
    key: str,
    attribute: str,
    target: str,
    *,
    begins: str | None,
    until: str | None,
    reason: str,
) -> None:
    """Let a resource refer to another one for a time."""
    from mimas.runs import granting

    symbols = installation.engine.symbols
    resource = _one(installation, type_, key)
    with _told():
        to = granting.attribute_of(symbols, type_, attribute).to
        if to is None:
            raise CommandError(f"'{attribute}' does not say what it refers to: write `reference to TYPE` in {type_}.")
        other = _one(installation, to, target)
        span = (
            None if begins is None else moment(begins),
            None if until is None else moment(until, last=True),
        )
        with installation.store.database.alone():
            number = granting.grant(
                symbols, resource, attribute, other, *span, reason, person(), installation.engine.clock()
            )
    out.print(
        f"grant {number}: {_name(installation, other)} in {attribute} of {_name(installation, resource)}, "
        f"{_span(begins, until)}. The next sync makes it so.",
        markup=False,
    )


def revoke(installation: Installation, number: int) -> None:
    """End a grant."""
    from mimas.runs import granting

    with _told(), installation.store.database.alone(), installation.doing(f"grant {number} ended"):
        granting.revoke(installation.engine.symbols, number, installation.engine.clock())
    out.print(f"Grant {number} has ended. The next sync takes the value back.", markup=False)


def listing(installation: Installation, *, json: bool) -> None:
    """The grants that have not ended."""
    store = installation.store
    with store.reading() as tx:
        found = grants.listed(tx, installation.engine.clock())
    described = [
        {
            "id": one.id,
            "resource": one.resource,
            "name": _name(installation, one.resource),
            "attribute": store.name(one.attribute),
            "target": one.target,
            "target-name": _name(installation, one.target),
            "from": None if one.begins == grants.ALWAYS else one.begins,
            "until": None if one.ends == grants.FOREVER else one.ends,
            "reason": one.reason,
            "grantor": one.grantor,
            "at": one.at,
        }
        for one in found
    ]
    if json:
        as_json(described)
    elif not described:
        out.print("Nothing is granted.")
    else:
        table(
            ("grant", "to", "attribute", "value", "from", "until", "reason", "by"),
            (
                (
                    g["id"],
                    g["name"],
                    g["attribute"],
                    g["target-name"],
                    _shown(g["from"]),
                    _shown(g["until"]),
                    g["reason"],
                    g["grantor"],
                )
                for g in described
            ),
        )


def _shown(at: object) -> str:
    return instant(str(at)) if at else ""


def _one(installation: Installation, type_: str, key: str) -> int:
    numbers = find(installation, type_, key)
    if len(numbers) > 1:
        raise CommandError(f"{len(numbers)} resources are {type_} '{key}': {numbers}. Name one by its id.")
    return numbers[0]


def _name(installation: Installation, resource: int) -> str:
    return looking.title(looking.show(installation.store, resource)["values"])


def _span(begins: str | None, until: str | None) -> str:
    return " ".join([f"from {begins}" if begins else "from now", f"until {until}" if until else "without an end"])


@contextmanager
def _told() -> Iterator[None]:
    from mimas.runs.granting import GrantError

    try:
        yield
    except GrantError as error:
        raise CommandError(str(error)) from None
