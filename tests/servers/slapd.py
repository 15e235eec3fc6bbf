"""A throw-away OpenLDAP server: one folder, two free ports, started in a quarter of a second."""

import shutil
import signal
import subprocess
from pathlib import Path

from tests.servers.certificates import certify
from tests.servers.processes import free_port, stop, wait_for_port

SUFFIX = "dc=example,dc=test"
ADMIN = f"cn=admin,{SUFFIX}"
PASSWORD = "only-for-tests"
MODULES = (Path("/usr/lib/ldap"), Path("/usr/lib/openldap"), Path("/usr/lib64/openldap"))

_CONFIG = """\
modulepath {modules}
moduleload back_mdb
{loads}
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
pidfile {folder}/slapd.pid
{tls}
sizelimit unlimited
{log}
database mdb
suffix "{suffix}"
rootdn "{admin}"
rootpw {password}
directory {folder}/data
maxsize 1073741824
dbnosync
index objectClass,entryUUID,uid,member eq
access to attrs=userPassword by self write by anonymous auth by * none
access to * by users read
limits dn.exact="cn=limited,{suffix}" size=20
{overlays}
"""

_LOG = """\
database mdb
suffix cn=accesslog
rootdn "{admin}"
directory {folder}/changes
maxsize 1073741824
dbnosync
index reqStart,reqEntryUUID eq
access to * by dn.exact="{admin}" read by * none
"""

SYNCPROV = "overlay syncprov\nsyncprov-sessionlog 1000"
ACCESSLOG = "overlay accesslog\nlogdb cn=accesslog\nlogops writes\nlogsuccess TRUE"
REPAIRS = ("overlay memberof\nmemberof-refint TRUE", "overlay refint\nrefint_attributes member manager")
POLICY = f"overlay ppolicy\nppolicy_default cn=policy,{SUFFIX}"
"""What a server may do besides: tell its changes in one way or another, put right what refers to others."""

_BASE = f"""\
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: example

dn: cn=limited,{SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: limited
userPassword: {PASSWORD}
"""


def program() -> str | None:
    """Where slapd is; it stands in ``sbin``, which is on no user's path."""
    return shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin:/usr/local/sbin:/usr/lib/openldap")


class Slapd:
    """An OpenLDAP server. ``start`` and ``stop`` can be repeated; the data stays."""

    def __init__(self, folder: Path, *overlays: str) -> None:
        """``overlays``: what it does besides; without them, it tells its changes by RFC 4533."""
        overlays = overlays or (SYNCPROV,)
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.uri, self.tls_uri = f"ldap://127.0.0.1:{self.port}", f"ldaps://127.0.0.1:{self.tls_port}"
        self.certificate = folder / "tls.crt"
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("data", "changes"):
            (folder / name).mkdir(parents=True)
        # A copy of the program, since Ubuntu's AppArmor profile keeps the installed one out of our folder.
        self._program = shutil.copy2(program() or "slapd", folder / "slapd")
        self.certify()
        tls = f"TLSCertificateFile {self.certificate}\nTLSCertificateKeyFile {folder}/tls.key"
        modules = next(path for path in MODULES if path.exists())
        config = _CONFIG.format(
            modules=modules, schema="/etc/ldap/schema", folder=folder, tls=tls,
            suffix=SUFFIX, admin=ADMIN, password=PASSWORD, overlays="\n".join(overlays),
            loads="\n".join(f"moduleload {one.split()[1]}" for one in overlays),
            log=_LOG.format(folder=folder, admin=ADMIN) if ACCESSLOG in overlays else "",
        )  # fmt: skip
        (folder / "slapd.conf").write_text(config)
        self.load(_BASE)

    def load(self, ldif: str) -> None:
        """Put entries into the stopped server's database."""
        command = [self._program, "-Ta", "-q", "-b", SUFFIX, "-f", self.folder / "slapd.conf"]
        done = subprocess.run(command, check=False, input=ldif.encode(), capture_output=True)
        if done.returncode:
            raise RuntimeError(f"slapadd: {done.stderr.decode(errors='replace')}")

    def start(self) -> "Slapd":
        """Run, and wait until it answers."""
        log = self.folder / "log"
        urls = f"{self.uri} {self.tls_uri}"
        with log.open("ab") as output:
            command = [self._program, "-d", "0", "-f", self.folder / "slapd.conf", "-h", urls]
            self._process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        wait_for_port(self.port, self._process, log)
        return self

    def certify(self, days: int = 30) -> None:
        """Make its certificate; one of a negative number of days has expired."""
        certify(self.certificate, self.folder / "tls.key", "localhost", "127.0.0.1", days=days)

    def freeze(self) -> None:
        """It answers no more, and its connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            stop(self._process)
        self._process = None
