"""``config export`` and ``config describe``: what is in force, as files."""

from pathlib import Path

from mimas.cli.differing import listed
from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import out
from mimas.configuration.export import ExportError, export, functions
from mimas.configuration.home import FILE


def export_to(installation: Installation, folder: Path) -> int:
    """Write the documents in force into a folder."""
    documents = installation.documents
    if not documents:
        raise CommandError("No documents are in force. Run `mimas config apply`.")
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
