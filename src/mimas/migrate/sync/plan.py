"""What the parts of a migration of the Synchronization Service have in common."""

from dataclasses import dataclass, field

from mimas.migrate.drafts import Draft
from mimas.migrate.migration import Migration
from mimas.migrate.sync.deleting import Ending
from mimas.migrate.sync.metaverse import Metaverse
from mimas.migrate.sync.scripts import Scripts
from mimas.migrate.sync.sides import Side


@dataclass(slots=True)
class Plan:
    """The metaverse, the agents by their GUIDs, and what is gathered."""

    migration: Migration
    metaverse: Metaverse
    sides: dict[str, Side]
    scripts: Scripts
    module: str
    """Where the functions of the metaverse's rules extension are."""
    provisioning: str = "none"
    """Who makes connectors: ``none``, ``scripted``, ``sync-rule`` or ``both``."""
    portal_rules: frozenset[str] = frozenset()
    """The GUIDs that stand in the portal's configuration."""
    endings: dict[str, Ending] = field(default_factory=dict)

    def ending(self, type_: str) -> Ending:
        """When resources of a type end."""
        return self.endings.get(type_) or Ending()

    def add(self, draft: Draft) -> Draft:
        """Add a document; one whose name is taken gets a number."""
        taken = {one.name for one in self.migration.drafts if one.kind == draft.kind and one.aside == draft.aside}
        base, number = draft.name, 1
        while draft.name in taken:
            number += 1
            draft.name = f"{base} ({number})"
        self.migration.drafts.append(draft)
        return draft
