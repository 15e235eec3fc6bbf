"""Reading every system back, by its own means and without Mimas."""

import base64
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from expected import BASE, Objects, Values, escape
from servers import ADMINISTRATOR, NOBODY

_IGNORED = ("objectClass", "dn")
_HEX = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)")
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def read_directory(port: int, password: str) -> Objects:
    """The people and groups of the LDAP directory, by name."""
    import ldap

    link = ldap.initialize(f"ldap://127.0.0.1:{port}")
    link.simple_bind_s(ADMINISTRATOR, password)
    found = link.search_s(BASE, ldap.SCOPE_SUBTREE, "(|(objectClass=inetOrgPerson)(objectClass=groupOfNames))")
    link.unbind_s()
    return dict(_entry(name, {k: [v.decode() for v in values] for k, values in entry.items()}) for name, entry in found)


def read_ldif(path: Path) -> Objects:
    """The people and groups of the LDIF file, by name."""
    objects: Objects = {}
    for block in path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\n ", "").split("\n\n"):
        values: dict[str, list[str]] = defaultdict(list)
        for line in block.splitlines():
            if line and not line.startswith(("#", "version:")):
                name, _, value = line.partition(":")
                values[name].append(base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip())
        if "dn" in values:
            objects |= [_entry(values["dn"][0], values)]
    return objects


def _entry(name: str, entry: dict[str, list[str]]) -> tuple[str, Values]:
    values = {key: frozenset(found) - {NOBODY} for key, found in entry.items() if key not in _IGNORED}
    for key in ("manager", "member"):
        if key in values:
            values[key] = frozenset(_name(value) for value in values[key])
    return _name(name), {key: found for key, found in values.items() if found}


def _name(name: str) -> str:
    r"""Servers may write an escaped character as its bytes (RFC 4514): `\2C` is a comma."""
    return _HEX.sub(lambda match: escape(bytes.fromhex(match[1].replace("\\", "")).decode()), name)


def read_application(path: Path) -> Objects:
    """The employees by number, and the departments by code."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        people = connection.execute("SELECT * FROM employees")
        objects = {row["employee_id"]: _row(row, "employee_id") for row in people}
        departments = connection.execute("SELECT * FROM departments")
        objects |= {row["code"]: _row(row, "code") for row in departments}
        for code, number in connection.execute("SELECT department_code, employee_id FROM department_members"):
            objects[code]["members"] = objects[code].get("members", frozenset()) | {number}
        return objects


def _row(row: sqlite3.Row, anchor: str) -> Values:
    values = dict(zip(row.keys(), row, strict=True))
    return {key: frozenset({str(value)}) for key, value in values.items() if key != anchor and value not in (None, "")}


def read_service(port: int, token: str) -> Objects:
    """The users of the SCIM service by external id, and its groups by name."""
    users = list(_pages(port, token, "Users"))
    numbers = {user["id"]: user["externalId"] for user in users}
    objects = {user["externalId"]: _user(user, numbers) for user in users}
    for group in _pages(port, token, "Groups"):
        members = frozenset(numbers[member["value"]] for member in group.get("members", ()))
        objects[group["displayName"]] = {"members": members} if members else {}
    return objects


def _pages(port: int, token: str, kind: str) -> Iterator[dict[str, Any]]:
    start, total = 1, 1
    while start <= total:
        url = f"http://127.0.0.1:{port}/{kind}?startIndex={start}&count=500"
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=30) as answer:
            page = json.load(answer)
        yield from page.get("Resources", ())
        start, total = start + max(len(page.get("Resources", ())), 1), page["totalResults"]


def _user(user: dict[str, Any], numbers: dict[str, str]) -> Values:
    name = user.get("name", {})
    values = {key: user.get(key) for key in ("userName", "displayName", "title")}
    values |= {"givenName": name.get("givenName"), "familyName": name.get("familyName")}
    values["active"] = str(user.get("active")).lower()
    enterprise = user.get(ENTERPRISE, {})
    values["department"] = enterprise.get("department")
    values["manager"] = numbers.get(enterprise.get("manager", {}).get("value"))
    mails = frozenset(mail["value"] for mail in user.get("emails", ()))
    found = {key: frozenset({value}) for key, value in values.items() if value}
    return found | ({"mail": mails} if mails else {})
