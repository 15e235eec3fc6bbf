"""Which resource is meant by what somebody types: ``person/ann``, ``Set/Administrators``, an id, or a filter."""

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.store import looking


def indexed(installation: Installation, type_: str) -> list[str]:
    """The attributes by which resources of a type are looked for. Raises `CommandError` for a type there is not."""
    from mimas.configuration.problem import suggest

    installation.engine  # noqa: B018 - opening it tells the store which types there are
    catalogue = installation.store.catalogue
    if type_ not in catalogue:
        raise CommandError(f"There is no object type '{type_}'; {suggest(type_, catalogue)}".rstrip("; "))
    return sorted(name for name, attribute in catalogue[type_].items() if attribute.indexed)


def one(installation: Installation, type_: str, key: str) -> int:
    """The only resource of a type that a key means: its id, or a value of an indexed attribute."""
    from mimas.language.keys import normal
    from mimas.store import naming
    from mimas.store.resources import alive

    names = indexed(installation, type_)
    store = installation.store
    found = looking.find(store, type_, key, names, normal(key))
    with store.reading() as tx:
        living = sorted(alive(tx, found) or alive(tx, list(naming.resources(tx, {(type_, key)}).values())))
    if len(living) == 1:
        return living[0]
    if living:
        several = ", ".join(map(str, living[:10]))
        raise CommandError(f"Several {type_} resources are called '{key}': {several}. Name one by its id.")
    raise CommandError(f"There is no {type_} '{key}'. It is looked for by id, {', '.join(names)}.")


def named(installation: Installation, text: str, type_: str | None = None) -> int:
    """The resource that is meant by ``TYPE/KEY``, by an id, or by a key of this type."""
    head, slash, key = text.partition("/")
    if slash and head:
        return one(installation, head, key)
    if text.isdigit() and type_ is None:
        return int(text)
    if type_ is None:
        raise CommandError(f"'{text}' does not say of which type: write it as person/ann, or its id.")
    return one(installation, type_, text)
