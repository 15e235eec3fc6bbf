"""The ``connector`` commands."""

import sys
from collections.abc import Sequence
from getpass import getpass
from typing import Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.connectors.contract import Connector, ConnectorError, Schema, Sought
from mimas.connectors.registry import connector_class, kinds, open_connector, suggestion
from mimas.schema.names import split


def types(*, json: bool) -> None:
    """Every kind, with its settings and their help texts."""
    described: dict[str, Any] = {}
    for kind in kinds():
        try:
            found = connector_class(kind)
        except ConnectorError as error:
            described[kind] = {"summary": f"{error.message} {error.advice}".strip(), "settings": {}}
            continue
        fields = {name: field.description or "" for name, field in found.model.model_fields.items()}
        described[kind] = {"summary": found.summary, "settings": fields}
    if json:
        as_json(described)
        return
    for kind, about in described.items():
        out.print(f"[bold]{kind}[/]: {about['summary']}")
        if about["settings"]:
            table(("  setting", ""), ((f"  {name}", text) for name, text in about["settings"].items()))
        out.print()


def listing(installation: Installation, *, json: bool) -> None:
    """The connectors in force."""
    setups = installation.engine.setup.connectors.values()
    if json:
        as_json([{"name": s.name, "type": s.kind, "objects": sorted(s.schema)} for s in setups])
    else:
        table(("name", "type", "objects"), ((s.name, s.kind, sorted(s.schema)) for s in setups))


def test(installation: Installation, name: str, *, json: bool) -> None:
    """Reach a system."""
    with _opened(installation, name) as connector:
        said = connector.test()
    if json:
        as_json({"connector": name, "said": said})
    else:
        out.print(f"{name}: {said}", markup=False)


def discover(installation: Installation, name: str, *, json: bool) -> None:
    """What a system has, as the ``objects`` of its document."""
    with _opened(installation, name) as connector:
        schema = connector.discover()
    if json:
        as_json(_plain(schema))
    else:
        print(_as_yaml(schema), end="")


def containers(installation: Installation, name: str, *, json: bool) -> None:
    """What could be chosen of a directory."""
    with _opened(installation, name) as connector:
        found = sorted(connector.containers(), key=lambda one: split(one.name)[::-1])
    if json:
        as_json([one._asdict() for one in found])
    else:
        table(("name", "guid"), found)


def set_password(installation: Installation, name: str, key: str) -> None:
    """Give an object a password that is typed, or stands in the first line of standard input."""
    with _opened(installation, name) as connector:
        capabilities = connector.capabilities
        if not capabilities.passwords:
            raise CommandError(f"Connector {name} cannot set passwords.")
        sought = Sought("", "", key) if capabilities.named else Sought("", key, None)
        connector.set_password(sought, _password(key))
    out.print(f"{name}: {key} has the new password", markup=False)


def _password(key: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass(f"New password of {key}: ")
    if getpass("Once more: ") != password:
        raise CommandError("These are two different passwords; nothing was set.")
    return password


def grade(subject: str, checks: Sequence[str], *, json: bool) -> int:
    """Try a connector against what it says that it can do; the exit code."""
    from mimas.connectors.testing import CHECKS, find
    from mimas.connectors.testing import grade as tried

    for name in checks:
        if name not in CHECKS:
            raise CommandError(f"There is no check '{name}'. {suggestion(name, CHECKS)}")
    # A check can take minutes, so each is told when it is over.
    report = tried(find(subject), checks, lambda outcome: None if json else print(outcome, flush=True))
    if json:
        as_json(report.json)
    else:
        print(f"\n{report.title}: {report.summary}")
    return Exit.FAILED if report.failed else Exit.DONE


def _opened(installation: Installation, name: str) -> Connector[Any]:
    """A connector as the documents of the folder say: it is looked at before they are put into force."""
    from mimas.configuration.build import ConfigurationError, build
    from mimas.configuration.problem import errors, suggest
    from mimas.configuration.reading import read_folder

    documents, unreadable = read_folder(installation.home)
    setup, wrong = build(installation.home, documents)
    found = setup.connectors.get(name)
    if found is None:
        # It may be in what cannot be read.
        if problems := errors([*unreadable, *(problem for problem in wrong if problem.about == name)]):
            raise ConfigurationError(problems)
        raise CommandError(f"There is no connector '{name}'; {suggest(name, setup.connectors)}".rstrip("; "))
    vault = installation.vault([document for document in documents if document.name == name])
    return open_connector(name, found.kind, found.settings, found.schema, installation.home, vault=vault)


def _as_yaml(schema: Schema) -> str:
    from mimas.configuration.canonical import as_yaml

    return as_yaml({"objects": _plain(schema)})


def _plain(schema: Schema) -> dict[str, dict[str, Any]]:
    return {
        name: ({"anchor": list(type_.anchor)} if type_.anchor else {})
        | {
            "attributes": {
                attribute.name: str(attribute.kind)
                + (f" to {attribute.to}" if attribute.to else "")
                + (", multivalued" if attribute.multivalued else "")
                for attribute in type_.attributes.values()
            },
        }
        for name, type_ in sorted(schema.items())
    }
