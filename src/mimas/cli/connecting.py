"""The ``connector`` commands."""

from typing import Any

from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.connectors.contract import ConnectorError, Schema
from mimas.connectors.registry import connector_class, kinds


def types(*, json: bool) -> None:
    """Every kind, with its settings and their help texts."""
    described: dict[str, Any] = {}
    for kind in kinds():
        try:
            found = connector_class(kind)
        except ConnectorError as error:
            described[kind] = {"summary": f"{error.message} {error.advice}", "settings": {}}
            continue
        fields = {name: field.description or "" for name, field in found.model.model_fields.items()}
        described[kind] = {"summary": found.summary, "settings": fields}
    if json:
        as_json(described)
        return
    for kind, about in described.items():
        out.print(f"[bold]{kind}[/]: {about['summary']}")
        table(("  setting", ""), ((f"  {name}", text) for name, text in about["settings"].items()))
        out.print()


def listing(installation: Installation, *, json: bool) -> None:
    """The configured connectors."""
    setups = installation.engine.setup.connectors.values()
    if json:
        as_json([{"name": s.name, "type": s.kind, "objects": sorted(s.schema)} for s in setups])
    else:
        table(("name", "type", "objects"), ((s.name, s.kind, sorted(s.schema)) for s in setups))


def test(installation: Installation, name: str) -> None:
    """Reach a system."""
    with installation.engine.connector(name) as connector:
        out.print(f"{name}: {connector.test()}", markup=False)


def discover(installation: Installation, name: str, *, json: bool) -> None:
    """What a system has, as the ``objects`` of its document."""
    with installation.engine.connector(name) as connector:
        schema = connector.discover()
    if json:
        as_json(_plain(schema))
        return
    print("objects:")
    for type_, about in _plain(schema).items():
        print(f"  {type_}:")
        if about["anchor"]:
            print(f"    anchor: [{', '.join(about['anchor'])}]")
        print("    attributes:")
        for attribute, kind in about["attributes"].items():
            print(f"      {attribute}: {kind}")


def _plain(schema: Schema) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "anchor": list(type_.anchor),
            "attributes": {
                attribute.name: str(attribute.kind)
                + (f" to {attribute.to}" if attribute.to else "")
                + (", multivalued" if attribute.multivalued else "")
                for attribute in type_.attributes.values()
            },
        }
        for name, type_ in sorted(schema.items())
    }
