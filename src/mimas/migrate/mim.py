"""A folder of exports of MIM: its synchronisation server, its service and portal, or both."""

from pathlib import Path

from mimas.migrate import service, sync
from mimas.migrate.elements import MigrationError
from mimas.migrate.fitting import fit
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report


def carry(folder: Path) -> Migration:
    """All there is in the folder and its subfolders SyncConfig and ServiceConfig.

    Raises `MigrationError` where it is no configuration at all. A file that is broken stands in the report.
    """
    migration = Migration(Report(f"MIM: {folder.name}"))
    agents = sync.carry(migration, folder)
    found = {kind: _file(folder, kind) for kind in ("schema", "policy")}
    has_types = any(draft.kind == "ObjectType" for draft in migration.drafts)
    try:
        service.carry(migration, found["schema"], found["policy"], agents, metaverse=has_types)
    except MigrationError as error:
        for path in found.values():
            if path is not None and path.name in error.message:
                migration.report.broken[path.name] = f"{error.message} {error.advice}".rstrip()
    fit(migration)
    if not migration.report.files and not migration.report.broken:
        raise MigrationError(
            f"{folder} holds no configuration of MIM.",
            "It should hold the folders SyncConfig (Export-MIMServer) and ServiceConfig (Export-FIMConfig).",
        )
    return migration


def _file(folder: Path, kind: str) -> Path | None:
    """The file ``schema.xml`` or ``policy.xml``, in any letter case."""
    places = [folder, *(path for path in sorted(folder.iterdir()) if path.name.lower() == "serviceconfig")]
    files = (path for place in places if place.is_dir() for path in sorted(place.iterdir()))
    return next((path for path in files if path.name.lower() == f"{kind}.xml"), None)
