"""Whether what a request wishes can be: the schema's side of it, before anybody's rights are asked.

Source of the codes: MIM's SDK, AttributeFailureCode.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mimas.language.errors import closest
from mimas.language.limits import fits
from mimas.requests.target import Target
from mimas.requests.wishes import Change, Mode, Operation
from mimas.schema.attributes import Kind
from mimas.schema.system import RUNTIME

COMPUTED = frozenset({"ObjectID", "ObjectType", "CreatedTime", "Creator", "ComputedMember", "ComputedActor"})
"""What nobody writes, whatever policy says (MIM: SystemAttributeIsReadOnly)."""


There: TypeAlias = Callable[[Sequence[int]], Collection[int]]

_CONTROLS = {"Request": frozenset({"RequestControl"})}
"""What may be written of the types whose resources come of being used: the rest is Mimas's own account."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a wish: the attribute, MIM's code of it, and a sentence for people."""

    attribute: str
    code: str
    message: str


def faults(
    target: Target, operation: Operation, changes: Sequence[Change], owners: Mapping[str, str], there: There
) -> list[Fault]:
    """Everything that is wrong. ``owners``: the attributes of the type that sync rules write, and by which rule.

    ``there`` gives those of some ids that whoever asks may know of: of the others it is said that they are not there.
    """
    found = [fault for change in changes for fault in _of_one(target, change, owners)]
    if not found:
        found = [*_values(target, operation, changes), *_missing(target, changes, there)]
    return found


def _of_one(target: Target, change: Change, owners: Mapping[str, str]) -> Iterator[Fault]:
    name = change.attribute
    if name in COMPUTED or (target.type in RUNTIME and name not in _CONTROLS.get(target.type, ())):
        yield Fault(name, "SystemAttributeIsReadOnly", f"'{name}' is computed: nobody can write it")
    elif name not in target.attributes:
        what = f"{target.type} has no attribute '{name}'"
        hint = closest(name, target.attributes)
        meant = f"; '{hint}' was meant, perhaps" if hint else ""
        yield Fault(name, "AttributeNameViolatesSchema", what + meant)
    elif name in owners:
        what = f"'{name}' of {target.type} is what the sync rule {owners[name]} says: change it at its source"
        yield Fault(name, "ChangeOperationIsNotSupported", what)


def _values(target: Target, operation: Operation, changes: Sequence[Change]) -> Iterator[Fault]:
    """The limits of the schema, held against what the resource is to become."""
    values, added, removed = target.after(changes)
    touched = {change.attribute for change in changes}
    for name, attribute in target.attributes.items():
        if name not in touched and not (operation is Operation.CREATE and attribute.required):
            continue
        if attribute.kind is Kind.REFERENCE:
            new = [id_ for of, id_ in added if of == name]
            left = target.references.get(name, set()) - {id_ for of, id_ in removed if of == name} | set(new)
            # Of a long list only what is changed has been loaded: that others are left is not known then.
            whole = operation is Operation.CREATE or not attribute.multivalued
            wrong = fits(attribute, sorted(left)) if whole or left else ""
        else:
            wrong = fits(attribute, values.get(name))
        if wrong:
            yield Fault(name, _code(attribute.required and name not in values, attribute.pattern), wrong)


def _code(missing: bool, pattern: str) -> str:
    if missing:
        return "RequiredValueIsMissing"
    return "ValueViolatesRegularExpression" if pattern else "ValueViolatesDataTypeFormat"


def _missing(target: Target, changes: Sequence[Change], there: There) -> Iterator[Fault]:
    """References to what is not there."""
    wanted = {
        (change.attribute, value)
        for change in changes
        if target.is_reference(change.attribute) and change.mode is not Mode.REMOVE
        for value in change.values
    }
    numbers = sorted({value for _, value in wanted if isinstance(value, int)})
    if not wanted:
        return
    live = there(numbers)
    for attribute, value in sorted(wanted, key=str):
        if value not in live:
            what = f"'{attribute}' is to refer to {value}, and there is no such resource"
            yield Fault(attribute, "ReferencedResourceIsMissing", what)
