"""A throw-away Active Directory domain controller: Samba in one folder, on a loopback address of its own.

Samba's LDAP ports cannot be chosen, so every controller has another address, and root is needed to listen on them.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.servers.certificates import certify
from tests.servers.processes import free_address, stop, wait_for_port

PASSWORD = "Only-for-te5ts"
_MODULES = "ldap, cldap, kdc"


def missing() -> str:
    """Why there can be no controller here; empty if there can."""
    program = shutil.which("samba", path=_SBIN)
    if shutil.which("samba-tool") is None or program is None:
        return "Samba's domain controller is not installed: apt-get install samba-ad-dc samba-ad-provision ldb-tools"
    said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    if tuple(map(int, re.findall(r"\d+", said)[:2])) < _VERSION:
        return f"Samba is too old ({said.strip()}): from 4.19 on it will do, which Debian 12 has in bookworm-backports"
    if os.geteuid() != 0:
        return "a domain controller listens on ports that only root may open"
    return ""


_VERSION = (4, 19)
"""Samba's first that can be a domain of Windows Server 2016."""

_SBIN = "/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", "")


class Samba:
    """A domain controller. ``start`` and ``stop`` can be repeated; the data stays."""

    def __init__(self, folder: Path, realm: str = "CORP.EXAMPLE.TEST") -> None:
        self.folder = folder
        self.address = free_address()
        self.realm, self.domain = realm, realm.lower()
        self.base = ",".join(f"DC={part}" for part in self.domain.split("."))
        self.host = f"dc1.{self.domain}"
        self.user = f"Administrator@{realm}"
        self.uri, self.plain_uri = f"ldaps://{self.address}", f"ldap://{self.address}"
        self.certificate, self.key = folder / "tls.crt", folder / "tls.key"
        self.kerberos = folder / "krb5.conf"
        self._config = folder / "etc" / "smb.conf"
        self._process: subprocess.Popen[bytes] | None = None
        self._provision()

    def tool(self, *command: str, **environment: str) -> str:
        """Run samba-tool on the controller's own database; what it prints."""
        done = subprocess.run(
            ["samba-tool", *command, f"--configfile={self._config}"],
            check=False, capture_output=True, text=True, env=os.environ | environment,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"samba-tool {command[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def load(self, ldif: str, program: str = "ldbadd", *options: str) -> None:
        """Add entries to the database, which may be in use; with ``ldbmodify``, change some."""
        command = [program, "-H", str(self.folder / "private" / "sam.ldb"), f"--configfile={self._config}", "--nosync"]
        # All at once is faster, but a changed schema is known by the next transaction only.
        command += options or ["-o", "batch_mode:1"]
        done = subprocess.run(command, check=False, input=ldif.encode(), capture_output=True)
        # In a batch, what cannot be read is told and no failure.
        if done.returncode or b"Failed to parse" in done.stdout + done.stderr:
            raise RuntimeError(f"{program}: {done.stdout.decode()}{done.stderr.decode()}")

    def start(self) -> "Samba":
        """Run, and wait until it answers."""
        log = self.folder / "log"
        with log.open("ab") as output:
            command = [shutil.which("samba", path=_SBIN) or "samba", "-F", f"--configfile={self._config}"]
            self._process = subprocess.Popen(
                [*command, "--debug-stdout", "-M", "prefork"], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        for port in (389, 636, 88):
            wait_for_port(port, self._process, log, 60, self.address)
        return self

    def stop(self) -> None:
        """End it."""
        if self._process:
            stop(self._process)
            # Its children end by themselves a little later, and keep the ports until then.
            for _ in range(100):
                try:
                    os.killpg(self._process.pid, signal.SIGTERM)
                except ProcessLookupError:
                    break
                time.sleep(0.05)
        self._process = None

    def certify(self, days: int = 30) -> None:
        """Make its certificate; one of a negative number of days has expired."""
        certify(self.certificate, self.key, self.host, self.domain, self.address, "127.0.0.1", days=days)

    def _provision(self) -> None:
        address = [f"--option=interfaces={self.address}/8", "--option=bind interfaces only=yes"]
        command = [
            "samba-tool", "domain", "provision", "--configfile=/dev/null", f"--targetdir={self.folder}",
            "--server-role=dc", "--dns-backend=NONE", f"--realm={self.realm}", f"--domain={self.realm.split('.')[0]}",
            f"--adminpass={PASSWORD}", "--host-name=dc1", f"--host-ip={self.address}", "--base-schema=2019",
            "--function-level=2016", "--option=ad dc functional level=2016", "--backend-store=mdb",
            "--option=ldb:nosync=yes", *address,
        ]  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"samba-tool domain provision: {done.stderr[-2000:]}")
        self.certify()
        lines = [f"server services = {_MODULES}", "prefork children = 2", "ldap server require strong auth = no"]
        lines += [f"tls {what} = {path}" for what, path in (("keyfile", self.key), ("certfile", self.certificate))]
        lines += [f"tls cafile = {self.certificate}", f"pid directory = {self.folder}"]
        lines += [f"ncalrpc dir = {self.folder}/ncalrpc", f"ntp signd socket directory = {self.folder}/ntp_signd"]
        text = "\n".join(line for line in self._config.read_text().splitlines() if "server services" not in line)
        self._config.write_text(text.replace("[global]", "[global]\n" + "\n".join(f"\t{line}" for line in lines), 1))
        # A test is to be able to change a password twice; and Kerberos to know the LDAP service by its address.
        changes = {self.base: ("replace", "minPwdAge", "0")}
        changes[f"CN=DC1,OU=Domain Controllers,{self.base}"] = ("add", "servicePrincipalName", f"ldap/{self.address}")
        for name, (how, attribute, value) in changes.items():
            self.load(f"dn: {name}\nchangetype: modify\n{how}: {attribute}\n{attribute}: {value}\n", "ldbmodify")
        self.kerberos.write_text(
            f"[libdefaults]\n default_realm = {self.realm}\n dns_lookup_kdc = false\n"
            " dns_canonicalize_hostname = false\n rdns = false\n"
            f"[realms]\n {self.realm} = {{\n  kdc = {self.address}\n }}\n"
            f"[domain_realm]\n .{self.domain} = {self.realm}\n"
        )
