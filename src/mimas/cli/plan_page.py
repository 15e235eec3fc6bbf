"""A plan as one page of HTML, for whoever is to agree to it: no script, no other file, no request."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mimas.cli.plan_text import heading
from mimas.cli.printing import cell, instant
from mimas.runs.planning.grouping import Group, groups, summary
from mimas.runs.planning.plan import Plan

_ROWS = 200
"""Of those that are alike, so many stand in the page; the file of the plan has all."""


def page(plan: Plan) -> str:
    """The page."""
    environment = Environment(
        loader=PackageLoader("mimas.cli"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"instant": instant, "value": cell}
    found: dict[str, Any] = {"summary": summary(plan), "groups": groups(plan.units), "limit": _ROWS}
    return environment.get_template("plan.html").render(plan=plan, heading=heading, columns=_columns, **found)


def _columns(group: Group) -> list[tuple[str, str]]:
    """(attribute, rule): what the members of a group have, also where it is not what makes them alike."""
    if group.attributes:
        return list(group.attributes)
    names: dict[str, str] = {}
    for _, part in group.members[:_ROWS]:
        for name, step in part.values.items():
            names.setdefault(name, step.rule)
        for name in part.references:
            names.setdefault(name, "")
    return list(names.items())
