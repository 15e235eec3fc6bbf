"""An attribute as documents have it: ``string, indexed``, or with keys where more is said of it."""

from collections.abc import Mapping
from typing import Any

from mimas.schema.attributes import Attribute, Kind

FLAGS = ("multivalued", "indexed", "secret", "required")
"""The words behind the type."""


def long(form: str | Mapping[str, Any]) -> dict[str, Any]:
    """The form with keys, of one that is right: ``{"type": "string", "indexed": True}``."""
    if not isinstance(form, str):
        return {"type": str(Kind.STRING), **form}
    kind, *flags = (part.strip() for part in form.split(","))
    kind, _, to = (part.strip() for part in kind.partition(" to "))
    return {"type": kind, **({"to": to} if to else {}), **dict.fromkeys(flags, True)}


def short(form: Mapping[str, Any]) -> str | dict[str, Any]:
    """The shortest form that means the same."""
    said = {key: value for key, value in form.items() if tells(value)}
    words = [f"{said['type']} to {said['to']}" if "to" in said else str(said["type"])]
    if said.keys() <= {"type", "to", *FLAGS} and "," not in words[0]:
        return ", ".join([*words, *(flag for flag in FLAGS if flag in said)])
    return said


def attribute(name: str, form: str | Mapping[str, Any]) -> Attribute:
    """The attribute that a form says, of one that is right."""
    said = long(form)
    label = said.get("label", {})
    return Attribute(
        name,
        Kind(said["type"]),
        bool(said.get("multivalued")),
        said.get("to"),
        bool(said.get("secret")),
        bool(said.get("required")),
        said.get("pattern", ""),
        said.get("minimum"),
        said.get("maximum"),
        {"en": label} if isinstance(label, str) else dict(label),
        bool(said.get("indexed")),
    )


def of(attribute: Attribute) -> dict[str, Any]:
    """The form with keys of an attribute."""
    limits = {"pattern": attribute.pattern, "minimum": attribute.minimum, "maximum": attribute.maximum}
    flags = {flag: getattr(attribute, flag) for flag in FLAGS}
    said = {"type": str(attribute.kind), "to": attribute.to, **flags, **limits, "label": dict(attribute.labels)}
    return {key: value for key, value in said.items() if tells(value)}


def tells(value: object) -> bool:
    """Whether a value says more than leaving it out does; a minimum of 0 does."""
    return value is not None and value is not False and value not in ("", {})
