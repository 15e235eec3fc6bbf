"""Each check of the conformance kit can fail: systems and connectors that are not as they say, and what tells."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mimas.connectors.contract import Capabilities, Change, End, Entry, Export, Operation, Page, Result, Schema, Sought
from mimas.connectors.delimited import DelimitedConnector
from mimas.connectors.registry import AnyConnector
from mimas.connectors.testing import CHECKS, Subject, Verdict, grade
from mimas.connectors.testing.checks import sizes
from mimas.schema import names
from mimas.testing import Nature, Simulator
from tests.servers.subjects import Delimited
from tests.simulated import Simulated

pytestmark = pytest.mark.slow


def failed(subject: Callable[[Path], Subject]) -> set[str]:
    report = grade(subject, [name for name in CHECKS if name != "readings-are-bounded"])
    return {one.check for one in report.outcomes if one.verdict is Verdict.FAILED}


def lying(kind: type[Simulator], **more: Any) -> type[Simulated]:
    return type(kind.__name__, (Simulated,), {"kind": kind, **more})


# unfaithful systems

NATURES: dict[str, tuple[Nature, set[str]]] = {
    "trims": (Nature(trims=frozenset({"title"})), {"values-with-blanks", "values-with-controls"}),
    "folds": (
        Nature(folds=frozenset({"title"})),
        {"values-of-any-script", "values-with-signs", "what-was-written-is-read-back"},
    ),
    "drops": (
        Nature(drops=frozenset({"mails"})),
        {
            "an-update-may-be-repeated", "several-values-are-changed-one-by-one", "what-was-written-is-read-back",
            "values-of-any-script", "values-with-signs", "values-with-blanks", "values-with-controls",
            "values-with-nul", "values-of-any-length",
        },
    ),
    "hides deletes": (Nature(hides_deletes=True), {"deltas-show-deletes"}),
    "answers twice": (Nature(twice=1), {"each-export-has-one-result"}),
    "is silent": (Nature(silent=1), {"each-export-has-one-result"}),
    "reorders": (Nature(reorders=True), set()),
    "repairs": (Nature(repairs=True), set()),
}  # fmt: skip


@pytest.mark.parametrize(("nature", "expected"), NATURES.values(), ids=NATURES)
def test_unfaithful_systems(nature: Nature, expected: set[str]) -> None:
    assert failed(lying(Simulator, nature=nature)) == expected


# connectors that read wrongly


@dataclass
class Altered:
    """A page with something else in the place of its own."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Any]
    entry: Callable[[int], Entry]


def altered(page: Page, **more: Any) -> Altered:
    whole = {"keys": page.keys, "fingerprints": page.fingerprints, "deleted": page.deleted, "problems": page.problems}
    return Altered(**(whole | {"entry": page.entry} | more))


def without(page: Page, is_left_out: Callable[[Entry], bool]) -> Altered:
    """The page without some entries; what is gone stays."""
    kept = [i for i in range(len(page.keys)) if i in page.deleted or not is_left_out(page.entry(i))]
    return altered(
        page,
        keys=[page.keys[i] for i in kept],
        fingerprints=[page.fingerprints[i] for i in kept],
        deleted=frozenset(new for new, old in enumerate(kept) if old in page.deleted),
        entry=lambda index: page.entry(kept[index]),
    )


class FindsNothing(Simulator):
    def discover(self) -> Schema:
        return {}


class SaysNothing(Simulator):
    def test(self) -> str:
        return ""


class GoesOnAfterTheEnd(Simulator):
    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        yield from super().read(watermark)
        yield Altered((), (), frozenset(), (), lambda _: Entry("", ""))


class PrintsTheWholeSystem(Simulator):
    def _page(self, entries: Any) -> Page:
        page, everything = super()._page(entries), hash(repr(self.system.entries())) & 0xFFFF
        return altered(page, fingerprints=[one ^ everything for one in page.fingerprints])


class HasNoSalt(Simulator):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.salt = 0


class EndsWell(Simulator):
    """A reading that was cut is said to be complete."""

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        last = None
        for last in super().read(watermark):
            yield last
        if not isinstance(last, End):
            yield End(watermark="0")


class IsHurt(Simulator):
    """When a reading is dropped, the next one goes on behind it."""

    hurt = False

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        if self.hurt:
            yield End(watermark="0")
            return
        self.hurt = True
        yield from super().read(watermark)
        self.hurt = False


class NeverForgets(Simulator):
    """What was deleted since the connector was opened is still in full readings."""

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        if watermark is None:
            self.seen: dict[str, Any] = {**getattr(self, "seen", {}), **self.system.entries()}
            gone = [one for anchor, one in self.seen.items() if anchor not in self.system.entries()]
            yield self._page(gone)
        yield from super().read(watermark)


class GivesAnchorsAnew(Simulator):
    """Each connector has anchors of its own."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        number = len(list(self.folder.glob("*.opened")))
        (self.folder / f"{number}.opened").touch()
        self.end = f"/{number}"

    def _page(self, entries: Any) -> Page:
        page = super()._page(entries)
        keys = [key + self.end for key in page.keys]

        def entry(index: int) -> Entry:
            found = page.entry(index)
            found.anchor = keys[index]
            return found

        return altered(page, keys=keys, entry=entry)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        for part in super().read(watermark):
            gone = not isinstance(part, End) and part.deleted
            yield altered(part, keys=[key + self.end for key in part.keys]) if gone else part  # type: ignore[arg-type, union-attr]

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        return super().fetch([one._replace(anchor=one.anchor.partition("/")[0]) for one in objects])

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        bare = [replace(one, anchor=one.anchor.partition("/")[0] if one.anchor else None) for one in exports]
        for result in super().write(bare):
            yield replace(result, anchor=result.anchor + self.end if result.anchor else None)


class TellsAnotherAnchor(Simulator):
    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for result in super().write(exports):
            yield replace(result, anchor="another" if result.anchor else None)


class FetchesEverything(Simulator):
    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        yield self._page(list(self.system.entries().values()))


class LeavesOut(Simulator):
    """What deltas do not show."""

    left_out: Callable[[Entry], bool]

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        for part in super().read(watermark):
            yield part if isinstance(part, End) or watermark is None else without(part, type(self).left_out)


class HidesChanges(LeavesOut):
    left_out = staticmethod(lambda entry: entry.values.get("title") == "another")


class HidesRenames(LeavesOut):
    left_out = staticmethod(lambda entry: "0," in (entry.name or ""))


class HidesMembers(LeavesOut):
    left_out = staticmethod(lambda entry: entry.type == "team")


class CountsReadings(Simulator):
    """A new watermark at each reading, though nothing has happened."""

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        said, _, readings = (watermark or "").partition(".")
        for part in super().read(said or None):
            yield replace(part, watermark=f"{part.watermark}.{readings}1") if isinstance(part, End) else part


class RemembersTheLast(Simulator):
    """It reads on from where it was, whatever watermark it is given."""

    last = 0

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        since = None if watermark is None else str(max(int(watermark), self.last))
        for part in super().read(since):
            if isinstance(part, End):
                self.last = int(part.watermark or 0)
            yield part


class Hears(Simulator):
    """As it should be: it can be waited for."""

    heard = -1

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, live=True)

    def wait(self, seconds: float) -> bool:
        before, self.heard = self.heard, self.system.changes(0)[2]
        return before not in (-1, self.heard)


class IsDeaf(Hears):
    def wait(self, seconds: float) -> bool:
        return False


class KeepsWhatItShows(Simulator):
    """Pages are small, and all of them are made first."""

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        yield from list(super().read(watermark))


class OnePage(Simulator):
    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        *pages, end = super().read(watermark)
        entries = list(self.system.entries().values())
        yield from [self._page(entries), end] if watermark is None else [*pages, end]


READERS: dict[type[Simulator], set[str]] = {
    FindsNothing: {"discovery-names-the-types"},
    SaysNothing: {"a-test-says-what-was-reached"},
    GoesOnAfterTheEnd: {"readings-keep-the-contract"},
    PrintsTheWholeSystem: {"fingerprints-follow-the-entries"},
    HasNoSalt: {"fingerprints-are-salted"},
    EndsWell: {"a-cut-reading-is-not-complete"},
    IsHurt: {"a-dropped-reading-does-no-harm"},
    NeverForgets: {"deleted-objects-are-left-out", "a-delete-may-be-repeated", "deltas-show-deletes"},
    GivesAnchorsAnew: {"anchors-are-stable"},
    TellsAnotherAnchor: {"a-write-tells-the-anchor"},
    FetchesEverything: {"fetched-objects-are-as-in-a-reading"},
    HidesChanges: {"deltas-show-adds-and-changes", "an-old-watermark-is-still-right"},
    HidesRenames: {"deltas-show-renames"},
    HidesMembers: {"deltas-show-members"},
    CountsReadings: {"a-quiet-delta-changes-nothing"},
    Hears: set(),
    IsDeaf: {"a-change-is-told-at-once"},
    RemembersTheLast: {"an-old-watermark-is-still-right"},
}  # fmt: skip


@pytest.mark.parametrize(("kind", "expected"), READERS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_connectors_that_read_wrongly(kind: type[Simulator], expected: set[str]) -> None:
    assert failed(lying(kind)) == expected


def test_readings_that_are_not_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes, "_LARGEST", 100)
    for kind in (KeepsWhatItShows, OnePage):
        report = grade(lying(kind, shortfalls={}), ["readings-are-bounded"])
        assert [one.verdict for one in report.outcomes] == [Verdict.FAILED], kind


# connectors that write wrongly


class Sends(Simulator):
    """Something else is sent than was asked."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        yield from super().write([self.instead(export) for export in exports])

    def instead(self, export: Export) -> Export:
        changes = {name: self.change(export, name, change) for name, change in export.changes.items()}
        sent = {name: change for name, change in changes.items() if change is not None}
        return replace(export, changes=sent)

    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return change


class LosesTheThird(Sends):
    """Of three values that are written together the last one is lost."""

    def change(self, export: Export, name: str, change: Change) -> Change | None:
        lost = name == "mails" and export.operation is Operation.ADD and len(change.values) == 3
        return replace(change, values=change.values[:2]) if lost else change


class NeverClears(Sends):
    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return change if name != "title" or change.values else None


class NeverRemoves(Sends):
    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return replace(change, values=[*change.values, *change.removed]) if name == "mails" else change


class NeverRemovesMembers(Sends):
    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return replace(change, removed=()) if name == "members" else change


class KeepsItsManager(Sends):
    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return change if name != "manager" or change.values else None


class IsNeverEmpty(Sends):
    """The last member stays."""

    def change(self, export: Export, name: str, change: Change) -> Change | None:
        last = name == "members" and change.removed and not change.added
        return None if last else change


class HasNoRoom(Sends):
    """A group takes so many members, and says nothing of the others."""

    def change(self, export: Export, name: str, change: Change) -> Change | None:
        many = len(export.changes.get(name, change).values) > 29 and name == "members"
        return replace(change, values=change.values[:29], added=change.added[:29]) if many else change


class Composes(Sends):
    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return replace(change, values=[made(one) for one in change.values]) if name == "title" else change


def made(text: Any) -> str:
    return unicodedata.normalize("NFC", text)


class TakesAway(Sends):
    """Signs are lost in an attribute, or in names."""

    attribute, signs, by = "title", "", ""

    def text(self, text: str) -> str:
        return text.translate({ord(sign): self.by for sign in self.signs})

    def change(self, export: Export, name: str, change: Change) -> Change | None:
        return replace(change, values=list(map(self.text, change.values))) if name == self.attribute else change


class LosesQuotes(TakesAway):
    signs = '"'


class LosesBlanks(TakesAway):
    signs = " "


class LosesLineEnds(TakesAway):
    signs, by = "\n", "/"


class LosesNuls(TakesAway):
    signs = "\0"


class CutsOff(TakesAway):
    def text(self, text: str) -> str:
        return text[:255]


class Renamed(TakesAway):
    """In names as well, where the values are right."""

    attribute = "cn"


class LosesQuotesInNames(Renamed):
    signs = '"'


class LosesBlanksInNames(Renamed):
    signs = " "


class LosesLineEndsInNames(Renamed):
    signs, by = "\n", "/"


class LosesNulsInNames(Renamed):
    signs = "\0"


class CutsOffInNames(Renamed):
    def text(self, text: str) -> str:
        return text[:255]


class LosesScriptsInNames(Renamed):
    def text(self, text: str) -> str:
        return text.encode("latin-1", "replace").decode("latin-1")


class UpdatesOthers(Simulator):
    """With an update of a title that of somebody else changes."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            yield from super().write([export])
            title = export.changes.get("title")
            if export.operation is Operation.UPDATE and title and title.values == ["after"]:
                for one in self.system.entries().values():
                    if one.type == "user" and "title" not in one.values:
                        self.system.put("user", {**one.values, "title": "after"}, anchor=one.anchor, name=one.name)


class MakesAnew(Simulator):
    """A rename makes a new object."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            if export.new_name is None or export.anchor not in self.system.entries():
                yield from super().write([export])
                continue
            old = self.system.entries()[export.anchor]
            self.system.remove(old.anchor)
            values: Any = old.values
            self.system.put(old.type, values, name=export.new_name)
            yield Result(export.id)


class Answers(Simulator):
    """Results are others than the system's."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            for result in super().write([export]):
                yield self.answer(export, result)

    def answer(self, export: Export, result: Result) -> Result:
        return result


class KnowsNoTerms(Answers):
    def answer(self, export: Export, result: Result) -> Result:
        return replace(result, error="bad") if result.error == "constraint-violation" else result


class MissesNobody(Answers):
    def answer(self, export: Export, result: Result) -> Result:
        update = export.operation is Operation.UPDATE
        return Result(export.id) if update and result.error == "cd-missing-object" else result


class IsTerse(Answers):
    def answer(self, export: Export, result: Result) -> Result:
        return replace(result, message="it failed") if result.error else result


class FailsRepeatedDeletes(Answers):
    """A delete of what is not there is refused in words of its own."""

    def answer(self, export: Export, result: Result) -> Result:
        gone = export.operation is Operation.DELETE and result.error
        return replace(result, error="cd-error") if gone else result


class TellsSecrets(Answers):
    def answer(self, export: Export, result: Result) -> Result:
        given = export.changes.get("password")
        return replace(result, message=f"{result.message} {given.values}") if given and result.error else result


class Asks(Simulator):
    """It looks at the system before it sends something, and refuses some of it."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            if said := self.wrong(export):
                yield Result(export.id, said, f"{export.name} {export.anchor} is refused", "It is a test.")
            else:
                yield from super().write([export])

    def wrong(self, export: Export) -> str:
        return ""


class IsCareful(Asks):
    """As it should be: a title that it does not like is refused."""

    def wrong(self, export: Export) -> str:
        title = export.changes.get("title")
        return "constraint-violation" if title and title.values == ["bad"] else ""


class FailsTogether(IsCareful):
    """One that is refused has the others refused that come after it."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        said = ""
        for export in exports:
            if said := said or self.wrong(export):
                yield Result(export.id, said, f"{export.name} is refused", "It is a test.")
            else:
                yield from super().write([export])


class SpeaksInTongues(IsCareful):
    def wrong(self, export: Export) -> str:
        return super().wrong(export) and "E4711"


class WantsOrder(Asks):
    """Members have to be there first."""

    def wrong(self, export: Export) -> str:
        there = {names.key(one.name or "") for one in self.system.entries().values()}
        members = export.changes.get("members", Change([]))
        return "" if {names.key(one) for one in members.values} <= there else "constraint-violation"


class Overwrites(Simulator):
    """An add of what is there changes it, without a word."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            known = {names.key(one.name or ""): one.anchor for one in self.system.entries().values()}
            there = known.get(names.key(export.name or "")) if export.operation is Operation.ADD else None
            yield from super().write([replace(export, operation=Operation.UPDATE, anchor=there) if there else export])


class MakesTwins(Simulator):
    """An add of what is there makes another one under a similar name."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            known = {names.key(one.name or "") for one in self.system.entries().values()}
            twin = export.operation is Operation.ADD and names.key(export.name or "") in known
            yield from super().write([replace(export, name=f"{export.name},o=twin") if twin else export])


class IsStrict(Asks):
    """A member that is not there cannot be removed."""

    def wrong(self, export: Export) -> str:
        entry = self.system.entries().get(export.anchor or "")
        removed = export.changes.get("members", Change([])).removed
        there = entry.values.get("members", []) if entry else []
        return "cd-existing-attribute-or-value" if entry and not set(removed) <= set(there) else ""


class RenamesOnlyOnce(Asks):
    def wrong(self, export: Export) -> str:
        entry = self.system.entries().get(export.anchor or "")
        return "E0815" if entry and export.new_name and entry.name == export.new_name else ""


SCRIPTS, SIGNS, BLANKS = "values-of-any-script", "values-with-signs", "values-with-blanks"
CONTROLS, NULS = "values-with-controls", "values-with-nul"
WRITERS: dict[type[Simulator], set[str]] = {
    LosesTheThird: {"what-was-written-is-read-back", NULS},
    NeverClears: {"a-single-value-is-cleared"},
    NeverRemoves: {"several-values-are-changed-one-by-one", "an-update-may-be-repeated"},
    NeverRemovesMembers: {
        "references-lead-to-their-targets", "all-members-are-cleared", "a-large-group-keeps-every-member",
        "an-update-may-be-repeated",
    },
    KeepsItsManager: {"a-single-reference-is-changed-and-cleared"},
    IsNeverEmpty: {"all-members-are-cleared"},
    HasNoRoom: {"a-large-group-keeps-every-member"},
    Composes: {SCRIPTS},
    LosesQuotes: {SIGNS},
    LosesBlanks: {BLANKS, SIGNS},
    LosesLineEnds: {CONTROLS},
    LosesNuls: {NULS},
    CutsOff: {"values-of-any-length"},
    CutsOffInNames: {"names-of-any-length"},
    LosesScriptsInNames: {"names-of-any-script", "names-with-controls"},
    LosesQuotesInNames: {"names-with-signs"},
    LosesBlanksInNames: {"names-with-blanks", "names-with-signs"},
    LosesLineEndsInNames: {"names-with-controls"},
    LosesNulsInNames: {"names-with-nul"},
    UpdatesOthers: {"an-update-changes-only-what-it-says"},
    MakesAnew: {"a-rename-keeps-the-anchor", "a-move-keeps-the-anchor"},
    MissesNobody: {"a-missing-object-fails-alone"},
    IsTerse: {"errors-name-their-object"},
    FailsRepeatedDeletes: {"a-delete-may-be-repeated", "a-missing-object-fails-alone"},
    TellsSecrets: {"a-secret-value-is-not-told"},
    WantsOrder: {"references-may-come-before-their-targets"},
    Overwrites: {"an-existing-object-fails-alone"},
    MakesTwins: {"an-existing-object-fails-alone", "an-add-may-be-repeated"},
    IsStrict: {"an-update-may-be-repeated"},
    RenamesOnlyOnce: {"a-rename-may-be-repeated"},
    IsCareful: set(),
}  # fmt: skip
BAD: dict[type[Simulator], set[str]] = {
    IsCareful: set(),
    FailsTogether: {"a-bad-value-fails-alone"},
    SpeaksInTongues: {"a-bad-value-fails-alone"},
    Simulator: set(),
}


@pytest.mark.parametrize(("kind", "expected"), WRITERS.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_connectors_that_write_wrongly(kind: type[Simulator], expected: set[str]) -> None:
    assert failed(lying(kind)) == expected


@pytest.mark.parametrize(("kind", "expected"), BAD.items(), ids=lambda one: getattr(one, "__name__", ""))
def test_connectors_that_refuse_wrongly(kind: type[Simulator], expected: set[str]) -> None:
    assert failed(lying(kind, bad=("title", "bad"))) == expected


class TellsItsPassword(Simulator):
    def test(self) -> str:
        return "reached with the password hush"


def test_a_connector_that_tells_its_password() -> None:
    assert failed(lying(TellsItsPassword, secrets=("hush",))) == {"passwords-are-not-told"}


class InPlace(DelimitedConnector):
    """A listing that is written where readers read it."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        with (self.folder / (self.settings.path or "")).open("wb", buffering=0) as out:
            yield from self.listing(out, self.slowly(exports))

    def slowly(self, exports: Iterable[Export]) -> Iterator[Export]:
        yield from exports


class DelimitedInPlace(Delimited):
    def open(self) -> AnyConnector:
        return self.connect(InPlace, path="people.csv", export="listing")


def test_a_listing_that_is_not_replaced_at_once() -> None:
    expected = {"a-listing-is-replaced-at-once", "an-unfinished-listing-changes-nothing"}
    assert failed(DelimitedInPlace) == expected


def test_every_check_is_made_to_fail_here() -> None:
    natures: Mapping[Any, Any] = {name: expected for name, (_, expected) in NATURES.items()}
    told = set[str]().union(*natures.values(), *READERS.values(), *WRITERS.values(), *BAD.values())
    told |= {"readings-are-bounded", "passwords-are-not-told"}
    told |= {"a-listing-is-replaced-at-once", "an-unfinished-listing-changes-nothing"}
    assert CHECKS.keys() == told
