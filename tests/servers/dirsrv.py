"""A throw-away 389 Directory Server: everything that it writes stands in one folder.

``dscreate`` reads where things are to be from a file below ``$PREFIX``; so nothing is made in ``/etc`` or ``/var``.
"""

import getpass
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import ldap

from tests.servers.processes import free_port, stop, wait_for_port

SUFFIX = "dc=example,dc=test"
ADMIN = "cn=Directory Manager"
READER = f"uid=reader,{SUFFIX}"
PASSWORD = "only-for-tests"
_SHARED = Path("/usr/share/dirsrv")
_SBIN = "/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", "")

_ANSWERS = """\
[general]
config_version = 2
full_machine_name = localhost
strict_host_checking = False
start = False
[slapd]
instance_name = {instance}
port = {port}
secure_port = {tls_port}
root_password = {password}
self_sign_cert = False
[backend-userroot]
suffix = {suffix}
create_suffix_entry = True
"""

SYNCREPL, CHANGELOG = "Content Synchronization", "Retro Changelog Plugin"
_REPAIR = ("MemberOf Plugin", "referential integrity postoperation")


def missing() -> str:
    """Why there can be no such server here; empty if there can."""
    if not _SHARED.exists() or shutil.which("ns-slapd", path=_SBIN) is None or shutil.which("dscreate") is None:
        return "389 Directory Server is not installed: apt-get install 389-ds-base"
    if not os.access("/etc/dirsrv/config", os.X_OK):
        return "only root may read what an instance of 389 Directory Server is made from"
    return ""


class Dirsrv:
    """A 389 Directory Server with a change log, which puts right what refers to a renamed or deleted entry."""

    def __init__(self, folder: Path, *plugins: str) -> None:
        """``plugins``: which ways to tell changes it has besides the modify timestamps."""
        self.folder = folder
        self.port = free_port()
        self.uri = f"ldap://127.0.0.1:{self.port}"
        # Servers of one name share a semaphore of the machine.
        self._instance = f"mimas{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self.local_uri = f"ldapi://{quote(f'{folder}/run/slapd-{self._instance}.socket', safe='')}"
        """It counts as encrypted, which passwords have to be."""
        self._lay_out(plugins)
        answers = folder / "answers.inf"
        answers.write_text(
            _ANSWERS.format(
                instance=self._instance, port=self.port, tls_port=free_port(), password=PASSWORD, suffix=SUFFIX
            )
        )
        self._run("dscreate", "from-file", str(answers))
        self._run("dsctl", self._instance, "stop")

    def start(self) -> "Dirsrv":
        """Run, and wait until it answers."""
        log = self.folder / "log"
        program = shutil.which("ns-slapd", path=_SBIN) or "ns-slapd"
        with log.open("ab") as output:
            command = [program, "-D", str(self.folder / "etc" / "dirsrv" / f"slapd-{self._instance}"), "-d", "0"]
            # Without a file of its own it takes /dev/null, and as root shuts everybody else out of that.
            command += ["-i", str(self.folder / "pid")]
            self._process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        wait_for_port(self.port, self._process, log, 60)
        self._admit()
        return self

    def _admit(self) -> None:
        """Let the account `READER` read, and write, everything but the change log; and everybody their password."""
        link = ldap.initialize(self.uri)
        link.simple_bind_s(ADMIN, PASSWORD)
        names = "* || nsUniqueId || entryUUID || createTimestamp || modifyTimestamp || numSubordinates || memberOf"
        rule = f'(targetattr="{names}")(version 3.0; acl "reader"; allow(all) userdn="ldap:///{READER}";)'
        own = '(targetattr="userPassword")(version 3.0; acl "own"; allow(write) userdn="ldap:///self";)'
        link.modify_s(SUFFIX, [(ldap.MOD_REPLACE, "aci", [rule.encode(), own.encode()])])
        link.modify_s("cn=config", [(ldap.MOD_REPLACE, "passwordCheckSyntax", [b"on"])])
        values = [(key, [b"reader"]) for key in ("uid", "cn", "sn")]
        with suppress(ldap.ALREADY_EXISTS):
            link.add_s(READER, [("objectClass", [b"inetOrgPerson"]), *values, ("userPassword", [PASSWORD.encode()])])
        link.unbind_s()

    def stop(self) -> None:
        """End it."""
        if self._process:
            stop(self._process)
        self._process = None
        Path(f"/dev/shm/sem.slapd-{self._instance}.stats").unlink(missing_ok=True)

    def _run(self, *command: str) -> None:
        environment = os.environ | {"PREFIX": str(self.folder)}
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")

    def _lay_out(self, plugins: tuple[str, ...]) -> None:
        """A copy of what an instance is made from, with other places in it, and with the plugins on."""
        for name in ("config", "schema"):
            shutil.copytree(f"/etc/dirsrv/{name}", self.folder / "etc" / "dirsrv" / name)
        for name in ("data", "schema"):
            shutil.copytree(_SHARED / name, self.folder / "share" / "dirsrv" / name)
        (self.folder / "tmp").mkdir()
        here = self.folder / "share" / "dirsrv"
        template = here / "data" / "template-dse.ldif"
        template.write_text(_configured(template.read_text(), plugins))
        (here / "inf").mkdir()
        lines = (_SHARED / "inf" / "defaults.inf").read_text().splitlines()
        (here / "inf" / "defaults.inf").write_text("\n".join(self._placed(line) for line in lines))

    def _placed(self, line: str) -> str:
        key, is_setting, value = line.partition(" = ")
        given = {
            "with_systemd": "0", "user": getpass.getuser(), "group": getpass.getuser(), "prefix": str(self.folder),
            "data_dir": f"{self.folder}/share", "db_home_dir": f"{self.folder}/shared",
        }  # fmt: skip
        stays = ("bin_dir", "sbin_dir", "lib_dir", "plugin_dir", "system_schema_dir")
        if not is_setting or key in stays:
            return line
        return f"{key} = {given.get(key, f'{self.folder}{value}' if value.startswith('/') else value)}"


def _configured(template: str, plugins: tuple[str, ...]) -> str:
    added = {
        "config": "\nnsslapd-listenhost: 127.0.0.1",
        CHANGELOG: "\nnsslapd-attribute: nsuniqueid:targetUniqueId\nisReplicated: TRUE",
    }
    entries = []
    for entry in template.split("\n\n"):
        name = entry.strip().partition("\n")[0].removeprefix("dn: cn=").partition(",")[0]
        wanted = name in (*plugins, *_REPAIR)
        told = entry.replace("nsslapd-pluginenabled: off", "nsslapd-pluginenabled: on") if wanted else entry
        entries.append(told + added.get(name, ""))
    return "\n\n".join(entries)
