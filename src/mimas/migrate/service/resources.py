"""The objects of an export as documents of their own kinds: ``kind: Set``, and so on; what cannot be in force yet."""

from collections.abc import Iterable

from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.service import naming
from mimas.migrate.service.filters import identifiers, misunderstood, spelt, xpath
from mimas.migrate.service.keeping import kept_file
from mimas.migrate.service.objects import Exported, identifier, line, settle
from mimas.migrate.service.telling import told
from mimas.migrate.service.wording import FILTERS
from mimas.migrate.service.workflows import carrying as workflows
from mimas.migrate.service.writing import Around, Writer
from mimas.requests.policy import RULE

FOLDER = "policy"
_BRIEF = 60
"""The lines up to which a document shares a file."""
_SHOWN = 10


class Resources:
    """Those objects of an export that become resources."""

    def __init__(
        self, found: Iterable[Exported], everything: Iterable[Exported], around: Around, migration: Migration
    ) -> None:
        """``everything``: the objects of all files, those of the schema among them."""
        self._around = around
        self._migration = migration
        self._all = {one.id: one for one in everything if one.id}
        self._names = naming.names(found, self._all)
        self._writer = Writer(self._names, self._all, around)

    def carry(self) -> None:
        """Write the documents, and account for the objects."""
        drafts = {one: self._writer.document(one) for one in self._names}
        self._migration.report.to_do += self._writer.workflows.to_do
        self._migration.scripts |= self._writer.workflows.scripts
        self._set_aside(drafts)
        kinds = {draft.kind for draft in drafts.values()}
        brief = {kind: all(_lines(one) <= _BRIEF for one in drafts.values() if one.kind == kind) for kind in kinds}
        for one, draft in drafts.items():
            file = kept_file(draft.kind)
            draft.shares = brief[draft.kind]
            draft.folder, draft.title = (FOLDER, file) if draft.shares else (f"{FOLDER}/{file}", "")
            said = [draft.name, *told(one, draft), "stands aside" if draft.aside else ""]
            self._migration.report.resources.setdefault(draft.kind, []).append(" – ".join(filter(None, said)))
            settle(one.element, Outcome.CARRIED)
        self._migration.drafts += drafts.values()
        self._remind(drafts.values())

    def _remind(self, drafts: Iterable[Draft]) -> None:
        """Whoever is named by policy has a document, and may be brought by a sync rule as well."""
        for kind in sorted(self._around.ruled):
            if names := sorted(draft.name for draft in drafts if draft.kind == kind):
                shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
                self._migration.report.to_do.append(
                    f"Policy names {len(names)} of the type {kind}, which have documents in {FOLDER}/{kept_file(kind)}:"
                    f" {shown}. Sync rules bring such, too: where they bring the same ones, take these documents away,"
                    f" and let policy name them as in `{kind}/key`, by an indexed attribute."
                )

    def _set_aside(self, drafts: dict[Exported, Draft]) -> None:
        """Let stand aside what cannot be in force, and whatever would be wrong without it."""
        found = {one: why for one in drafts if (why := self._wrong(one))}
        self._migration.report.to_do += [
            f"{drafts[one].kind} “{drafts[one].name}” stands aside. {why}" for one, why in found.items()
        ]
        others: list[str] = []
        waiting = bool(found)
        while waiting:
            waiting = False
            for one in [one for one in drafts if one not in found]:
                if (other := next((other for other in self._needed(one) if other in found), None)) is not None:
                    found[one] = f"It needs “{drafts[other].name}”, which stands aside."
                    others.append(f"{drafts[one].kind} “{drafts[one].name}”")
                    waiting = True
        if others:
            shown = ", ".join(sorted(others)[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")
            self._migration.report.to_do.append(f"These need what stands aside, and stand there, too: {shown}.")
        for one, why in found.items():
            drafts[one].aside = True
            drafts[one].note = "\n".join(filter(None, [why, drafts[one].note]))

    def _wrong(self, one: Exported) -> str:
        """Why an object cannot be in force, empty if it can."""
        for name in FILTERS:
            filter_ = spelt(xpath(one.text(name)), self._around.spelling)
            if filter_ and (why := misunderstood(filter_, self._around.catalogue)):
                return f"Its {name} cannot be read: {line(why)}"
        if one.kind == workflows.KIND and one.text("RequestPhase") not in workflows.PHASES:
            return f"It is of no phase that there is: {line(one.text('RequestPhase')) or 'it has none'}."
        for phase in workflows.PHASES if one.kind == RULE else ():
            named = (self._all.get(identifier(text)) for text in one.texts(f"{phase}WorkflowDefinition"))
            if other := next((w for w in named if w is not None and w.text("RequestPhase") != phase), None):
                return f"It runs “{other.title}” in the phase {phase}, and that is of another one."
        return self._writer.wrong.get(one, "")

    def _needed(self, one: Exported) -> Iterable[Exported]:
        """What an object refers to."""
        ids = [identifier(text) for name in one.held if self._writer.refers(one, name) for text in one.texts(name)]
        ids += [id_ for name in FILTERS for id_ in identifiers(xpath(one.text(name)))]
        return (self._all[id_] for id_ in ids if id_ in self._all)


def _lines(draft: Draft) -> int:
    """About how many lines a document has."""
    values = [one for value in plain(draft.body).values() for one in (value if isinstance(value, list) else [value])]
    return len(values) + sum(len(one) // 100 + one.count("\n") for one in values if isinstance(one, str))
