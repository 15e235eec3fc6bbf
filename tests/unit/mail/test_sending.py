"""Mails through a real server: what arrives, and what is said when it does not."""

from pathlib import Path

import pytest

from mimas.mail.sending import MailError, send
from mimas.mail.server import MailServer
from tests.servers.mailbox import PASSWORD, USER, certify, mailbox
from tests.servers.processes import free_port
from tests.servers.silent import silence

SENDER, TO = "mimas@example.com", ["it@example.com", "hr@example.com"]


def plain(port: int) -> MailServer:
    return MailServer("127.0.0.1", SENDER, port, "none")


def test_a_mail_arrives_as_it_was_written() -> None:
    with mailbox() as box:
        assert send(plain(box.port), TO, "Käthe fehlt", "Zeile 1\nKäthe → nobody\n" + "x" * 2000) == []
        (mail,) = box.mails
        assert box.to == [TO]
        assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, ", ".join(TO), "Käthe fehlt")
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_content_type() == "text/plain"
        assert box.text().startswith("Zeile 1\nKäthe → nobody\nxxx")


def test_nothing_in_a_text_keeps_it_from_being_sent() -> None:
    with mailbox() as box:
        send(plain(box.port), TO, "a\nBcc: x@example.com\udcff", "a\udcff\n.\nb")
        assert box.to == [TO]
        assert box.subjects == ["a Bcc: x@example.com?"]
        assert box.text() == "a?\n.\nb\n"


def test_a_refused_address_keeps_nobody_else_from_being_told() -> None:
    with mailbox() as box:
        box.refuses = {"it@example.com"}
        assert send(plain(box.port), TO, "s", "t") == ["it@example.com"]
        assert box.to == [["hr@example.com"]]
        box.refuses = set(TO)
        with pytest.raises(MailError, match=r"it refuses it@example.com: 550 nobody of that name"):
            send(plain(box.port), TO, "s", "t")


def test_a_mail_that_was_taken_has_been_sent_whatever_the_server_says_as_a_farewell() -> None:
    with mailbox() as box:
        box.farewell = "421 too busy to part"
        assert send(plain(box.port), TO, "s", "t") == []
        assert box.subjects == ["s"]


def test_sign_in_over_tls(tmp_path: Path) -> None:
    ca_file = certify(tmp_path)
    with mailbox(ca_file) as box:
        server = MailServer("127.0.0.1", SENDER, box.port, "starttls", ca_file, USER, lambda: PASSWORD)
        send(server, TO, "s", "t")
        assert box.subjects == ["s"]
        wrong = MailServer("127.0.0.1", SENDER, box.port, "starttls", ca_file, USER, lambda: "wr0ng")
        with pytest.raises(MailError, match=r"refuses the sign-in of mimas \(535\)") as told:
            send(wrong, TO, "s", "t")
        assert "wr0ng" not in str(told.value)
        assert "wr0ng" not in repr(wrong)
        with pytest.raises(MailError, match=r"certificate is not trusted.*ca_file"):
            send(MailServer("127.0.0.1", SENDER, box.port, "starttls", None, USER, lambda: PASSWORD), TO, "s", "t")
        with pytest.raises(MailError, match="530"):
            send(plain(box.port), TO, "s", "t")
        assert box.subjects == ["s"], "nothing arrives in the open, or signed in as nobody"


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    for path in (tmp_path / "none.pem", wrong):
        with mailbox() as box, pytest.raises(MailError, match=f"The certificates in {path} cannot be used"):
            send(MailServer("127.0.0.1", SENDER, box.port, ca_file=path), TO, "s", "t")


def test_what_cannot_be_a_server_or_a_sign_in_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        MailError, match=r"mail\.\.example\.com:25 does not take the mail: no server can have that name"
    ):
        send(MailServer("mail..example.com", SENDER, 25, "none"), TO, "s", "t")
    ca_file = certify(tmp_path)
    with mailbox(ca_file) as box:
        server = MailServer("127.0.0.1", SENDER, box.port, "starttls", ca_file, USER, lambda: "geheim-wie-öl")
        with pytest.raises(MailError, match="other characters than ASCII") as told:
            send(server, TO, "s", "t")
        assert "geheim" not in str(told.value)


def test_a_server_that_never_says_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimas.mail.sending._TIMEOUT", 0.2)
    with silence() as port:
        for server in (plain(port), MailServer("127.0.0.1", SENDER, port, "implicit")):
            with pytest.raises(MailError, match=r"does not take the mail: .*timed out"):
                send(server, TO, "s", "t")


def test_no_server_no_tls() -> None:
    with pytest.raises(MailError, match=r"127.0.0.1:\d+ does not take the mail: Connection refused"):
        send(plain(free_port()), TO, "s", "t")
    with mailbox() as box, pytest.raises(MailError, match="STARTTLS"):
        send(MailServer("127.0.0.1", SENDER, box.port), TO, "s", "t")
    with mailbox() as box, pytest.raises(MailError, match="does not take the mail"):
        send(MailServer("127.0.0.1", SENDER, box.port, "implicit"), TO, "s", "t")
