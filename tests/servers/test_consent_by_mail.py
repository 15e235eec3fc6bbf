"""The whole way: somebody asks, the manager gets a letter, and decides by its link or by an answer."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from mimas.secrets.keys import make_key_file
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox, mailbox
from tests.servers.processes import free_port, stop, wait_for_port
from tests.unit.cli.shell import Shell

pytestmark = pytest.mark.slow
MIMAS = str(Path(sys.executable).with_name("mimas"))
DOCUMENTS = """\
kind: ObjectType
name: person
attributes: {{accountName: "string, indexed", mail: string, mobile: string, manager: reference to person}}
---
kind: Set
name: Everybody
Filter: /person
---
kind: WorkflowDefinition
name: consent
RequestPhase: Authorization
Activities:
  - {{activity: Approval, approvers: "[//Target/manager]", duration: 3 days}}
---
kind: ManagementPolicyRule
name: people-change-their-mobile
GrantRight: true
ActionType: [Modify]
ActionParameter: [mobile]
PrincipalRelativeToResource: ObjectID
ResourceCurrentSet: Everybody
ResourceFinalSet: Everybody
AuthorizationWorkflowDefinition: [consent]
---
kind: Mail
name: post
host: 127.0.0.1
port: {smtp}
tls: none
from: mimas@example.com
inbox: {{host: 127.0.0.1, port: {imap}, ca_file: {ca_file}, user: mimas, password: {{env: MIMAS_INBOX}}}}
"""


@pytest.fixture
def smtp() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


@pytest.fixture
def shell(tmp_path: Path, dovecot: Dovecot, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A home in which Ann's changes wait for Bob."""
    shell = Shell(tmp_path / "home", monkeypatch)
    make_key_file(tmp_path / "key")
    shell.set("MIMAS_KEY_FILE", str(tmp_path / "key"))
    shell.set("MIMAS_INBOX", PASSWORD)
    shell.write("mimas.toml", '[mimas]\nname = "Example"\npublic_url = "http://localhost:1"\n')
    settings = {"smtp": smtp.port, "imap": dovecot.port, "ca_file": dovecot.ca_file}
    shell.write("documents/all.yaml", DOCUMENTS.format(**settings))
    shell.done("config", "apply")
    shell.done("request", "create", "person", "accountName=bob", "mail=bob@example.com")
    shell.done("request", "create", "person", "accountName=ann", "mail=ann@example.com", "manager=person/bob")
    return shell


def asked(shell: Shell, smtp: Mailbox, mobile: str) -> EmailMessage:
    """Ann asks; the letter that Bob gets."""
    said = shell(
        "request", "modify", "person", "ann", f"mobile={mobile}", "--as", "person/ann", "--because", "new <one>"
    )
    assert "waits" in said.out + said.err, said
    shell.done("worker", "--once")
    assert smtp.to[-1] == ["bob@example.com"]
    return smtp.mails[-1]


def mobile(shell: Shell) -> str:
    return shell.done("show", "person", "ann")


def answered(dovecot: Dovecot, letter: EmailMessage, answer: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "bob@home.example", str(letter["Reply-To"]), "Re:"
    mail.set_content(answer)
    dovecot.deliver(mail.as_bytes(), str(letter["Reply-To"]))


def until(holds: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


def test_by_the_link(shell: Shell, smtp: Mailbox, tmp_path: Path) -> None:
    letter = asked(shell, smtp, "0171-1")
    text = str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "new <one>" in text
    (link,) = re.findall(r"Approve: http://localhost:1(/decide/\S+)", text)
    port, log = free_port(), tmp_path / "serve.log"
    process = subprocess.Popen([MIMAS, "serve", "--port", str(port)], stdout=log.open("wb"), stderr=subprocess.STDOUT)
    try:
        wait_for_port(port, process, log)
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:
            page = browser.get(link, timeout=60)
            assert page.status_code == 200, log.read_text()
            assert "new &lt;one&gt;" in page.text
            assert "0171-1" in page.text
            assert "0171-1" not in mobile(shell)
            page = browser.post(link, data={"decision": "approve", "comment": "fine"}, timeout=60)
            assert (page.status_code, "Approved" in page.text) == (200, True), page.text
            assert "0171-1" in mobile(shell)
            assert browser.post(link, data={"decision": "reject"}, timeout=60).status_code == 410
    finally:
        stop(process)
    assert link.rpartition("/")[2].partition("?")[0] not in log.read_text()


@pytest.mark.parametrize("answer", ["approve", "Abgelehnt\nzu teuer"])
def test_by_an_answer(shell: Shell, smtp: Mailbox, dovecot: Dovecot, answer: str) -> None:
    letter = asked(shell, smtp, "0171-2")
    answered(dovecot, letter, answer)
    shell.done("worker", "--once")
    assert ("0171-2" in mobile(shell)) is (answer == "approve")
    shell.done("worker", "--once")
    if answer != "approve":
        assert smtp.to[-1] == ["ann@example.com"]
        assert "zu teuer" in smtp.text()


def test_a_worker_sends_and_reads_by_itself(shell: Shell, smtp: Mailbox, dovecot: Dovecot, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    process = subprocess.Popen([MIMAS, "worker"], stdout=log.open("wb"), stderr=subprocess.STDOUT)
    try:
        shell("request", "modify", "person", "ann", "mobile=0171-3", "--as", "person/ann")
        until(lambda: bool(smtp.mails), log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        answered(dovecot, smtp.mails[-1], "ok")
        process = subprocess.Popen([MIMAS, "worker"], stdout=log.open("ab"), stderr=subprocess.STDOUT)
        until(lambda: "0171-3" in mobile(shell), log)
    finally:
        stop(process)
    assert "Traceback" not in log.read_text()
