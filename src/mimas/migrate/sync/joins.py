"""Join criteria: the old product tries them in order, over all types of the metaverse; rules are for one type each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mimas.migrate.agents.agent import first_of, text_of
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync.mappings import inputs_of, is_intrinsic, mapping_of
from mimas.migrate.sync.scripts import JOIN, RESOLVE, Use
from mimas.migrate.sync.views import Objects, Resources
from mimas.migrate.sync.wording import condition, criterion, quoted
from mimas.schema.attributes import Kind

Script = Callable[[Use, str, str, list[str], Element], str]
_LEFT_OUT = "a criterion that cannot be said in full is left out"
_STUB = "a Python function is to be written"


@dataclass(slots=True)
class Run:
    """Criteria for one type that stand together: one rule."""

    type: str
    choose: str = ""
    criteria: list[Any] = field(default_factory=list)


def is_portal(element: Element) -> bool:
    """Whether a criterion or a mapping was made of a synchronization rule of the portal."""
    kind = element.attributes.get("join-cri-type") or element.attributes.get("type", "")
    return kind == "sync-rule"


def runs(profile: Sequence[Element], objects: Objects, types: Sequence[Resources], script: Script) -> list[Run]:
    """The criteria of one object type in their order; ``types``: those that are looked at where none is named."""
    found: list[Run] = []
    open_: list[Run] = []
    for element in profile:
        search, resolution = element.first("search"), element.first("resolution")
        named = search.attributes.get("mv-object-type", "").strip() if search is not None else ""
        choose = _choose(element, resolution, objects, script)
        looked_at = [Resources(types[0].metaverse, named)] if named and types else list(types)
        made: list[Run] = []
        for resources in looked_at:
            conditions = _conditions(search, objects, resources, script, named=bool(named))
            if conditions is None:
                continue
            run = next((one for one in open_ if one.type == resources.type and one.choose == choose), None)
            if run is None:
                run = Run(resources.type, choose)
                found.append(run)
            run.criteria.append(criterion(conditions))
            made.append(run)
        _account(element, search, made, named=named)
        open_ = made or open_
    return found


def _choose(element: Element, resolution: Element | None, objects: Objects, script: Script) -> str:
    if resolution is None or resolution.attributes.get("type", "none") == "none":
        return ""
    context = text_of(resolution, "script-context") or f"resolve {objects.class_}"
    reference = script(RESOLVE, context, "the resources that match", [], element)
    resolution.mark(Outcome.PERSON, f"{_STUB}: {reference}").whole(Outcome.CARRIED)
    return reference


def _conditions(
    search: Element | None, objects: Objects, resources: Resources, script: Script, *, named: bool
) -> list[Any] | None:
    """The conditions of one criterion; none where one of them cannot be said, or the type has no such attribute."""
    found = []
    mappings = search.all("attribute-mapping") if search is not None else []
    names = [one.attributes.get("mv-attribute", "").strip() for one in mappings]
    if not mappings or not all(names):
        return None
    if not named and not all(resources.metaverse.has(resources.type, name) for name in names):
        return None
    if any(is_intrinsic(one) for one in mappings):
        return None
    attributes = [resources.attribute(name) for name in names]
    for mapping, attribute in zip(mappings, attributes, strict=True):
        one = _condition(mapping, attribute.name, objects, script)
        if one is None or attribute.kind is Kind.REFERENCE:
            return None
        found.append(one)
    resources.metaverse.kept[resources.type].joined.update(one.name for one in attributes)
    return found


def _condition(mapping: Element, right: str, objects: Objects, script: Script) -> Any:
    inner = mapping_of(mapping)
    if inner is None:
        return None
    if inner.tag == "scripted-mapping":
        inputs = inputs_of(inner)
        context = text_of(inner, "script-context") or f"join {objects.class_} by {right}"
        reference = script(JOIN, context, right, inputs, mapping)
        return {"extension": reference, "right": right}
    source = first_of(inner, "src-attribute")
    if inner.tag != "direct-mapping" or source is None or not source.text:
        return None
    found = objects.read(source.text, intrinsic=is_intrinsic(source))
    if found is None or found.attribute.kind is Kind.REFERENCE:
        return None
    if not isinstance(found.form, str):
        constant = found.form.get("constant")
        return condition("=" + quoted(str(constant)), right) if constant else None
    return condition(found.form, right)


def _account(element: Element, search: Element | None, made: list[Run], *, named: str) -> None:
    if not made:
        element.whole(Outcome.PERSON, _LEFT_OUT)
        return
    for one in search.all("attribute-mapping") if search is not None else ():
        for scripted in one.all("scripted-mapping"):
            scripted.mark(Outcome.PERSON, _STUB)
    if search is not None and not named:
        types = ", ".join(dict.fromkeys(run.type for run in made))
        search.mark(Outcome.DIFFERENT, f"it looked among all types; here it looks among {types}")
    element.whole(Outcome.CARRIED)
