"""A throw-away PostgreSQL server: one folder, a free port, no durability."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.servers.processes import free_port

OWNER = "postgres"


def programs() -> Path | None:
    """The folder of the newest installed server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Postgres:
    """A PostgreSQL server. It refuses to run as root, so root runs it as ``postgres``, in a folder of that account."""

    def __init__(self, programs: Path) -> None:
        self.port = free_port()
        self._programs = programs
        # Not under pytest's own folder, which only its owner may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="mimas-postgres-"))
        if os.getuid() == 0:
            shutil.chown(self._folder, OWNER, OWNER)
        self._run("initdb", "-D", "data", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> "Postgres":
        """Run, and wait until it answers."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
        return self

    def stop(self) -> None:
        """End it at once, cutting every connection."""
        self._run("pg_ctl", "-D", "data", "-m", "immediate", "stop")

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", OWNER, "--", *command]
        # To files, not pipes: the server inherits them and would keep a pipe open.
        with (self._folder / "output").open("ab") as output:
            done = subprocess.run(
                command, check=False, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{(self._folder / 'output').read_text(errors='replace')[-2000:]}")
