"""A throw-away Dovecot: mailboxes for everybody, filled by LMTP and read by IMAP over TLS, with one password."""

import getpass
import os
import shutil
import smtplib
import subprocess
import tempfile
from pathlib import Path

from tests.servers.mailbox import certify
from tests.servers.processes import free_port, stop, wait_for_port

PASSWORD = "only-for-tests-ö"

_CONFIG = """\
protocols = imap lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
auth_username_format = %n
auth_mechanisms = plain
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mail_location = maildir:{folder}/mail/%n
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={folder}/mail/%n allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


def program() -> str | None:
    """Where Dovecot is; it stands in ``sbin``, which is on no user's path."""
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    # Without the part that takes mails it does not start.
    return found if Path("/usr/lib/dovecot/lmtp").exists() else None


class Dovecot:
    """A Dovecot. ``deliver`` puts a mail into the mailbox of whoever it is to."""

    def __init__(self) -> None:
        # Not below pytest's folders: they are for their owner alone, and Dovecot gives up root's rights.
        self.folder = Path(tempfile.mkdtemp(prefix="mimas-dovecot-"))
        self.folder.chmod(0o755)
        self.ca_file = certify(self.folder)
        self.port, self.starttls, self.lmtp = free_port(), free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Dovecot":
        """Start it, and wait until it answers."""
        root = os.geteuid() == 0
        me = getpass.getuser()
        owner = "mail" if root else me
        (self.folder / "mail").mkdir()
        if root:
            shutil.chown(self.folder / "mail", owner, owner)
        settings = {
            "internal": "dovecot" if root else me,
            "group": "dovecot" if root else str(os.getgid()),
            "login": "dovenull" if root else me,
            "owner": owner,
            "owner_group": owner if root else str(os.getgid()),
        }
        path = self.folder / "dovecot.conf"
        certificate = {"certificate": self.ca_file, "key": self.ca_file.with_suffix(".key")}
        ports = {"port": self.port, "starttls": self.starttls, "lmtp": self.lmtp}
        path.write_text(_CONFIG.format(folder=self.folder, password=PASSWORD, **certificate, **ports, **settings))
        command = [program() or "dovecot", "-F", "-c", str(path)]
        log = self.folder / "log"
        log.touch()
        log.chmod(0o666)
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log.open("ab"))
        for port in (self.port, self.starttls, self.lmtp):
            wait_for_port(port, self.process, log)
        return self

    def deliver(self, data: bytes, *to: str) -> None:
        """Put a mail into mailboxes."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail("bob@example.com", list(to), data)

    def stop(self) -> None:
        """End it, and forget its mails."""
        if self.process is not None:
            stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)
