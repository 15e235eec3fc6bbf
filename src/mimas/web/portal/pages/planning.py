"""Plans: what a run would do, seen before; agreed to by somebody else; and done."""

import re
from dataclasses import replace
from pathlib import Path

from starlette.responses import Response

from mimas.configuration.planned import Before
from mimas.requests.duties import Duty
from mimas.runs.planning import agreeing
from mimas.runs.planning.applying import apply
from mimas.runs.planning.grouping import groups, summary
from mimas.runs.planning.plan import Plan, PlanError, read, write
from mimas.runs.planning.rehearsing import Recipe, plan, recipe
from mimas.runs.setup import Step
from mimas.store.history.chain import Cause
from mimas.web.background import Task, Work
from mimas.web.inside import Inside
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit

FOLDER = "plans"
"""Where in the home plans lie; those that are put there by hand (`mimas plan --out`) are shown, too."""
_NAME = re.compile(r"[\w-]{1,100}\.plan")
_EXAMPLES = 10
_ROWS = 100


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


_LEFT = _("Left as they are, since they have become different from the plan: {count}.")


def listed(visit: Visit) -> Response:
    """The plans that are there, the last ones first, and a form to make one."""
    files = sorted(_folder(visit.inside).glob("*.plan"), key=lambda file: file.stat().st_mtime, reverse=True)
    names = [file.name for file in files if _NAME.fullmatch(file.name)]
    return visit.page("plans.html", names=names, profiles=list(visit.inside.engine.setup.profiles))


def make(visit: Visit) -> Response:
    """Make a plan, beside the pages."""
    profile = visit.given("profile") or None
    by = _who(visit)
    if profile is not None and profile not in visit.inside.engine.setup.profiles:
        raise RefusedError(400, visit.words("There is no run profile “{name}”.", name=profile))

    def work(inside: Inside, task: Task) -> str:
        made = plan(*Before().prepared(inside.engine), recipe(inside.engine, profile), by, task.watcher)
        agreeing.sign(made)
        name = f"{re.sub(r'[^0-9]', '', made.at)[:14]}-{re.sub(r'[^a-z0-9]+', '-', made.title.lower())}.plan"
        folder = _folder(inside)
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(write(made))
        return f"/plans/{name}"

    return _begun(visit, visit.words("Plan"), work)


def shown(visit: Visit) -> Response:
    """One plan: what matters first, what is alike together."""
    made = _read(visit)
    demanding = agreeing.demanding(visit.inside.engine, made)
    return visit.page(
        "plan.html",
        name=visit.parameters["name"],
        plan=made,
        summary=summary(made),
        groups=groups(made.units),
        examples=_EXAMPLES,
        demanding=demanding,
        own=made.by == _who(visit),
        may_apply=_may_apply(visit, made),
    )


def group(visit: Visit) -> Response:
    """All of those that are alike, a page at a time."""
    made, after = _read(visit), visit.query.get("after", "0")
    found = groups(made.units)
    number = visit.parameters["group"]
    if not after.isdigit() or number >= len(found):
        raise RefusedError(404)
    first = int(after)
    next_ = str(first + _ROWS) if len(found[number].members) > first + _ROWS else None
    one = replace(found[number], members=found[number].members[first : first + _ROWS])
    name = visit.parameters["name"]
    return visit.page("plan_group.html", name=name, plan=made, group=one, total=len(found[number].members), next=next_)


def approve(visit: Visit) -> Response:
    """Agree to a plan, as another person than who made it."""
    made = _read(visit)
    try:
        agreeing.approve(made, _who(visit))
    except PlanError as error:
        raise RefusedError(409, str(error)) from None
    _file(visit).write_bytes(write(made))
    return visit.go(visit.path.removesuffix("/approve"), visit.words("You have approved this plan."))


def carry_out(visit: Visit) -> Response:
    """Do what a plan says, beside the pages."""
    made, file, name = _read(visit), _file(visit), visit.parameters["name"]
    if not _may_apply(visit, made):
        raise RefusedError(403, visit.words("This plan changes the configuration, which you may not."))

    def work(inside: Inside, task: Task) -> str:
        before = Before.of(made)
        prepare, judged = before.prepared(inside.engine)
        agreeing.demand(judged, made)
        steps = tuple(Step(kind, connector) for kind, connector in made.steps)
        what = Recipe(f"apply ({made.title})", steps, made.exports)
        current = inside.engine
        applied = apply(
            prepare, current, made, what, task.watcher, whole=False, send=lambda: before.prepared(current)[1]
        )
        if applied.held:
            task.told = _LEFT, len(applied.held)
        file.rename(file.with_suffix(".applied"))
        return next((f"/runs/{run.number}" for run in reversed(applied.runs) if run.number), "/plans")

    return _begun(visit, name, work)


def _begun(visit: Visit, title: str, work: Work) -> Response:
    if not visit.background.begin(title, Cause(visit.called, "portal"), work):
        raise RefusedError(409, visit.words("Something else goes on. Wait until it has ended, or stop it."))
    return visit.go("/operations")


def _may_apply(visit: Visit, made: Plan) -> bool:
    """Whoever may only run profiles changes no documents and no facts."""
    return Duty.CONFIGURE in visit.duties or (made.documents is None and not made.inputs)


def _who(visit: Visit) -> str:
    """As whom the visitor makes and approves: several may be called the same."""
    return f"{visit.called} ({visit.actor})" if visit.actor is not None else visit.called


def _folder(inside: Inside) -> Path:
    return Path(inside.engine.setup.home, FOLDER)


def _file(visit: Visit) -> Path:
    name = visit.parameters["name"]
    file: Path = _folder(visit.inside) / name
    if not _NAME.fullmatch(name) or not file.is_file():
        raise RefusedError(404, visit.words("There is no such plan; it may have been applied."))
    return file


def _read(visit: Visit) -> Plan:
    file = _file(visit)
    try:
        return agreeing.trust(read(file.read_bytes(), file.name), file.name)
    except PlanError as error:
        raise RefusedError(409, str(error)) from None


WAYS = (
    Way("/plans", listed, duty=Duty.BROWSE),
    Way("/plans", make, "POST", duty=Duty.OPERATE),
    Way("/plans/{name}", shown, duty=Duty.BROWSE),
    Way("/plans/{name}/{group:int}", group, duty=Duty.BROWSE),
    Way("/plans/{name}/approve", approve, "POST", duty=Duty.OPERATE),
    Way("/plans/{name}/apply", carry_out, "POST", duty=Duty.OPERATE),
)
