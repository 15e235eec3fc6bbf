"""``config export`` and ``config describe``: what is in force, as files."""

from pathlib import Path

from mimas import __version__
from mimas.cli.differing import listed
from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import out
from mimas.configuration.apply import applied_at
from mimas.configuration.build import ConfigurationError
from mimas.configuration.describe.site import Site, write
from mimas.configuration.export import ExportError, export, functions
from mimas.configuration.home import FILE
from mimas.configuration.reading import Document, read_folder


def export_to(installation: Installation, folder: Path) -> int:
    """Write the documents in force into a folder."""
    documents = _in_force(installation)
    try:
        written = export(documents, folder)
    except ExportError as error:
        lines = [f"{error}. Nothing was written: name a folder without documents.", *listed(error.changes)]
        if error.changes:
            lines.insert(1, "These changes would make of them what is in force:")
        raise CommandError("\n".join(lines)) from None
    if not written:
        out.print(f"{folder} holds what is in force; nothing was written.", markup=False)
        return Exit.DONE
    files = f"{len(written)} file{'s' * (len(written) != 1)}"
    out.print(f"{len(documents)} documents are in {folder / 'documents'}, in {files}.", markup=False)
    apart = [FILE, *functions(documents)]
    out.print(f"Not written, since not part of what is in force: {', '.join(apart)}.", markup=False)
    return Exit.DONE


def describe(installation: Installation, folder: Path, source: Path | None) -> int:
    """Write pages about the documents in force, or about those of another folder, into a folder."""
    home, _ = installation.settings
    if source is None:
        site = Site(_in_force(installation), home.name, __version__, applied_at(installation.store))
    else:
        site = Site(_read(source), home.name, __version__)
    try:
        written = write(site.pages(), folder)
    except FileExistsError as error:
        raise CommandError(f"{error}. Nothing was written: name an empty folder, or a new one.") from None
    out.print(f"{len(written)} pages are in {folder}. The first is {folder / site.links.index}.", markup=False)
    return Exit.DONE


def _in_force(installation: Installation) -> list[Document]:
    if not installation.documents:
        raise CommandError("No documents are in force. Run `mimas config apply`.")
    return installation.documents


def _read(folder: Path) -> list[Document]:
    documents, problems = read_folder(folder)
    if problems:
        raise ConfigurationError(problems)
    return documents
