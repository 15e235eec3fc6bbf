"""Accounts and groups of Active Directory, as exports."""

from typing import Any

from mimas.connectors.active_directory import ActiveDirectoryConnector
from mimas.connectors.contract import Change, Export, Operation, Result
from mimas.schema.attributes import Attribute, Kind, ObjectType


def attributes(*found: Attribute) -> dict[str, Attribute]:
    return {one.name: one for one in found}


SCHEMA = {
    "user": ObjectType(
        "user",
        attributes(
            Attribute("sAMAccountName"),
            Attribute("displayName"),
            Attribute("description", multivalued=True),
            Attribute("objectSid"),
            Attribute("manager", Kind.REFERENCE),
            Attribute("accountExpires", Kind.DATETIME),
            Attribute("userAccountControl", Kind.INTEGER),
            Attribute("Enabled", Kind.BOOLEAN),
            Attribute("LockedOut", Kind.BOOLEAN),
            Attribute("PasswordNeverExpires", Kind.BOOLEAN),
            Attribute("ChangePasswordAtLogon", Kind.BOOLEAN),
            Attribute("unicodePwd", secret=True),
        ),
    ),
    "group": ObjectType(
        "group",
        attributes(
            Attribute("sAMAccountName"),
            Attribute("GroupScope"),
            Attribute("GroupCategory"),
            Attribute("member", Kind.REFERENCE, multivalued=True),
        ),
    ),
}


def change(*values: Any) -> Change:
    return Change(values, added=values)


def user(base: str, account: str, number: int = 1, **more: Any) -> Export:
    """``more`` are values: one, or a list of them."""
    given = {"sAMAccountName": account, "displayName": account.title()} | more
    changes = {key: change(*(value if isinstance(value, list) else [value])) for key, value in given.items()}
    return Export(number, Operation.ADD, "user", None, f"CN={account},{base}", changes=changes, values=given)


def group(base: str, account: str, *members: str, number: int = 1, **more: Any) -> Export:
    given = {"sAMAccountName": account, "member": list(members)} | more
    changes = {key: change(*(value if isinstance(value, list) else [value])) for key, value in given.items()}
    return Export(number, Operation.ADD, "group", None, f"CN={account},{base}", changes=changes, values=given)


def update(export: Export, new_name: str | None = None, **changes: Change) -> Export:
    return Export(export.id, Operation.UPDATE, export.type, None, export.name, new_name, changes)


def delete(export: Export) -> Export:
    return Export(export.id, Operation.DELETE, export.type, None, export.name)


def attempt(connector: ActiveDirectoryConnector, export: Export) -> Result:
    (result,) = connector.write([export])
    return result


def succeed(connector: ActiveDirectoryConnector, *exports: Export) -> list[Result]:
    results = sorted(connector.write(exports), key=lambda result: result.id)
    assert [result for result in results if result.error] == []
    return results
