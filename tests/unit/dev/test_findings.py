"""What fuzzing has found: each case once broke a parser, a bound or an expectation, and must never again."""

import pytest

from mimas.dev.fuzzing.targets import targets
from mimas.dev.fuzzing.watching import Finding, restart, stop, timed, watched

FINDINGS: list[tuple[str, str | bytes]] = [
    # What an expression makes doubles at every level.
    ("expressions", "With($a, [mail] & 1, " * 30 + "1" + ")" * 30),
    ("expressions", "With($a, [mail], " + "With($a, $a & $a, " * 40 + "$a" + ")" * 41),
    ("expressions", "With($a, [size], " + "With($a, $a * $a, " * 40 + "$a" + ")" * 41),
    ("expressions", "Multiply([mail], [mail]) & 1"),
    ("expressions", 'Replace("aaaaaaaa", "a", ' * 30 + '"aaaaaaaa"' + ")" * 30),
    ("expressions", "ConvertToBase64(" * 50 + "[mail]" + ")" * 50),
    ("expressions", "EscapeDNComponent(" * 50 + '"\\"' + ")" * 50),
    ("expressions", 'PadLeft(Split([mail], "9"), 65000, "x")'),
    ("expressions", "RandomString(10, -1000000000)"),
    ("expressions", '"\ud800"'),
    ("expressions", "x" * 2_000),
    ("expressions", 'DateTimeUtcToLocalTime("2026-11-23", "' + "a/" * 2_000 + '")'),
    ("expressions", "IIF(&H" + "9" * 4_000 + ", 1, 2)"),
    ("filters", "/a[" + "(b = 1 and " * 399 + "b = 1" + ")" * 399 + "]"),
    ("filters", "\udfff"),
    (
        "old-spaces",
        (
            b'<cs-object><synchronized-hologram><entry><anchor encoding="base64">\xce\x90</anchor></entry>'
            b"</synchronized-hologram></cs-object>"
        ),
    ),
    (
        "old-spaces",
        b'<mv-object><entry><attr type="integer"><value>0x' + b"F" * 5_000 + b"</value></attr></entry></mv-object>",
    ),
    ("entra-exports", b"<synchronizationRule><name>r</name><precedence>f</precedence></synchronizationRule>"),
    # Regular expressions: ways without end, groups that are not there, Python's own recursion.
    ("regexes", "(a+)+$\n\n" + "a" * 40 + "!"),
    ("regexes", ".*.*.*.*.*.*x\n\n" + "a" * 300),
    ("regexes", "(?:a?){30}a{30}\n\n" + "a" * 29),
    ("regexes", "(?:\\b){100000000}\n\na"),
    ("regexes", "(?:" * 40 + ")+" * 40 + "\n\na"),
    ("regexes", "a\n$1${b}\na"),
    ("regexes", "(" * 1_900 + "\n\na"),
    ("regexes", "(?<a" * 500 + "\n\na"),
    ("regexes", ")" * 2_000),
    ("date-formats", "d d\n1 1"),
    ("date-formats", "yyyy-MM-ddzzz\n0001-01-01+02:00"),
    ("scopes", "size ISBITSET =[mail]"),
    ("scopes", "a" + " " * 20_000 + "b"),
    ("notation", "a = b" + " " * 60_000 + "c"),
    ("notation", "\udfff"),
    ("times", "1-" + "9" * 5_000 + " * * * *"),
    ("times", "a/" * 2_000),
    ("yaml", 'a: "\\UFFFFFFFF"'),
    ("yaml", "%YAML 1.0\n---\na: b"),
    ("yaml", 'kind: X\nname: "\\ud800"'),
    ("yaml", "---\n" * 2_000),
    ("settings", b"a = " + b"[" * 5_000),
    ("settings", b"a = " + b"9" * 5_000),
    ("settings", b"\n" * 15_000),
    ("settings", b"[mimas]\ndatabase = ''"),
    ("names", '=\\"""""\\2C,'),
    ("names", '"=\\b",'),
    ("names", "cn=a+b\\00,dc=\0"),
    ("values", "0001-01-01T00:00:00+01:00"),
    ("values", "9999-12-31T23:59:59-01:00"),
    ("values", "1e999999999"),
    ("values", "9" * 5_000),
    ("delimited", b"id,name,mail,size,active,start,photo,manager,phones\n1,a,,,,0001-01-01T00:00:00+01:00,,,\n"),
    ("delimited", b"|" * 2_000),
    ("ldif", "dn: cn=x\nobjectClass: person\nsn:: Δ\n".encode()),
    ("ldif", b"dn:: Y249YQBi\nobjectClass: person\n"),
    ("ldif", b"dn: cn=\\00\nobjectClass: person\n"),
    ("ldif", b"dn:=\nobjectClass:person\r\r\n"),
    ("avp", b"\xef\xbb\xbf "),
    (
        "ldif",
        (
            b"\n\n# made by hand\ndn: cn=Ann,dc=x\nobjectClass: top\nobjectclass: Person\n"
            b"CNA:: O8bGxlcg==\xa3\xd9\xa4\n\n# member \n"
        ),
    ),
    ("avp", b"id:" + b"9" * 956 + b"\nname:\rH\n"),
    ("fixed-width", b"\n\xef\xbb\xbf      1   ! 7true a@x|b 2 "),
    ("scim", b'{"totalResults": 9, "Resources": [""]}'),
    ("scim", b'{"totalResults": 9, "Resources": {"id": "1"}}'),
    ("scim", b'{"totalResults": 999999, "Resources": [{"id": "1"}]}'),
    ("scim", b'{"totalResults": ' + b"9" * 1_100 + b"}"),
    ("scim", b'{"totalResults": 1, "Resources": [{"id": "1\\u0000"}]}'),
    ("scim", b"[" * 5_000),
    ("scim-errors", b"Mon, 3 Nov 7758082026 8:00:00"),
    ("scim-errors", b'\n{"detail": "' + b"a" * 2_000 + b'"}'),
    ("sql", b"t1\x1ft\x1ft1e999999999\x1f\x1ft0001-01-01T00+01"),
    ("sql", b"b\xff\x1f\x1f\x1f\x1f\x1f\x1f\x1f"),
    ("sql", b"t1\x1ft"),
    ("certificates", b"0\x03\x02\x01B"),
    ("templates", "[//\ud800"),
    ("templates", "[//" + "Traget" * 200 + "/x]"),
    ("mails", b"Content-Type: text/html\n\n" + b"<a href=" * 2_000),
    ("mails", b"Content-Type: text/plain; charset=unicode_escape\n\nok \\ud800 \\x00"),
]
DIRECTORY: list[tuple[str, bytes]] = [
    ("ldap", b"dn:cn=x\nmember;range=0-1:cn=a"),
    ("ldap", b"dn:cn=x\nentryUUID:\xff\nobjectGUID:1"),
    ("ldap", b"dn:cn=x\nobjectclass:\x82\nentryUUID:1"),
    ("ldap", b"dn:\x00\nentryUUID:"),
    ("ldap", b"dn\nentryUUID:1"),
    ("ldap-schemas", b")"),
    ("ldap-schemas", b"(;MUST)"),
    ("ldap-schemas", b"\xc3"),
    ("ldap-schemas", b"(()()'')S\n(('''')DESC SYNTAX)"),
    ("ldap-schemas", b"(NAME('cn''')'' SUP)\n(NAME'' MUST(cn)())"),
]


@pytest.mark.parametrize(("name", "case"), FINDINGS, ids=lambda part: str(part)[:30])
def test_a_finding_stays_put_right(name: str, case: str | bytes) -> None:
    target = targets()[name]
    target.check(target.seeds[0])  # what is imported at first use is not timed
    with timed():
        restart()
        outcome = watched(target, case)
        stop()
    assert not isinstance(outcome, Finding), f"{outcome.what} in {outcome.where}"


@pytest.mark.parametrize(("name", "case"), DIRECTORY, ids=lambda part: str(part)[:30])
def test_a_finding_about_directories_stays_put_right(name: str, case: bytes) -> None:
    pytest.importorskip("ldap", reason="python-ldap is not installed")
    test_a_finding_stays_put_right(name, case)
