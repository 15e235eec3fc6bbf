"""The mapping within a flow: where its value comes from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mimas.configuration.secret import looks_secret
from mimas.language.coercion import as_binary, as_date
from mimas.language.errors import FlowError
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync.views import Found, misfit
from mimas.migrate.sync.wording import bracketed
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

PORTAL = "sync-rule-mapping"
_KNOWN = ("direct-mapping", "constant-mapping", "dn-part-mapping", "scripted-mapping")
_EMPTIED = "a reference that is emptied is emptied there, too; the old product left it"
_IN_CLEAR = "a secret in clear stood here, which is written nowhere: let a function give one"
_STUB = "a Python function is to be written"


class Source(Protocol):
    """What a flow reads."""

    def read(self, name: str, *, intrinsic: bool = False) -> Found | None:
        """An attribute."""

    def part(self, number: int) -> Found | None:
        """A part of a name."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a flow comes from, as documents say it; without a ``form`` it cannot be carried."""

    form: Any = None
    outcome: Outcome = Outcome.CARRIED
    note: str = ""


Script = Callable[[str, list[str], Element], str]
"""Given what the old product told its calls apart by, the inputs and the flow: how documents name the function."""


def account(flow: Element, origin_: Origin) -> None:
    """Say of a flow what became of it. What is written, if only as a function to be, holds all that stood within."""
    if origin_.form is not None:
        flow.mark(origin_.outcome, origin_.note)
        flow.whole(Outcome.CARRIED)
    else:
        flow.whole(origin_.outcome, origin_.note)


def mapping_of(flow: Element, *more: str) -> Element | None:
    """The mapping within a flow, or within a condition of a join."""
    return next(iter(flow.all(*_KNOWN, *more)), None)


def origin(flow: Element, source: Source, target: Attribute, script: Script, *, keeps: bool = False) -> Origin:
    """Where a flow takes its value from. ``keeps``: it leaves the value of before where it has none."""
    mapping = mapping_of(flow)
    if mapping is None:
        return Origin(None, Outcome.PERSON, "a mapping of a kind that is not known")
    match mapping.tag:
        case "direct-mapping":
            return _direct(mapping, source, target, keeps=keeps)
        case "constant-mapping":
            return _constant(mapping, target)
        case "dn-part-mapping":
            return _part(mapping, source, target)
    return _scripted(flow, mapping, target, script, keeps=keeps)


def inputs_of(mapping: Element) -> list[str]:
    """The attributes that a mapping names."""
    return [f"<{one.text}>" if is_intrinsic(one) else one.text for one in mapping.all("src-attribute") if one.text]


def is_intrinsic(element: Element) -> bool:
    """Whether what is named is no attribute but something that every object has."""
    return "true" in (element.attributes.get("intrinsic"), element.attributes.get("intrinsic-attribute"))


def _direct(mapping: Element, source: Source, target: Attribute, *, keeps: bool) -> Origin:
    named = mapping.first("src-attribute")
    found = source.read(named.text, intrinsic=is_intrinsic(named)) if named is not None and named.text else None
    if named is None or found is None:
        return Origin(None, Outcome.PERSON, f"there is nothing like {named.text if named else 'nothing'} to read")
    if wrong := misfit(found.attribute, target):
        return Origin(None, Outcome.PERSON, wrong)
    if not keeps or target.secret or not isinstance(found.form, str):
        return Origin(found.form)
    if target.kind is Kind.REFERENCE:
        return Origin(found.form, Outcome.DIFFERENT, _EMPTIED)
    text = bracketed(found.form)
    if text is None or found.form.startswith("="):
        return Origin(found.form, Outcome.DIFFERENT, _EMPTIED.replace("a reference", "a value"))
    return Origin(f"=IIF(IsPresent({text}), {text}, IgnoreThisFlow)")


def _constant(mapping: Element, target: Attribute) -> Origin:
    inner = mapping.first("constant-value")
    text = inner.text if inner is not None else ""
    if text and target.kind is Kind.STRING and (target.secret or looks_secret(target.name)):
        return Origin(None, Outcome.PERSON, _IN_CLEAR)
    value = _of_kind(text, target.kind)
    if value is None:
        return Origin(None, Outcome.PERSON, f"{target.name} is {target.kind}, and cannot hold this constant")
    return Origin({"constant": value})


def _of_kind(text: str, kind: Kind) -> Scalar | None:
    """A constant as a value of a kind; none where it is no such value."""
    try:
        match kind:
            case Kind.BOOLEAN:
                return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
            case Kind.INTEGER:
                return int(text, 0) if len(text) < 20 else None
            case Kind.REFERENCE:
                return None
            case Kind.BINARY:
                as_binary(text)
            case Kind.DATETIME:
                as_date(text)
    except (FlowError, ValueError):
        return None
    return text


def _part(mapping: Element, source: Source, target: Attribute) -> Origin:
    inner = mapping.first("dn-part")
    number = int(inner.text) if inner is not None and inner.text.isdecimal() and len(inner.text) < 5 else 0
    found = source.part(number) if number else None
    if found is None:
        return Origin(None, Outcome.PERSON, f"names have no part {number or '?'}: it never gave a value")
    wrong = misfit(found.attribute, target)
    return Origin(None, Outcome.PERSON, wrong) if wrong else Origin(found.form)


def _scripted(flow: Element, mapping: Element, target: Attribute, script: Script, *, keeps: bool) -> Origin:
    if target.kind is Kind.REFERENCE:
        return Origin(None, Outcome.PERSON, "a function cannot give references: let a reference attribute flow")
    context = mapping.first("script-context")
    inputs = inputs_of(mapping)
    said = context.text if context is not None else ""
    reference = script(said or f"{target.name} of {', '.join(inputs) or 'nothing'}", inputs, flow)
    note = f"{_STUB}: {reference}"
    return Origin({"extension": reference}, Outcome.PERSON, f"{note}; None empties the value" if keeps else note)
