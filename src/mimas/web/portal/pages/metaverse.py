"""Searching all resources of the synchronised types, as MIM's metaverse search does; as far as the visitor may read."""

import re

from starlette.responses import Response

from mimas.language.filters.tree import Comparison, Condition, Match, Matches, Not, Present, Selection
from mimas.requests.duties import Duty
from mimas.schema.attributes import Attribute, Kind
from mimas.web.portal.kinds import titled
from mimas.web.portal.listing import Listing, found
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


OPERATORS = {
    "equals": _("equals"),
    "starts-with": _("starts with"),
    "contains": _("contains"),
    "present": _("is present"),
    "missing": _("is missing"),
}


_NUMBER = re.compile(r"-?[0-9]{1,18}")
_HOW: dict[str, Match] = {"starts-with": "starts-with", "contains": "contains"}


def synchronised(visit: Visit) -> list[str]:
    """The types that sync rules read or write."""
    return sorted({rule.resource_type for rule in visit.inside.engine.setup.rules.rules})


def search(visit: Visit) -> Response:
    """The resources of a type of which an attribute is so."""
    types, catalogue = synchronised(visit), visit.inside.store.catalogue
    type_ = visit.query.get("type") or next(iter(types), "")
    if types and type_ not in types:
        raise RefusedError(404)
    attributes = catalogue.get(type_, {})
    indexed = [name for name, one in attributes.items() if one.indexed and one.kind in (Kind.STRING, Kind.INTEGER)]
    name, operator = visit.query.get("attribute", ""), visit.query.get("operator", "starts-with")
    value = visit.query.get("value", "").strip()
    if operator not in OPERATORS:
        raise RefusedError(400)
    # Whoever has chosen another type has that of the one before in the form.
    name = name if name in indexed else ""
    page, problem = Listing([], None), ""
    condition = None
    if name and (value or operator in ("present", "missing")):
        if attributes[name].kind is Kind.INTEGER and not _NUMBER.fullmatch(value or "0"):
            problem = visit.words("“{value}” is no number.", value=value)
        else:
            condition = _condition(attributes[name], operator, value)
    if types and not problem:
        page = found(visit, (Selection(type_, condition),), titled(catalogue, type_))
    return visit.page(
        "metaverse.html",
        types=types,
        type=type_,
        indexed=indexed,
        attributes=attributes,
        attribute=name,
        operator=operator,
        operators=OPERATORS,
        value=value,
        page=page,
        problem=problem,
    )


def _condition(attribute: Attribute, operator: str, value: str) -> Condition:
    if operator in ("present", "missing"):
        return Present(attribute.name) if operator == "present" else Not(Present(attribute.name))
    if operator == "equals" or attribute.kind is Kind.INTEGER:
        return Comparison(attribute.name, "=", int(value) if attribute.kind is Kind.INTEGER else value)
    return Matches(_HOW[operator], attribute.name, value)


WAYS = (Way("/metaverse", search, duty=Duty.BROWSE),)
