"""What a migration gathers, and the home folder that comes of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from mimas.configuration.home import FILE
from mimas.configuration.reading import FOLDER
from mimas.migrate.agents.agent import Place
from mimas.migrate.drafts import Draft, file_name, plain
from mimas.migrate.elements import Element, MigrationError, Outcome
from mimas.migrate.report import Report
from mimas.migrate.stubs import Stub, module_text

ASIDE, KEPT, EXTENSIONS, SCRIPTS = "aside", "kept", "extensions", "scripts"
"""Folders of a home: documents that are not in force, what has no place yet, Python functions, scripts of workflows."""
_DIVIDER = "---\n"
_LARGE = 128 * 1024
"""The characters up to which documents share a file."""


@dataclass(slots=True)
class Migration:
    """Documents, stubs of functions, and what is kept as it was."""

    report: Report
    drafts: list[Draft] = field(default_factory=list)
    stubs: list[Stub] = field(default_factory=list)
    kept: dict[str, list[Element]] = field(default_factory=dict)
    """By the name of the file to be."""
    scripts: dict[str, str] = field(default_factory=dict)
    """Scripts of workflows, by the name of the file to be."""
    endings: dict[str, Any] = field(default_factory=dict)
    """Connector → what its outbound rules are to say in ``deprovision``, where that is not the usual."""
    places: dict[str, Mapping[str, Place]] = field(default_factory=dict)
    """Connector → object type in small letters → where its objects stand, if not in a type of their own."""
    portal_types: dict[str, str] = field(default_factory=dict)
    """Type of the portal → type of the metaverse that is the same to MIM's service agent."""

    def keep(self, file: str, element: Element, note: str = "") -> None:
        """Keep an element as it is: there is no place for it yet."""
        element.whole(Outcome.KEPT, note or f"it stands in {KEPT}/{file_name(file)}.xml")
        self.kept.setdefault(file, []).append(element)

    def write(self, home: Path) -> list[Path]:
        """Make a home folder; the files written, relative to it. Raises `MigrationError`."""
        try:
            if home.exists() and any(home.iterdir()):
                raise MigrationError(f"{home} is not empty.", "Name a folder that is new: nothing is overwritten.")
            written = []
            for name, text in self._files():
                path = home / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
                written.append(Path(name))
            for draft in self.drafts:
                if file := _file(draft):
                    (home / file).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MigrationError(f"{home} cannot be written: {error.strerror or error}.") from None
        return written

    def _files(self) -> Iterator[tuple[PurePosixPath, str]]:
        yield PurePosixPath(FILE), f"[mimas]\nname = {_toml(self.report.title)}\n"
        taken: Counter[PurePosixPath] = Counter()
        for file, text in self._texts():
            taken[file] += 1
            number = f"-{taken[file]}" if taken[file] > 1 else ""
            yield file.with_name(f"{file.name}{number}.yaml"), text
        for module in sorted({stub.module for stub in self.stubs}):
            some = [stub for stub in self.stubs if stub.module == module]
            yield PurePosixPath(EXTENSIONS) / f"{module}.py", module_text(some)
        for name, text in sorted(self.scripts.items()):
            yield PurePosixPath(SCRIPTS) / name, text
        for name, elements in sorted(self.kept.items()):
            inner = "\n".join(element.xml() for element in elements)
            yield PurePosixPath(KEPT) / f"{file_name(name)}.xml", f"<kept>\n{inner}\n</kept>\n"
        yield PurePosixPath("migration-report.txt"), self.report.text()
        yield PurePosixPath("migration-report.html"), self.report.html()

    def _texts(self) -> Iterator[tuple[PurePosixPath, str]]:
        """The files of documents, without endings; several may have one name."""
        shared: dict[PurePosixPath, list[str]] = {}
        for draft in self.drafts:
            file = PurePosixPath(ASIDE if draft.aside else FOLDER) / draft.file
            text = draft.yaml()
            if not draft.shares:
                yield file, text
                continue
            together = shared.setdefault(file, [])
            if together and sum(map(len, together)) + len(text) > _LARGE:
                yield file, _DIVIDER.join(together)
                together.clear()
            together.append(text)
        yield from ((file, _DIVIDER.join(together)) for file, together in shared.items())


def _file(draft: Draft) -> str:
    """The file of a connector that has one, relative to the home."""
    settings = draft.body.get("settings", {}) if draft.kind == "Connector" else {}
    path = plain(settings).get("path", "")
    return path if isinstance(path, str) and not Path(path).is_absolute() and ".." not in Path(path).parts else ""


def _toml(text: str) -> str:
    plain = "".join(sign for sign in text if sign.isprintable() and sign not in '"\\')
    return f'"{plain}"'
