"""Files as csexport and mvexport are documented to write them. Hand-made: files of a real server were not to be had."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import UUID, uuid5
from xml.sax.saxutils import escape, quoteattr

from tests.world import World

_SPACE = UUID("7a1f3c52-0d4e-4b8e-9c11-5f0d6f1b2a90")


def guid(text: str) -> str:
    """A GUID that is the same for the same text, as the old products write it."""
    return "{" + str(uuid5(_SPACE, text)).upper() + "}"


def object_guid(text: str) -> str:
    """The same as an anchor of Active Directory, as Mimas has it."""
    return str(uuid5(_SPACE, text))


def space(
    name: str,
    resource: str = "",
    *,
    agent: str = "hr",
    lineage: str = "join-rules",
    state: str = "normal",
    object_type: str = "person",
    anchor: bytes = b"",
    shown: Mapping[str, str] | None = None,
    operation: str = "",
    link: bool | None = None,
    agent_id: str = "",
) -> str:
    """One cs-object; ``resource``: a text that stands for its metaverse object."""
    values = "".join(
        f"<attr name={quoteattr(key)} type='string'><value>{escape(value)}</value></attr>"
        for key, value in (shown or {}).items()
    )
    bytes_ = f"<anchor encoding='base64'>{base64.b64encode(anchor).decode()}</anchor>" if anchor else ""
    linked = bool(resource) if link is None else link
    return (
        f"<cs-object cs-dn={quoteattr(name)} id='{guid(agent + name)}' object-type='{object_type}'>"
        + (f"<unapplied-export><delta operation='{operation}'/></unapplied-export>" if operation else "")
        + f"<synchronized-hologram><entry dn={quoteattr(name)}>{bytes_}"
        f"<primary-objectclass>{object_type}</primary-objectclass>{values}</entry></synchronized-hologram>"
        f"<ma-id>{agent_id or guid(agent)}</ma-id>"
        + (f"<ma-name>{escape(agent)}</ma-name>" if agent else "")
        + f"<connector>{int(linked)}</connector><connector-state>{state}</connector-state>"
        + (f"<mv-link lineage-type='{lineage}'>{guid(resource)}</mv-link>" if resource else "")
        + "</cs-object>"
    )


def mv(resource: str, type_: str, values: Mapping[str, str] | None = None, ties: Iterable[tuple[str, str]] = ()) -> str:
    """One mv-object; ``ties``: (agent, name) of the objects that are linked to it."""
    attributes = "".join(
        f"<attr name={quoteattr(key)} type='string'><value>{escape(value)}</value></attr>"
        for key, value in (values or {}).items()
    )
    links = "".join(
        f"<cs-mv-value lineage-type='join-rules'><cs-dn>{escape(name)}</cs-dn><cs-guid>{guid(agent + name)}</cs-guid>"
        f"<ma-name>{agent}</ma-name><ma-guid>{guid(agent)}</ma-guid></cs-mv-value>"
        for agent, name in ties
    )
    return (
        f"<mv-object id='{guid(resource)}'><entry dn='{guid(resource)}'>"
        f"<primary-objectclass>{type_}</primary-objectclass>{attributes}</entry>"
        f"<cs-mv-links>{links}</cs-mv-links></mv-object>"
    )


def write(world: World, file: str, *objects: str) -> Path:
    """A file of them."""
    path = world.folder / file
    tag = "mv-objects" if objects and objects[0].startswith("<mv-") else "cs-objects"
    path.write_text(f"<?xml version='1.0' encoding='utf-8'?><{tag}>{''.join(objects)}</{tag}>", encoding="utf-8")
    return path
