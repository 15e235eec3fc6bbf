"""What a mail says that has come back, whoever has made it up."""

import pytest

from mimas.mail.answers import Answer, Bounce, Noise, decided, understand

WORD = "5-6-tecxc0-kbp7jjzorm7zvy2ilm2567zitq"
OTHER = "5-7-tecxc0-kbp7jjzorm7zvy2ilm2567zitq"
MARK = "0123456789abcdef0123456789abcdef"


def mail(text: str, *headers: str, to: str = f"mimas+{WORD}@example.com") -> bytes:
    head = "\r\n".join(("From: Bob <bob@example.com>", f"To: {to}", "Subject: Re: x", *headers))
    return f"{head}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()


@pytest.mark.parametrize(
    ("text", "decision", "comment"),
    [
        ("Approve", "approve", ""),
        ("approved.\n", "approve", ""),
        ("  OK, fine by me", "approve", "fine by me"),
        ("Yes - until Friday", "approve", "until Friday"),
        ("Genehmigt\nfür das Projekt\n\nGruß\nBob", "approve", "für das Projekt"),
        ("Ja!\n\nPasst so.\nBob\n\nVon meinem Telefon", "approve", "Passt so.\nBob"),
        ("reject: he has left", "reject", "he has left"),
        ("No.\nNot needed, but thanks", "reject", "Not needed, but thanks"),
        ("no, not needed", "reject", "not needed"),
        ("Abgelehnt, nicht nötig", "reject", "nicht nötig"),
        ("ok\n> approve or reject\n> x", "approve", ""),
        ("ok\n\nOn Mon, 1 May 2026 at 10:00, Mimas <m@x> wrote:\n> no", "approve", ""),
        ("ok\n\nAm 01.05.2026 um 10:00 schrieb Mimas:\n> no", "approve", ""),
        ("ok\n\n________________________________\nFrom: Mimas\nreject", "approve", ""),
        ("ok\n\n-----Original Message-----\nno", "approve", ""),
        ("ok\n\nVon: Mimas <m@x>\nno", "approve", ""),
        ("\n\n\u200b\nOK\n-- \nBob, who says no", "approve", ""),
    ],
)
def test_the_first_word_decides_and_the_rest_is_the_comment(text: str, decision: str, comment: str) -> None:
    assert decided(text) == (decision, comment, "")
    assert understand(mail(text)) == Answer((WORD,), (), decision, comment)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "> approve",
        "On Mon, 1 May 2026 at 10:00, Mimas wrote:\napprove",
        "Please approve",
        "Who is this?\napprove",
        "no problem",
        "No objections from me",
        "nein eigentlich schon",
        "approve or reject?",
        "yes, but not Bob",
        "ok, aber nur bis Freitag",
        "I approve",
        "approval",
        "nope yes",
        "-- \napprove",
        "123 yes" * 0 + "!?",
    ],
)
def test_whatever_is_not_plain_decides_nothing(text: str) -> None:
    decision, _, problem = decided(text)
    assert decision is None
    assert problem


def test_html_alone_is_read_as_text() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><div>Reject</div><div>too much</div>"
        f"<blockquote>On Monday, 1 May Mimas wrote:<a href='https://x/decide/{WORD}?answer=approve'>Approve</a>"
        "</blockquote></body></html>"
    )
    data = mail(html, to="mimas@example.com").replace(b"text/plain", b"text/html")
    assert understand(data) == Answer((), (WORD,), "reject", "too much")


def test_words_are_found_in_addresses_and_in_what_is_quoted() -> None:
    text = f"ok\n\n> https://id.example.com/decide/{WORD}?answer=approve\n> https://id.example.com/decide/{OTHER}\n"
    answer = understand(mail(text, f"Delivered-To: mimas+{OTHER.upper()}@example.com", "Cc: a+b@example.com"))
    assert isinstance(answer, Answer)
    assert answer.addressed == (WORD, OTHER)
    assert answer.quoted == (WORD, OTHER)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; x=y",
        "Precedence: bulk",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "List-Id: <all.example.com>",
    ],
)
def test_what_a_program_has_sent_decides_nothing(header: str) -> None:
    assert isinstance(understand(mail("approve", header)), Noise)
    assert isinstance(understand(mail("approve", "Auto-Submitted: no")), Answer)


BOUNCE = f"""\
From: MAILER-DAEMON@example.com
To: mimas@example.com
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; bob@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.com>:
 no such user

--b
Content-Type: message/rfc822

From: mimas@example.com
To: bob@example.com
Message-ID: <{MARK}@example.com>

approve
--b--
"""


def test_bounces() -> None:
    bounce = Bounce((MARK,), "bob@example.com: 550 5.1.1 <bob@example.com>: no such user")
    assert understand(BOUNCE.encode()) == bounce
    headers = BOUNCE.replace("message/rfc822", "text/rfc822-headers").replace("\n\napprove", "")
    assert understand(headers.encode()) == bounce
    assert isinstance(understand(BOUNCE.replace("failed", "delayed").encode()), Noise)
    receipt = BOUNCE.replace("delivery-status", "disposition-notification")
    assert isinstance(understand(receipt.encode()), Noise)


def test_mails_that_nobody_would_write() -> None:
    deep = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(20_000))
    for data in (
        b"",
        b"\x00\xff" * 1000,
        b"Content-Type: multipart/mixed\r\n\r\n--\r\n",
        b"Content-Type: text/plain; charset=no-such\r\n\r\napprove",
        b"Content-Type: text/plain; charset*=utf-8''%ff\r\n\r\napprove",
        b"Content-Transfer-Encoding: base64\r\n\r\n====",
        b"To: " + b"a+" * 100_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a href=" * 50_000,
        deep,
    ):
        assert isinstance(understand(data), Answer)
    assert understand(mail("approve").replace(b"utf-8", b"no-such")) == Answer((WORD,), (), "approve")
