"""The stock rules of Azure AD Connect: 391 real expressions."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import parameters
from mimas.language.results import to_value

FILE = Path(__file__).parents[2] / "data" / "entra-expressions.txt"
EXPRESSIONS = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def find(*parts: str) -> str:
    (found,) = {text for text in EXPRESSIONS if all(part in text for part in parts)}
    return found


def run(text: str, **values: Any) -> Any:
    node = parse(text)
    return to_value(compiled(node, dict.fromkeys(parameters(node), "example.com"))(values, Context(datetime.now(UTC))))


def test_all_of_them_are_there() -> None:
    assert len(EXPRESSIONS) == 391


@pytest.mark.parametrize("text", sorted(set(EXPRESSIONS)))
def test_it_parses_and_compiles(text: str) -> None:
    node = parse(text)
    compiled(node, dict.fromkeys(parameters(node), "example.com"))


def test_the_negative_filter_of_users() -> None:
    """Read with all operators of one priority, this rule would filter everybody or nobody."""
    rule = find("SUPPORT_388945a0")
    person = {"sAMAccountName": "ann", "mailNickname": "ann", "dn": "CN=Ann,OU=People,DC=example,DC=com"}
    assert run(rule, **person) is None
    assert run(rule, **{**person, "sAMAccountName": None}) is True
    assert run(rule, **person, isCriticalSystemObject=True) is True
    assert run(rule, **{**person, "sAMAccountName": "SUPPORT_388945a0"}) is True
    assert run(rule, **{**person, "mailNickname": "CAS_{x}"}) is True
    assert run(rule, **person, msExchRecipientTypeDetails=0x1000000) is True
    assert run(rule, **person, msExchRecipientTypeDetails=1) is None


def test_mail_enabled_groups() -> None:
    rule = find('Contains([proxyAddresses], "SMTP:")')
    assert run(rule, proxyAddresses=["SMTP:a@example.com", "smtp:b@example.com"]) is True
    assert run(rule, proxyAddresses=["smtp:b@example.com"]) is False
    assert run(rule, mail="a@example.com") is True
    assert run(rule) is False


def test_dates_flags_and_anchors() -> None:
    assert run(find("pwdLastSet"), pwdLastSet=130543784930000000) == "20140905081453.0Z"
    assert run(find("userAccountControl"), userAccountControl=514) is False
    assert run(find("userAccountControl"), userAccountControl=512) is True
    assert run(find("-2147483648"), groupType=-2147483646) is True
    assert run(find("-2147483648"), groupType=2) is False
    assert run(find("ConvertToUTF8Hex"), sourceAnchor="a=") == "CN={613D}"
    assert run("ConvertToBase64([objectGUID])", objectGUID=bytes(16)) == "A" * 22 + "=="
