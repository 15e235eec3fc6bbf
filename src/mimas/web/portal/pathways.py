"""The picture of a preview: from the objects of the sources to the resource, and on to each system."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from mimas.runs.explaining.belonging import Belonging, ObjectProof
from mimas.runs.explaining.preview import Preview, TargetPreview
from mimas.runs.telling import previewing as telling
from mimas.runs.telling.tree import Tree
from mimas.schema.values import Value
from mimas.store.referring import OWN
from mimas.sync.explain import AttributeProof, LinkRuleProof


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


BELONGS = {
    Belonging.LINKED: _("linked"),
    Belonging.NO_RULE: _("no rule links its type"),
    Belonging.OUT_OF_SCOPE: _("filtered: in no rule's scope"),
    Belonging.FAILED: _("a rule failed"),
    Belonging.BY_HAND: _("disconnected by hand"),
    Belonging.SEVERAL: _("several match"),
    Belonging.NOBODY: _("nobody matches"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An attribute of the resource: what it has, and what it would have."""

    name: str
    before: Value | None
    after: Value | None
    proof: AttributeProof

    @property
    def changed(self) -> bool:
        """Whether it would be another one."""
        return self.before != self.after


@dataclass(frozen=True)
class Pathway:
    """A preview as stations. ``readable``: what the visitor may read; what rules give or take is told in any case."""

    of: Preview
    readable: Collection[str]

    @property
    def head(self) -> str:
        """Whom it is about."""
        return telling.head(self.of)

    @property
    def values(self) -> list[Row]:
        """The attributes that have a value or get one, those first that change."""
        found = []
        for proof in self.of.proof.attributes if self.of.proof is not None else ():
            before, after = self.of.before.get(proof.attribute), self.of.after.get(proof.attribute)
            if (before is None and after is None) or not (proof.offers or proof.attribute in self.readable):
                continue
            found.append(Row(proof.attribute, before, after, proof))
        return sorted(found, key=lambda row: not row.changed)

    @property
    def references(self) -> Tree | None:
        """The references."""
        if self.of.proof is None:
            return None
        some = (one for one in self.of.references if one.origin != OWN or one.attribute in self.readable)
        return telling.references(replace(self.of, references=tuple(some)))

    def scopes(self, one: ObjectProof) -> list[LinkRuleProof]:
        """The rules that might link an object, those first that cover it."""
        return sorted(one.links, key=lambda rule: not rule.scope.holds)

    def fate(self, target: TargetPreview) -> str:
        """What becomes of the account in a system."""
        return telling.fate(target)

    def tree(self, of: ObjectProof | TargetPreview) -> Tree:
        """All that is known of one station."""
        return telling.object_tree(of) if isinstance(of, ObjectProof) else telling.target_tree(self.of, of)
