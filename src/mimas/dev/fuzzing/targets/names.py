"""Distinguished names."""

from mimas.dev.fuzzing.target import Target, told
from mimas.language.errors import FlowError
from mimas.language.functions import REGISTRY
from mimas.schema import names


def _check(case: str) -> str:
    key = names.key(case)
    assert names.key(key) == key, f"the key of a key is another one: {key!a:.200} {names.key(key)!a:.200}"
    parts = names.split(case)
    assert names.depth(case) == len(parts)
    names.parent(case), names.empty_part(case)
    name = f"cn={names.escape(case)},ou=x"
    assert len(names.split(name)) == 2, f"an escaped value divides the name: {name!a:.200}"
    assert names.key(name).endswith(",ou=x")
    outcomes = []
    for function, *rest in (("DNComponent", 1), ("DNComponentRev", 1, "DC"), ("EscapeDNComponent",)):
        try:
            outcomes.append(type(REGISTRY[str(function)].call(case, *rest)).__name__)
        except FlowError as error:
            outcomes.append(told(error))
    return f"{min(len(parts), 3)} {outcomes} {chr(92) in key}"


TARGETS = (
    Target(
        "names",
        _check,
        (
            "cn=Ann Lee,ou=People,dc=example,dc=com",
            'CN=Lee\\, Ann + uid=7, OU = "a,b" ,dc=x',
            "cn=\\4c\\c3\\bc\\2C\\20,dc=x",
            "cn=#04024869,ou=\\ a\\ ,dc=x",
            "2.5.4.3=x+cn=,,dc=",
        ),
        ("cn=", "ou=", ",", "+", "=", '"', "\\", "\\,", "\\2c", "\\2C", "\\5c", "\\20", "\\c3", "\\bc", "\\00", " ", "#", ";", "<", ">"),
        (("\\", ""), ('"', '"'), (",", ""), (" ", "")),
        longest=50_000,
        quick=2_000,
    ),
)  # fmt: skip
