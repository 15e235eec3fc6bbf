"""The commands ``policy list`` and ``policy add``."""

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import out, table

FOLDER = "documents/policy"


def listing(installation: Installation) -> None:
    """The bundles of policy that ship, and which of them this home has."""
    from mimas.configuration.bundles import NAMES, about

    there = {name for name in NAMES if (installation.home / FOLDER / f"{name}.yaml").exists()}
    table(("bundle", "here", "what it lets people do"), ((n, "yes" if n in there else "", about(n)) for n in NAMES))
    out.print("\n`mimas policy add BUNDLE` writes one into this home, and `mimas config apply` puts it into force.")


def add(installation: Installation, name: str, person: str, group: str, attributes: str) -> None:
    """Write a bundle into the home's documents."""
    from mimas.configuration.bundles import NAMES, BundleError, Fit, chosen, written
    from mimas.configuration.problem import suggest
    from mimas.requests.owners import owners

    if name not in NAMES:
        raise CommandError(f"There is no bundle '{name}'; {suggest(name, NAMES)}".rstrip("; "))
    setup = installation.engine.setup
    some = tuple(part.strip() for part in attributes.split(",") if part.strip())
    fit = Fit(setup, owners(setup.rules), person, group, some)
    try:
        texts = {one: written(one, fit) for one in chosen([name])}
    except BundleError as error:
        raise CommandError(str(error)) from None
    folder = installation.home / FOLDER
    if (folder / f"{name}.yaml").exists():
        raise CommandError(f"{FOLDER}/{name}.yaml is there already: change it as you like, and apply it.")
    folder.mkdir(parents=True, exist_ok=True)
    for one, text in texts.items():
        path = folder / f"{one}.yaml"
        if not path.exists():
            path.write_text(text, "utf-8")
            out.print(f"{FOLDER}/{one}.yaml was written.", markup=False)
    out.print("Read it, change it as you like, and put it into force: `mimas config apply`.")
