"""Flags are read out of numbers, and written into them without a change to anything else there."""

import pytest

from mimas.connectors.active_directory.flags import FLAGS, offered, start
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

BITS = {
    "PasswordNotRequired": 0x20,
    "PasswordNeverExpires": 0x10000,
    "SmartcardLogonRequired": 0x40000,
    "TrustedForDelegation": 0x80000,
    "AccountNotDelegated": 0x100000,
    "DoesNotRequirePreAuth": 0x400000,
}


@pytest.mark.parametrize(("name", "mask"), BITS.items())
def test_a_bit_of_an_account(name: str, mask: int) -> None:
    flag = FLAGS[name]
    assert (flag.read(mask), flag.read(~mask), flag.read(0)) == (True, False, False)
    assert (flag.write(True, 0x202), flag.write(False, 0x202 | mask)) == (0x202 | mask, 0x202)
    assert flag.write(True, mask) == mask


def test_enabled_is_what_is_not_disabled() -> None:
    enabled = FLAGS["Enabled"]
    assert (enabled.read(0x200), enabled.read(0x202)) == (True, False)
    assert (enabled.write(True, 0x10202), enabled.write(False, 0x10200)) == (0x10200, 0x10202)


def test_a_lock_is_only_taken_away() -> None:
    locked = FLAGS["LockedOut"]
    assert (locked.read(0), locked.read(132539328000000000), locked.write(False, 132539328000000000)) == (
        False,
        True,
        0,
    )
    with pytest.raises(ValueError, match="can only be taken away"):
        locked.write(True, 0)


def test_a_password_that_must_be_changed_was_never_set() -> None:
    change = FLAGS["ChangePasswordAtLogon"]
    assert (change.read(0), change.read(132539328000000000)) == (True, False)
    assert (change.write(True, 132539328000000000), change.write(False, 0)) == (0, -1)
    assert change.write(False, 132539328000000000) == 132539328000000000, "nothing is written"


SECURITY = -0x8000_0000


@pytest.mark.parametrize(
    ("raw", "scope", "category"),
    [
        (SECURITY + 2, "Global", "Security"),
        (SECURITY + 4, "DomainLocal", "Security"),
        (SECURITY + 8, "Universal", "Security"),
        (SECURITY + 5, "DomainLocal", "Security"),
        (2, "Global", "Distribution"),
        (8, "Universal", "Distribution"),
        (0, "", "Distribution"),
    ],
)
def test_what_a_group_is(raw: int, scope: str, category: str) -> None:
    assert (FLAGS["GroupScope"].read(raw), FLAGS["GroupCategory"].read(raw)) == (scope, category)


@pytest.mark.parametrize(
    ("name", "value", "before", "after"),
    [
        ("GroupScope", "Universal", SECURITY + 2, SECURITY + 8),
        ("GroupScope", "DomainLocal", 8, 4),
        ("GroupScope", "Global", SECURITY + 5, SECURITY + 3),
        ("GroupCategory", "Distribution", SECURITY + 2, 2),
        ("GroupCategory", "Security", 8, SECURITY + 8),
        ("GroupCategory", "Security", SECURITY + 8, SECURITY + 8),
    ],
)
def test_what_a_group_becomes(name: str, value: str, before: int, after: int) -> None:
    assert FLAGS[name].write(value, before) == after


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", ["yes", "true", "", 1, "global"])
def test_another_value_is_refused(name: str, value: Scalar) -> None:
    with pytest.raises(ValueError, match="is neither"):
        FLAGS[name].write(value, 0)


@pytest.mark.parametrize(
    ("source", "type_", "number"),
    [
        ("userAccountControl", "user", 0x202),
        ("userAccountControl", "Computer", 0x1002),
        ("groupType", "group", SECURITY + 2),
        ("pwdLastSet", "user", 0),
        ("lockoutTime", "user", 0),
    ],
)
def test_what_a_new_object_begins_with(source: str, type_: str, number: int) -> None:
    assert start(source, type_) == number


def test_a_type_has_the_flags_of_its_attributes() -> None:
    found = offered({"groupType": Attribute("groupType", Kind.INTEGER), "cn": Attribute("cn")})
    assert {name: one.kind for name, one in found.items()} == {"GroupScope": Kind.STRING, "GroupCategory": Kind.STRING}
    assert offered({}) == {}
    assert {
        flag.source for name, flag in FLAGS.items() if name in offered({"pwdLastSet": Attribute("pwdLastSet")})
    } == {"pwdLastSet"}
