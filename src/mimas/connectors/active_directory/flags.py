"""What is hidden in the bits and special numbers of accounts and groups, under the names that PowerShell gives them.

They are attributes like others: a rule may read ``Enabled`` and a rule may flow to it. What Active Directory holds
(``userAccountControl`` and so on) can be read and written as it is just as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

UAC, GROUP_TYPE, LOCKOUT, LAST_SET = "userAccountControl", "groupType", "lockoutTime", "pwdLastSet"

_NORMAL_ACCOUNT, _WORKSTATION, _DISABLED = 0x200, 0x1000, 0x2
_SECURITY, _SIGN = 0x8000_0000, 1 << 32
_SCOPES = {"DomainLocal": 0x4, "Global": 0x2, "Universal": 0x8}


@dataclass(frozen=True, slots=True)
class Bit:
    """A bit of ``userAccountControl`` (MS-ADTS 2.2.16); ``when`` says which state of it means true."""

    mask: int
    when: bool = True
    source = UAC
    kind = Kind.BOOLEAN

    def read(self, raw: int) -> Scalar:
        """What the number says."""
        return bool(raw & self.mask) is self.when

    def write(self, value: Scalar, raw: int) -> int:
        """The number that says so. Raises `ValueError` with the reason."""
        return raw | self.mask if _truth(value) is self.when else raw & ~self.mask


@dataclass(frozen=True, slots=True)
class Zero:
    """A FILETIME that says something by being zero; ``when_zero`` is what. ``other`` is written for the opposite."""

    source: str
    when_zero: bool
    other: int | None
    kind = Kind.BOOLEAN

    def read(self, raw: int) -> Scalar:
        """What the number says."""
        return self.when_zero if raw == 0 else not self.when_zero

    def write(self, value: Scalar, raw: int) -> int:
        """The number that says so. Raises `ValueError` with the reason."""
        if _truth(value) is self.when_zero:
            return 0
        if self.other is None:
            raise ValueError("can only be taken away; Active Directory alone locks accounts out")
        return self.other if raw == 0 else raw


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a group may be used (MS-ADTS 2.2.12): ``DomainLocal``, ``Global`` or ``Universal``."""

    source = GROUP_TYPE
    kind = Kind.STRING

    def read(self, raw: int) -> Scalar:
        """What the number says."""
        return next((name for name, mask in _SCOPES.items() if raw & mask), "")

    def write(self, value: Scalar, raw: int) -> int:
        """The number that says so. Raises `ValueError` with the reason."""
        if value not in _SCOPES:
            raise ValueError(f"is neither DomainLocal, Global nor Universal: {value!r}")
        return _signed(raw & ~0xE | _SCOPES[str(value)])


@dataclass(frozen=True, slots=True)
class Category:
    """Whether a group gives rights: ``Security`` or ``Distribution``."""

    source = GROUP_TYPE
    kind = Kind.STRING

    def read(self, raw: int) -> Scalar:
        """What the number says."""
        return "Security" if raw & _SECURITY else "Distribution"

    def write(self, value: Scalar, raw: int) -> int:
        """The number that says so. Raises `ValueError` with the reason."""
        if value not in ("Security", "Distribution"):
            raise ValueError(f"is neither Security nor Distribution: {value!r}")
        return _signed(raw | _SECURITY if value == "Security" else raw & ~_SECURITY)


Flag = Bit | Zero | Scope | Category

FLAGS: Mapping[str, Flag] = {
    "Enabled": Bit(_DISABLED, when=False),
    "PasswordNeverExpires": Bit(0x10000),
    "PasswordNotRequired": Bit(0x20),
    "SmartcardLogonRequired": Bit(0x40000),
    "AccountNotDelegated": Bit(0x100000),
    "TrustedForDelegation": Bit(0x80000),
    "DoesNotRequirePreAuth": Bit(0x400000),
    "LockedOut": Zero(LOCKOUT, when_zero=False, other=None),
    "ChangePasswordAtLogon": Zero(LAST_SET, when_zero=True, other=-1),
    "GroupScope": Scope(),
    "GroupCategory": Category(),
}


def start(source: str, type_: str) -> int:
    """What a new object has before any flag is set."""
    if source == UAC:
        return (_WORKSTATION if type_.lower() == "computer" else _NORMAL_ACCOUNT) | _DISABLED
    return _signed(_SECURITY | _SCOPES["Global"]) if source == GROUP_TYPE else 0


def offered(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """The flags of a type that has these attributes."""
    return {name: Attribute(name, flag.kind) for name, flag in FLAGS.items() if flag.source in attributes}


def _truth(value: Scalar) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"is neither true nor false: {value!r}")  # noqa: TRY004 - the writer reports ValueErrors
    return value


def _signed(number: int) -> int:
    """A number of 32 bits as Active Directory writes it, the highest one being the sign."""
    number &= _SIGN - 1
    return number - _SIGN if number & _SECURITY else number
