"""What policy lets wait for consent when connected systems change it, and the consent that has been given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mimas.schema.values import as_list, decode
from mimas.store import referring, resources, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.store import Store

_ASKED, _GIVEN = "consent:asked", "consent:given"
"""Kinds of facts, by the resource: the digest of what it would become, asked of somebody, or consented to."""


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """A policy rule with ``HoldsSynchronization``: such changes of resources in a set wait."""

    name: str
    set: int
    attributes: frozenset[str]
    actions: frozenset[str]

    def covers(self, action: str, attributes: frozenset[str]) -> bool:
        """Whether it is about an action, and about any of these attributes."""
        return action in self.actions and (
            not attributes or "*" in self.attributes or bool(attributes & self.attributes)
        )


def rules(tx: Transaction, store: Store) -> list[ConsentRule]:
    """Those that are switched on and name a set."""
    rows = resources.living(tx, [store.known("ManagementPolicyRule")])
    found = {row.id: decode(row.doc) for row in rows}
    found = {
        id_: v for id_, v in found.items() if v.get("HoldsSynchronization") is True and v.get("Disabled") is not True
    }
    references = referring.everything(tx, store, list(found)) if found else {}
    return [
        ConsentRule(
            str(values.get("DisplayName") or id_),
            references[id_]["ResourceCurrentSet"][0],
            frozenset(map(str, as_list(values.get("ActionParameter")))),
            frozenset(map(str, as_list(values.get("ActionType")))),
        )
        for id_, values in found.items()
        if references.get(id_, {}).get("ResourceCurrentSet")
    ]


def is_given(tx: Transaction, resource: int, digest: str) -> bool:
    """Whether somebody has consented to a resource becoming this; consent is given once, for what was shown."""
    given: str | None = tx.value("SELECT value FROM fact WHERE kind = ? AND key = ?", _GIVEN, str(resource))
    return given == digest


def ask(tx: Transaction, resource: int, digest: str, now: datetime) -> None:
    """A resource waits for consent to becoming this."""
    row = (_ASKED, str(resource), resource, digest, stamp(now))
    tx.upsert(tables.fact, "kind, key, resource, value, at", [row], "value = excluded.value, at = excluded.at")


def give(tx: Transaction, objects: Sequence[int], now: datetime) -> int:
    """Somebody consents to what the resources of these objects are to become; how many resources."""
    asked = tx.rows(
        "SELECT f.resource, f.value FROM fact f JOIN link l ON l.resource = f.resource"
        " WHERE l.object IN IDS AND f.kind = ? GROUP BY f.resource, f.value",
        list(objects),
        _ASKED,
    )
    given = [(_GIVEN, str(resource), resource, digest, stamp(now)) for resource, digest in asked]
    tx.upsert(tables.fact, "kind, key, resource, value, at", given, "value = excluded.value, at = excluded.at")
    tx.delete(tables.fact, "kind, key", [(_ASKED, str(resource)) for resource, _ in asked])
    return len(asked)


def done(tx: Transaction, resources_: Sequence[int]) -> None:
    """These resources wait for nothing any more, and what was consented to has been done."""
    rows = [(kind, str(id_)) for id_ in resources_ for kind in (_ASKED, _GIVEN)]
    tx.delete(tables.fact, "kind, key", rows)
