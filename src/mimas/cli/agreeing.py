"""Whose a plan is, and who agrees to it."""

from pathlib import Path

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import person
from mimas.cli.plan_text import print_plan
from mimas.cli.printing import out
from mimas.runs.planning import agreeing
from mimas.runs.planning.plan import Plan, PlanError, read, write


def show(file: Path, *, everything: bool) -> int:
    """Print a plan that was written."""
    print_plan(load(file), everything=everything)
    return Exit.DONE


def approve(file: Path) -> int:
    """Agree to a plan, as another person than who made it."""
    made, who = load(file), person()
    try:
        agreeing.approve(made, who)
    except PlanError as error:
        raise CommandError(str(error)) from None
    file.write_bytes(write(made))
    out.print(f"{who} approves {made.title}, as {made.by} has planned it.", markup=False)
    return Exit.DONE


def load(file: Path) -> Plan:
    """A plan whose signature is right, if there is a key to tell. Raises `CommandError`."""
    try:
        return agreeing.trust(read(file.read_bytes(), str(file)), str(file))
    except PlanError as error:
        raise CommandError(str(error)) from None
