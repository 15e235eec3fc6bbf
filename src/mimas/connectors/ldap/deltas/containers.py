"""What stands below a container that was renamed: it has another name, and no directory says that it was changed."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import ldap

from mimas.schema.names import key as name_key

if TYPE_CHECKING:
    from mimas.connectors.ldap.pages import LdapPage
    from mimas.connectors.ldap.reading import Reader

HOLDS = "(|(hasSubordinates=TRUE)(numSubordinates=*)(objectClass=organizationalUnit)(objectClass=container))"
"""What others stand below: X.501 (OpenLDAP), 389 Directory Server, and by class where a directory counts nothing."""


def containers(reader: "Reader", condition: str) -> list[str]:
    """The names of the containers below the bases that fulfil a condition. Raises as `Reader.told` does."""
    return [
        name
        for base in reader.bases
        for records in reader.told(base, f"(&{HOLDS}{condition})", ["1.1"])
        for name, _ in records
    ]


def below(reader: "Reader", names: Sequence[str]) -> Iterator["LdapPage"]:
    """Everything below these containers. A base keeps its name: what stands below it was not renamed with it.

    Raises as `Reader.told` does.
    """
    bases = {name_key(base) for base in reader.bases}
    read: list[str] = []
    for key, name in sorted(((name_key(name), name) for name in names), key=lambda pair: len(pair[0])):
        if key in bases or key.endswith(tuple(f",{other}" for other in read)):
            continue
        read.append(key)
        with suppress(ldap.NO_SUCH_OBJECT):  # Renamed once more, which the next delta tells.
            for records in reader.told(name, reader.filter):
                yield reader.parser.page(records)
