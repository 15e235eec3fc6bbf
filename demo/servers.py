"""The two servers of the demo, on loopback and on free ports: OpenLDAP's slapd, if it is there, and scim2-server."""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from company import LOCATIONS
from expected import BASE, escape

ADMINISTRATOR = f"cn=admin,{BASE}"
NOBODY = f"cn=nobody,{BASE}"
"""Stands as a member in groups that would be empty."""


def free_port(wanted: int) -> int:
    """The wanted port, or another one when something listens there."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


class Server:
    """A child process that listens on a port; what it says goes to a file beside its data."""

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        """Start it and wait until it answers. Raises ``RuntimeError`` with the end of its log."""
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-1000:]}")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def scim_server(folder: Path, port: int, token: str) -> Server:
    """A SCIM 2.0 service in memory: scim2-server, which nobody of Mimas wrote."""
    folder.mkdir(parents=True, exist_ok=True)
    program = str(Path(sys.executable).with_name("scim2-server"))
    return Server([program, "--port", str(port), "--bearer-token", token], port, folder / "log")


def _slapd() -> str | None:
    return shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/lib/openldap")


def no_directory() -> str:
    """Why there can be no directory here; empty when there can."""
    missing = [] if _slapd() else ["slapd (apt-get install slapd)"]
    if importlib.util.find_spec("ldap") is None:
        missing.append("python-ldap (apt-get install gcc python3-dev libldap-dev libsasl2-dev)")
    return " and ".join(missing)


def directory_server(folder: Path, port: int, password: str) -> Server:
    """An empty OpenLDAP directory with its containers. It repairs references when an entry moves (refint)."""
    slapd = _slapd()
    if slapd is None:
        raise RuntimeError("slapd is not installed")
    (folder / "data").mkdir(parents=True)
    configuration, containers = folder / "slapd.conf", folder / "containers.ldif"
    configuration.touch(mode=0o600)
    configuration.write_text(_configuration(folder, password))
    containers.write_text(_containers(), encoding="utf-8")
    subprocess.run([slapd, "-T", "add", "-q", "-f", str(configuration), "-l", str(containers)], check=True)
    command = [slapd, "-d", "0", "-f", str(configuration), "-h", f"ldap://127.0.0.1:{port}"]
    return Server(command, port, folder / "log")


def _configuration(folder: Path, password: str) -> str:
    schemas = "\n".join(f"include /etc/ldap/schema/{name}.schema" for name in ("core", "cosine", "inetorgperson"))
    return f"""\
{schemas}
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload refint
pidfile "{folder}/pid"
sizelimit unlimited
database mdb
suffix "{BASE}"
rootdn "{ADMINISTRATOR}"
rootpw "{password}"
directory "{folder}/data"
dbnosync
index objectClass,uid,member,manager,entryUUID eq
overlay refint
refint_attributes member manager
refint_nothing "{NOBODY}"
"""


def _containers() -> str:
    units = [("people", "ou=people"), ("groups", "ou=groups")]
    units += [(place, f"ou={escape(place)},ou=people") for place in (*LOCATIONS, "external")]
    entries = [f"dn: {BASE}\nobjectClass: domain\ndc: {BASE.partition(',')[0].removeprefix('dc=')}\n"]
    # slapadd reads UTF-8 as it is.
    entries += [f"dn: {name},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n" for unit, name in units]
    return "\n".join(entries)
