"""What a request changes, for people: label, what is there, and what is to be (MIM: the table of all changes)."""

from collections.abc import Sequence

from mimas.mail.layout import Changed
from mimas.requests.target import Target, load
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.schema.attributes import Attribute
from mimas.schema.values import Scalar
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.store import Store
from mimas.store.subjects import Subjects

_MOST = 50
"""So many values of one attribute are told; of the others how many there are."""


def changed(tx: Transaction, store: Store, wish: Wish) -> list[Changed]:
    """The changes of a wish, in their order. Of a list it is told what is added to it, and what is taken away."""
    target = load(tx, store, wish.target, wish.changes) if wish.target is not None else None
    attributes = store.catalogue.get(wish.type, {})
    target = target or Target(None, wish.type, attributes)
    subjects = Subjects(tx, store)
    found = []
    for change in wish.changes if wish.operation is not Operation.DELETE else ():
        attribute = attributes.get(change.attribute)
        before, after = _sides(target, change, several=attribute is not None and attribute.multivalued)
        refers = target.is_reference(change.attribute)
        found.append(
            Changed(
                label(change.attribute, attribute), _shown(subjects, before, refers), _shown(subjects, after, refers)
            )
        )
    return found


def label(name: str, attribute: Attribute | None, language: str = "en") -> str:
    """What people call an attribute."""
    return attribute.labels.get(language, name) if attribute is not None else name


def _sides(target: Target, change: Change, *, several: bool) -> tuple[Sequence[Scalar], Sequence[Scalar]]:
    before = target.current(change.attribute)
    if change.mode is Mode.INSERT:
        return (), change.values
    if change.mode is Mode.REMOVE:
        return change.values, ()
    if not several:
        return before, change.values
    kept = set(before) & set(change.values)
    return [one for one in before if one not in kept], [one for one in change.values if one not in kept]


def _shown(subjects: Subjects, values: Sequence[Scalar], refers: bool) -> list[str]:
    some, rest = list(values[:_MOST]), len(values) - _MOST
    if not refers:
        texts = [str(value) for value in some]
    else:
        ids = [int(value) for value in some]
        names = {one.id: called(subjects, one.id) for one in subjects.load(ids)}
        texts = [names.get(id_, f"resource {id_}") for id_ in ids]
    return [*texts, f"and {rest:,} more"] if rest > 0 else texts


def called(subjects: Subjects, id_: int) -> str:
    """What a resource is called."""
    resource = subjects.other(id_)
    names = ("displayName", "DisplayName", "name", "cn", "accountName", "Name")
    found = {name: values[0] for name in names if resource is not None and (values := resource.values(name))}
    return title(found) or f"resource {id_}"
