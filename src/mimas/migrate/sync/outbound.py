"""Outbound rules: what flows to objects that are linked, and what is known of those that code has made."""

from collections.abc import Mapping
from typing import Any

from mimas.migrate.agents.agent import children_of, text_of
from mimas.migrate.drafts import Draft
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync import mappings, portal
from mimas.migrate.sync.mappings import PORTAL, is_intrinsic
from mimas.migrate.sync.plan import Plan
from mimas.migrate.sync.ranking import STEP
from mimas.migrate.sync.scripts import DEPROVISION, EXPORT, NAME, PROVISION
from mimas.migrate.sync.sides import Side
from mimas.migrate.sync.views import Objects, Resources
from mimas.schema.attributes import NAME as DN
from mimas.schema.attributes import Attribute

_ACTIONS: Mapping[str, str] = {
    "make-normal-disconnector": "disconnect",
    "make-explicit-disconnector": "explicit-disconnect",
    "delete-object": "delete",
}
_ASIDE = (
    "Not in force. The old product made these objects by code, which does not come along. To let Mimas make them,"
    " write the functions that it names, or say in the scope, without a function, who has such an object; then move"
    " it to the documents."
)
_NOBODY = "no rule makes objects there: it is what such a rule is to say in `deprovision`"


def carry(plan: Plan, side: Side, number: int) -> int:
    """Write the outbound rules of an agent, the first behind ``number``; the last one's precedence."""
    action = _action(plan, side)
    written: dict[tuple[str, str], dict[str, Any]] = {}
    lost: dict[tuple[str, str], list[str]] = {}
    for set_ in portal.sets_of(side.agent):
        set_.mark(Outcome.CARRIED)
        flows = [one for one in set_.all("export-flow") if one.first(PORTAL) is None]
        for one in set_.all("export-flow"):
            if one not in flows:
                portal.account_rule(one, plan.portal_rules)
        class_, type_ = (set_.attributes.get(f"{what}-object-type", "").strip() for what in ("cd", "mv"))
        if flows and class_ and type_:
            objects, resources = side.objects(class_), Resources(plan.metaverse, type_)
            key = (objects.class_, resources.type)
            found = written.setdefault(key, {})
            for flow in flows:
                _flow(side, flow, objects, resources, found, lost.setdefault(key, []))
    asides = []
    for (class_, type_), found in written.items():
        number += STEP
        plan.metaverse.kept[type_].used = True
        objects = side.objects(class_)
        note = "\n".join(f"Left out: {one}" for one in lost[class_, type_])
        name = f"{side.agent.name} - {type_} to {class_}"
        plan.add(Draft("SyncRule", name, _body(side, objects, type_, number) | {"flows": found}, note, "rules"))
        if plan.provisioning in ("scripted", "both"):
            number += STEP
            asides.append(_aside(plan, side, objects, type_, number, found, action))
    _to_do(plan, side, asides)
    _account_cleanup(plan, side, action, asides)
    return number


def _body(side: Side, objects: Objects, type_: str, number: int) -> dict[str, Any]:
    return {
        "direction": "outbound", "connector": side.agent.name, "object": objects.object,
        "resource": type_, "precedence": number,
    }  # fmt: skip


def _flow(
    side: Side, flow: Element, objects: Objects, resources: Resources, found: dict[str, Any], lost: list[str]
) -> None:
    """Add one flow; where it cannot be carried, say why."""
    name = flow.attributes.get("cd-attribute", "").strip()
    target = _target(name, objects, intrinsic=is_intrinsic(flow))
    hidden = target is not None and target.secret and objects.system.listing
    if target is None or target.name in found or hidden:
        why = "it is written twice" if target is not None else "objects of this system have no such attribute"
        why = "a secret is not written to a file that lists everybody" if hidden else why
        flow.whole(Outcome.PERSON, why)
        lost.append(f"{name}: {why}")
        return
    of = f"{target.name} of {objects.class_}"

    def script(context: str, inputs: list[str], element: Element) -> str:
        return side.stub(EXPORT, context, of, inputs, element)

    keeps = flow.attributes.get("suppress-deletions") == "true"
    origin = mappings.origin(flow, resources, target, script, keeps=keeps)
    mappings.account(flow, origin)
    if origin.form is None:
        lost.append(f"{target.name}: {origin.note}")
    else:
        found[target.name] = _once(flow, origin.form)


def _once(flow: Element, form: Any) -> Any:
    """An initial flow is done when the object is made."""
    if not any(one.attributes.get("initial-flow-only") == "true" for one in (flow, *flow.children)):
        return form
    if isinstance(form, str):
        form = {"expression": form} if form.startswith("=") else {"attribute": form}
    return {**form, "once": True}


def _target(name: str, objects: Objects, *, intrinsic: bool) -> Attribute | None:
    if not name:
        return None
    if intrinsic or name.lower() == DN:
        return Attribute(DN) if objects.system.name is None and name.lower() == DN else None
    return objects.attribute(name)


def _action(plan: Plan, side: Side) -> Any:
    """What becomes of an object that is no longer wanted, as ``deprovision`` says it; none for the usual."""
    element = side.agent.data.first("provisioning-cleanup")
    if element is None:
        return None
    if element.attributes.get("type") == "scripted":
        context = f"deprovision {side.agent.name}"
        return {"extension": side.stub(DEPROVISION, context, side.agent.name, [], element)}
    word = _ACTIONS.get(text_of(element, "action"))
    made = None if word == "disconnect" else word
    if made is not None:
        plan.migration.endings[side.agent.name] = made
    return made


def _aside(
    plan: Plan, side: Side, objects: Objects, type_: str, number: int, flows: dict[str, Any], action: Any
) -> Draft:
    """The rule that would make objects, with functions for what only the code knew."""
    what = f"{side.agent.name} {objects.class_}"
    asked = plan.scripts.stub(plan.module, PROVISION, f"provision {what} for {type_}", f"a {what}")
    body = _body(side, objects, type_, number)
    body |= {"link": "provision", "scope": [{"extension": asked}]}
    made: dict[str, Any] = {}
    for name in [DN] if objects.system.name is None else side.system.anchors.get(objects.class_, objects.system.name):
        if name not in flows:
            function = plan.scripts.stub(plan.module, NAME, f"{name} of {what} for {type_}", f"{name} of a new {what}")
            made[name] = {"extension": function}
    body["flows"] = made | {name: one for name, one in objects.mark.items() if name not in flows} | flows
    if action is not None:
        body["deprovision"] = action
    draft = Draft("SyncRule", f"{side.agent.name} - make {objects.class_} for {type_}", body, _ASIDE, "rules")
    draft.aside = True
    return plan.add(draft)


def _to_do(plan: Plan, side: Side, asides: list[Draft]) -> None:
    for one in asides:
        plan.migration.report.to_do.append(
            f"{side.agent.name}: code made these objects, and nothing makes them now; those that are there are kept"
            f" up to date. aside/{one.file}.yaml is a rule that makes them: complete it, and move it to the documents."
        )


def _account_cleanup(plan: Plan, side: Side, action: Any, asides: list[Draft]) -> None:
    for one in side.agent.data.all("provisioning-cleanup"):
        known = one.attributes.get("type") == "scripted" or text_of(one, "action") in ("", *_ACTIONS)
        if not known:
            one.whole(Outcome.PERSON, f"what {text_of(one, 'action')} does is not known; objects are left alone")
        elif action is None or (plan.provisioning == "sync-rule" and isinstance(action, str)):
            one.whole(Outcome.CARRIED)
        elif asides:
            one.whole(Outcome.PERSON, "it stands in the rules that are put aside")
        else:
            one.whole(Outcome.PERSON, _NOBODY)


def provisioning_of(data: Element | None) -> str:
    """Who makes connectors: ``none``, ``scripted``, ``sync-rule`` or ``both``."""
    found = children_of(data, "provisioning")
    return found[0].attributes.get("type", "none") if found else "none"


def account(data: Element, asides: bool) -> None:
    """Say of the element ``provisioning`` what became of it."""
    for one in data.all("provisioning"):
        if one.attributes.get("type", "none") in ("none", "sync-rule"):
            one.whole(Outcome.CARRIED)
        else:
            where = "rules for it are put aside" if asides else "no export flow says what it made: write rules for it"
            one.whole(Outcome.PERSON, f"objects were made by code: {where}")
