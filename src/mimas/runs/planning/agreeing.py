"""Whose a plan is, and who agrees to it: signatures by the installation's key."""

from dataclasses import replace

import msgspec

from mimas.runs.engine import Engine
from mimas.runs.planning.plan import Approval, Plan, PlanError
from mimas.secrets.errors import SecretError
from mimas.secrets.keys import FILE, MAKE, find_keys
from mimas.secrets.sealing import Keys
from mimas.store.runs import moment, now


def keys() -> Keys | None:
    """The installation's key, if there is one."""
    try:
        return find_keys()
    except SecretError:
        return None


def sign(made: Plan) -> bool:
    """Sign a plan, if there is a key; whether there is."""
    if (key := keys()) is None:
        return False
    made.signature = key.sign(made.text())
    return True


def trust(made: Plan, called: str) -> Plan:
    """The plan, if its signatures are right, as far as there is a key to tell. Raises `PlanError`.

    ``called``: what it is called in what is said of it.
    """
    if (key := keys()) is None:
        return made
    if not key.has_signed(made.text(), made.signature):
        raise PlanError(f"{called} was changed since it was made, or signed by another installation's key. Plan anew.")
    for approval in made.approvals:
        if not key.has_signed(_agreed(made, approval), approval.signature):
            raise PlanError(f"The approval by {approval.by} in {called} is not theirs, or of another plan. Plan anew.")
    return made


def approve(made: Plan, who: str) -> None:
    """Somebody agrees to a plan, as another person than who made it. Raises `PlanError`."""
    if (key := keys()) is None:
        raise PlanError(
            f"A plan is approved by signing it, and no key is set. {FILE} names the key file; `{MAKE}` makes a key."
        )
    if who == made.by:
        raise PlanError(f"{who} has made this plan; somebody else has to approve it. Nothing was written.")
    approval = Approval(who, moment(now()))
    signed = replace(approval, signature=key.sign(_agreed(made, approval)))
    made.approvals = (*(one for one in made.approvals if one.by != who), signed)


def demanding(engine: Engine, made: Plan) -> list[str]:
    """The connectors that demand that somebody else approves, as long as nobody has."""
    sent = {part.system for unit in made.units for part in unit.parts if part.system}
    some = [name for name, c in engine.setup.connectors.items() if c.approval and name in sent & set(made.exports)]
    # Without a key nobody can tell whose an approval is.
    return some if keys() is None or not any(approval.by != made.by for approval in made.approvals) else []


def demand(engine: Engine, made: Plan) -> None:
    """Connectors may demand that somebody else has approved. Raises `PlanError`."""
    if some := demanding(engine, made):
        raise PlanError(
            f"{', '.join(some)} demands that somebody else than {made.by} approves: `mimas approve FILE`. "
            "Nothing was done."
        )


def _agreed(made: Plan, approval: Approval) -> bytes:
    return msgspec.json.encode(["approved", made.signature, approval.by, approval.at])
