"""Mails that have come back, and templates of letters: what strangers and administrators write."""

from email.message import Message
from functools import cache

from mimas.dev.fuzzing.target import Target, told
from mimas.mail.answers import Answer, Bounce, Noise, decided, understand
from mimas.mail.deciding import LONGEST_COMMENT
from mimas.mail.links import LONGEST, read
from mimas.mail.plain import plain
from mimas.mail.templates import asking, fill, localised, look_ups, mistakes, parse
from mimas.secrets.sealing import Keys

_WORD = "5-6-tecxc0-kbp7jjzorm7zvy2ilm2567zitq"
_MARK = "0123456789abcdef0123456789abcdef"
_VALUE = "<script>\r\nBcc: x"


@cache
def _keys() -> Keys:
    return Keys([bytes(32)], "nowhere")


def _mail(case: bytes) -> str:
    match understand(case):
        case Answer(addressed, quoted, decision, comment, problem):
            assert bool(problem) is (decision is None)
            assert decision is not None or not comment
            assert len(comment) <= LONGEST_COMMENT
            _fit(comment)
            for word in (*addressed, *quoted):
                assert read(_keys(), word) is None, "signed by nobody"
                assert len(word) <= LONGEST
            return f"answer {decision}"
        case Bounce(marks, problem):
            _fit(problem)
            assert problem
            assert "\n" not in problem
            return f"bounce {len(marks) > 0}"
        case Noise(what):
            _fit(what)
            return "noise"


def _fit(text: str) -> None:
    assert "\0" not in text
    text.encode()


def _text(case: str) -> str:
    decision, comment, problem = decided(case)
    assert bool(problem) is (decision is None)
    assert len(comment) <= LONGEST_COMMENT
    return str(decision)


def _template(case: str) -> str:
    subject, _, body = case.partition("\n")
    localised(case, case.split("\n\n"), subject[:5])
    template = parse(subject, asking(body))
    for one in mistakes(case):
        assert 1 <= one.line <= case.count("\n") + 1
        assert one.message
        assert one.hint
        told(ValueError(), one.message, one.hint)
    filled = fill(template, {str(one): [_VALUE, 7] for one in look_ups(template)})
    assert "\n" not in filled.subject
    assert "\r" not in filled.subject
    if filled.html is not None:
        assert case.count("<script>") >= filled.html.count("<script>"), "a value is markup"
    plain(case[:5_000])
    return f"{len(look_ups(template)) > 1} {template.markup}"


def _seed(text: str, **headers: str) -> bytes:
    mail = Message()
    mail["To"] = f"mimas+{_WORD}@example.com"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_payload(text, "utf-8")
    return mail.as_bytes()


_BOUNCE = f"""\
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; a

Final-Recipient: rfc822; bob@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: message/rfc822

Message-ID: <{_MARK}@example.com>

x
--b--
""".encode()

TARGETS = (
    Target(
        "mails",
        _mail,
        (
            _seed("Approve\nbecause\n\n> https://x/decide/" + _WORD),
            _seed("Nein, zu viel", Auto_Submitted="no", Cc="a+b@x"),
            _seed("ok", Precedence="bulk"),
            _BOUNCE,
            b'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/html\n\n<body><p>ja</p>\n--x--\n',
        ),
        ("Content-Type: ", "multipart/mixed; boundary=b", "multipart/report", "message/rfc822", "message/delivery-status",
         "text/html", "text/plain; charset=", "utf-7", "unicode_escape", "\n--b\n", "\n--b--\n", "\n\n", "Content-Transfer-Encoding: ",
         "base64", "quoted-printable", "charset*=utf-8''%ff", "=?utf-8?b?", "?=", "Action: failed", "Message-ID: <", "+", "@", ">", "\\ud800"),
        (("<", ">"), ('"', '"'), ("--b\n", "--b--\n")),
        longest=20_000,
    ),
    Target(
        "answers",
        _text,
        ("Approve\nwhy\n\nBob", "no problem", "Ja, aber", "ok\n> no", "On Monday Bob wrote:\nyes", "-- \nno"),
        ("approve", "reject", "no", "nein", "ja", "not", ">", "-- ", "\n", "\n\n", "On x wrote:", "____________", "\u200b", "’", "From: "),
        longest=20_000,
        quick=1_000,
    ),
    Target(
        "templates",
        _template,
        (
            "Hi [//Target/DisplayName]\n<p data-optional>Why: [//Request/Justification]</p>\n[//Approval/Answers]",
            "x\nDear [//Recipient/DisplayName],\n[//RequestParameter/AllChangesActionTable]",
            "de: x\n<html><body><table data-optional><tr><td>[//WorkflowData/x]</td></tr></table></body></html>",
        ),
        ("[//", "]", "/", "Target", "Approval/ApproveLink", "<p data-optional>", "</p>", "<div data-optional", "</div>", "</body>",
         "<script>", "<style>", "<!--", "-->", "&lt;", "\n", "de: ", "[//Target]", "<li>", "<ol>", "<td>", "<a href="),
        (("[//", "]"), ("<p data-optional>", "</p>"), ("<div>", "</div>"), ("<a href='http:", "'>")),
        longest=5_000,
    ),
)  # fmt: skip
