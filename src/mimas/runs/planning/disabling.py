"""Whether a change disables an account, in the words of the systems there are."""

from collections.abc import Mapping

from mimas.runs.planning.plan import ValueChange

_OFF = {"enabled", "active", "accountenabled", "isactive"}
"""Attributes that are true while an account can be used (SCIM: active, RFC 7643 4.1.1)."""
_ON = {"disabled", "accountdisabled", "nsaccountlock", "suspended", "locked"}
"""Attributes that are true once it cannot (389 Directory Server: nsAccountLock)."""
_CONTROL = "useraccountcontrol"
_DISABLED = 2
"""ADS_UF_ACCOUNTDISABLE ([MS-ADTS] 2.2.16)."""


def disables(steps: Mapping[str, ValueChange]) -> bool:
    """Whether one of these changes keeps somebody out."""
    return any(_disables(name.lower(), step) for name, step in steps.items())


def _disables(name: str, step: ValueChange) -> bool:
    if name in _OFF:
        return _truth(step.after) is False and _truth(step.before) is not False
    if name in _ON:
        return _truth(step.after) is True and _truth(step.before) is not True
    if name == _CONTROL:
        return bool(_number(step.after) & _DISABLED) and not _number(step.before) & _DISABLED
    return False


def _truth(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _number(value: object) -> int:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else 0
