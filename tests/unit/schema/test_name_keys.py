"""Names that mean the same have the same key, however they are escaped (RFC 4514 section 2.4, RFC 4518)."""

import pytest

from mimas.schema.names import empty_part, escape, key, split


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"cn=Sales\, EMEA,dc=x", r"cn=Sales\2C EMEA,dc=x"),
        (r"cn=Q \+ S,dc=x", r"cn=Q \2b S,dc=x"),
        (r"cn=Z\C3\BCrich,dc=x", "CN=zürich, DC=X"),
        (r"cn=a\\b", r"cn=A\5Cb"),
        (r"cn=\#1", r"cn=\231"),
        (r"cn=blank\ ,dc=x", r"cn=blank\20,dc=x"),
        (r"cn=O\=P", "cn=O=P"),
    ],
)
def test_escaped_one_way_or_another(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"cn=a\,ou=b,dc=x", "cn=a,ou=b,dc=x"),
        (r"cn=a\+sn=b", "cn=a+sn=b"),
        (r"cn=a\\2Cb", r"cn=a\2Cb"),
        ("cn=a,dc=x", "cn=b,dc=x"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("value", ["Austin, TX", "Q + S", 'say "hi"', "a\\b", "#1", " a ", "Σίσυφος", "a=b;c<d>"])
def test_what_was_escaped_stays_one_part(value: str) -> None:
    name = f"cn={escape(value)},dc=x"
    assert len(split(name)) == 2
    assert key(name) == key(name.upper() if value.isascii() else name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (r"cn=a\ , dc=x", [r"cn=a\ ", "dc=x"]),
        (r" cn=\ a\  ,dc=x\ ", [r"cn=\ a\ ", r"dc=x\ "]),
        (r"cn=a\\ ,dc=x", [r"cn=a\\", "dc=x"]),
        ("cn=a , dc=x ", ["cn=a", "dc=x"]),
    ],
)
def test_a_space_that_is_escaped_belongs_to_its_part(name: str, parts: list[str]) -> None:
    assert split(name) == parts


@pytest.mark.parametrize(
    "name", [r"cn=a\"b\,c,dc=x", 'cn="a,b",dc=x', r'=\"""""\2C,', r'"=\b",', "cn=a+b\0", r"cn=a\00+b", r"cn=\5c2c"]
)
def test_a_key_is_its_own_key_and_can_be_stored(name: str) -> None:
    assert key(key(name)) == key(name)
    assert "\0" not in key(name)


@pytest.mark.parametrize("broken", ["cn=a\\", "cn=\\C3", "cn=\\C3,dc=x", "", "x", ",,"])
def test_broken_names_still_have_a_key(broken: str) -> None:
    assert isinstance(key(broken), str)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("cn=A,o=x", ""),
        ("cn=,o=x", "cn="),
        ("cn= ,o=x", "cn="),
        ("cn=A,o=", "o="),
        ("cn=A,,o=x", ","),
        (r"cn=a\=\,b,o=x", ""),
        (r"cn=\ ,o=x", ""),
        ("", ""),
        ("flat", ""),
    ],
)
def test_a_part_without_a_value_is_found(name: str, part: str) -> None:
    assert empty_part(name) == part


def test_line_ends_are_escaped_since_servers_strip_them() -> None:
    assert escape("two\nlines\r") == "two\\0Alines\\0D"
    assert key(f"cn={escape('two' + chr(10) + 'lines')}") == key("cn=two\nlines")
