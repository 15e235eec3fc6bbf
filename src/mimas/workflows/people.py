"""People as activities need them: groups and sets stand for their members, and letters go to addresses."""

from collections.abc import Iterable, Sequence

from mimas.language.filters.tree import MEMBERS
from mimas.store.database import Transaction
from mimas.store.membership import members
from mimas.store.membership.holders import EXCLUDED, LISTED
from mimas.store.referring import everything
from mimas.store.store import Store
from mimas.store.subjects import Resource, Subjects
from mimas.workflows.outcome import ActivityError

MOST = 1_000
"""So many people are asked, or told, at most."""
ADDRESSES = ("mail", "email", "emailaddress")
LANGUAGES = ("locale", "preferredlanguage", "language")


def expanded(tx: Transaction, store: Store, ids: Sequence[int]) -> list[int]:
    """The people among some resources, and those who belong to the groups and sets among them, through any depth.

    Each once, in the order in which they come. Raises `ActivityError` where they are more than `MOST`.
    """
    subjects = Subjects(tx, store)
    found: dict[int, None] = {}
    seen: set[int] = set()
    queue = list(ids)
    while queue:
        some, queue = [id_ for id_ in dict.fromkeys(queue) if id_ not in seen], []
        seen.update(some)
        loaded = {resource.id: resource for resource in subjects.load(some)}
        for id_ in some:
            resource = loaded.get(id_)
            if resource is None:
                continue
            if _has_members(store, resource):
                queue += _members(tx, store, id_)
            else:
                found[id_] = None
        if len(found) + len(queue) > MOST:
            raise ActivityError(f"These are more than {MOST:,} people: name fewer of them.", final=True)
    return list(found)


def _has_members(store: Store, resource: Resource) -> bool:
    attributes = store.catalogue.get(resource.type, {})
    return MEMBERS in attributes or LISTED in attributes


def _members(tx: Transaction, store: Store, id_: int) -> list[int]:
    """Who belongs to a group or set; of one whose members nobody computes, whoever is listed."""
    if found := members(tx, id_, 0, MOST + 1):
        return found
    references = everything(tx, store, [id_]).get(id_, {})
    without = set(references.get(EXCLUDED, ()))
    return [one for one in references.get(LISTED, ()) if one not in without][: MOST + 1]


def address(store: Store, resource: Resource) -> str:
    """Where letters to somebody go; empty where nobody knows."""
    return _first(store, resource, ADDRESSES)


def language(store: Store, resource: Resource) -> str:
    """The language that somebody reads: ``de``, ``en-GB``; empty where nobody knows."""
    return _first(store, resource, LANGUAGES)


def _first(store: Store, resource: Resource, names: Iterable[str]) -> str:
    attributes = {name.casefold(): name for name in store.catalogue.get(resource.type, {})}
    values = (resource.values(attributes[name]) for name in names if name in attributes)
    return next((str(value) for some in values for value in some if value), "")
