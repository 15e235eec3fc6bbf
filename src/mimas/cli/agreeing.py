"""Whose a plan is, and who agrees to it: signatures by the installation's key."""

from dataclasses import replace
from pathlib import Path

import msgspec

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import person
from mimas.cli.plan_text import print_plan
from mimas.cli.printing import out
from mimas.runs.engine import Engine
from mimas.runs.planning.plan import Approval, Plan, PlanError, read, write
from mimas.secrets.errors import SecretError
from mimas.secrets.keys import FILE, MAKE, find_keys
from mimas.secrets.sealing import Keys
from mimas.store.runs import moment, now


def sign(made: Plan) -> bool:
    """Sign a plan, if there is a key; whether there is."""
    if (keys := _keys()) is None:
        return False
    made.signature = keys.sign(made.text())
    return True


def show(file: Path, *, everything: bool) -> int:
    """Print a plan that was written."""
    print_plan(load(file), everything=everything)
    return Exit.DONE


def approve(file: Path) -> int:
    """Agree to a plan, as another person than who made it."""
    made, keys = load(file), _keys()
    who = person()
    if keys is None:
        raise CommandError(
            f"A plan is approved by signing it, and no key is set. {FILE} names the key file; `{MAKE}` makes a key."
        )
    if who == made.by:
        raise CommandError(f"{who} has made this plan; somebody else has to approve it. Nothing was written.")
    made.approvals = (*(one for one in made.approvals if one.by != who), _approval(made, who, keys))
    file.write_bytes(write(made))
    out.print(f"{who} approves {made.title}, as {made.by} has planned it.", markup=False)
    return Exit.DONE


def load(file: Path) -> Plan:
    """A plan whose signature is right, if there is a key to tell. Raises `CommandError`."""
    try:
        made = read(file.read_bytes(), str(file))
    except PlanError as error:
        raise CommandError(str(error)) from None
    if (keys := _keys()) is not None:
        if not keys.has_signed(made.text(), made.signature):
            raise CommandError(
                f"{file} was changed since it was made, or signed by another installation's key. Plan anew."
            )
        for approval in made.approvals:
            if not keys.has_signed(_agreed(made, approval), approval.signature):
                raise CommandError(
                    f"The approval by {approval.by} in {file} is not theirs, or of another plan. Plan anew."
                )
    return made


def demand(engine: Engine, made: Plan) -> None:
    """Connectors may demand that somebody else has approved. Raises `CommandError`."""
    sent = {part.system for unit in made.units for part in unit.parts if part.system}
    demanding = [name for name, c in engine.setup.connectors.items() if c.approval and name in sent & set(made.exports)]
    # Without a key nobody can tell whose an approval is.
    if demanding and (_keys() is None or not any(approval.by != made.by for approval in made.approvals)):
        raise CommandError(
            f"{', '.join(demanding)} demands that somebody else than {made.by} approves: `mimas approve FILE`. "
            "Nothing was done."
        )


def _approval(made: Plan, who: str, keys: Keys) -> Approval:
    approval = Approval(who, moment(now()))
    return replace(approval, signature=keys.sign(_agreed(made, approval)))


def _agreed(made: Plan, approval: Approval) -> bytes:
    return msgspec.json.encode(["approved", made.signature, approval.by, approval.at])


def _keys() -> Keys | None:
    try:
        return find_keys()
    except SecretError:
        return None
