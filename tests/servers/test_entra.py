"""The stock rules of Entra Connect, migrated and run on a domain, against a table written before they were run."""

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from xml.sax.saxutils import quoteattr

import pytest

pytest.importorskip("ldap", reason="python-ldap is not installed: pip install 'mimas[ldap]'")

import ldif
from ruamel.yaml import YAML

from mimas.language.errors import ExpressionError
from mimas.language.expressions import attributes, parse
from mimas.schema import names
from mimas.schema.values import as_list, decode
from mimas.store import objects
from mimas.store.store import Store
from tests.servers import samba as samba_server
from tests.servers.entra import EXPORT, Corp, called, sid_text, table
from tests.servers.samba import PASSWORD

pytestmark = [
    pytest.mark.slow,
    # They share what is made once.
    pytest.mark.xdist_group("entra"),
    pytest.mark.skipif(bool(samba_server.missing()), reason=samba_server.missing() or "there is one"),
]

_OLD = UUID("7a1f3c52-0d4e-4b8e-9c11-5f0d6f1b2a90")
AD, CLOUD = "contoso.com", "contoso.onmicrosoft.com - AAD"


def mimas(home: Path, *words: str) -> str:
    """A command as a person types it."""
    command = [sys.executable, "-m", "mimas.cli.main", *words]
    environment = os.environ | {"MIMAS_CONTOSO_COM_PASSWORD": PASSWORD}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 4), done.stdout + done.stderr
    return done.stdout


@dataclass
class Migrated:
    """The domain, the home made from the export, and what came of it."""

    corp: Corp
    home: Path
    store: Store
    cloud: dict[str, dict[str, list[bytes]]] = field(default_factory=dict)
    """Distinguished name → the entry in the file that stands in the place of the cloud."""
    reads: dict[str, set[str]] = field(default_factory=dict)
    """Attribute of the cloud → the attributes of the metaverse that flow into it by any rule."""

    def resource(self, name: str) -> int | None:
        """The resource of an object of the table."""
        with self.store.transaction() as tx:
            key = names.key(self.corp.names[name])
            object_ = objects.find_names(tx, self.store.symbol(AD), [key]).get(key)
            found: int | None = tx.value("SELECT resource FROM link WHERE object = ?", object_)
        return found

    def values(self, resource: int) -> dict[str, Any]:
        """Its values, and for each reference the resources it refers to."""
        with self.store.transaction() as tx:
            found: dict[str, Any] = dict(decode(tx.value("SELECT doc FROM resource WHERE id = ?", resource)))
            for attribute, target in tx.rows(
                "SELECT attribute, target FROM resource_reference WHERE resource = ?", resource
            ):
                found.setdefault(self.store.name(attribute), []).append(("resource", target))
        return found


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Migrated]:
    folder = tmp_path_factory.mktemp("entra")
    corp = Corp(folder / "domain")
    corp.fill(2_000)
    home = folder / "home"
    mimas(folder, "migrate", "entra-connect", str(EXPORT), "--to", str(home))
    document = home / "documents" / "connectors" / "contoso.com.yaml"
    before = "        - OU=CORP,DC=contoso,DC=com\n  user: MSOL_d1edb676ca03@contoso.com\n"
    after = "        - OU=CORP,DC=contoso,DC=com\n        - CN=ForeignSecurityPrincipals,DC=contoso,DC=com\n"
    after += f"      servers: [{corp.samba.address}]\n  ca_file: {corp.samba.certificate}\n  user: {corp.samba.user}\n"
    assert before in document.read_text()
    document.write_text(document.read_text().replace(before, after))
    mimas(home, "config", "apply")
    mimas(home, "run", "contoso.com - Full Import")
    mimas(home, "sync")
    mimas(home, "export", CLOUD)
    store = Store(f"sqlite:///{home}/mimas.db")
    found = Migrated(corp, home, store, _cloud(home), _reads(home))
    yield found
    store.close()
    corp.samba.stop()


def _cloud(home: Path) -> dict[str, dict[str, list[bytes]]]:
    (file,) = (home / "exports").iterdir()
    with file.open("rb") as source:
        records = ldif.LDIFRecordList(source)
        records.parse()
    return {name: dict(entry) for name, entry in records.all_records}


def _reads(home: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    yaml = YAML(typ="safe", pure=True)
    for file in (home / "documents" / "rules").rglob("*.yaml"):
        rule = yaml.load(file.read_text())
        for target, origin in rule.get("flows", {}).items() if rule["direction"] == "outbound" else ():
            text = origin.get("expression", "") if isinstance(origin, dict) else origin
            found.setdefault(target, set()).update(_read(str(text)))
    return found


def _read(origin: str) -> set[str]:
    try:
        return set(attributes(parse(origin[1:]))) if origin.startswith("=") else {origin}
    except ExpressionError:
        return set()


class Expected:
    """What the table says, with what the server has given in the place of its placeholders."""

    def __init__(self, migrated: Migrated) -> None:
        self._migrated = migrated
        self._table = table()
        self._connector = next(_documents(migrated.home, "Connector", AD))["parameters"]["Connector.ID"]
        self.everywhere = set(self._table["open_everywhere"])
        self.ignored = {side: set(names) for side, names in self._table["ignored"].items()}

    def guid64(self, name: str) -> str:
        return base64.b64encode(self._migrated.corp.raw(name, "objectGUID")).decode()

    def text(self, value: str, name: str) -> str:
        """A text with its placeholders filled."""
        shown = self._migrated.corp.shown(name)
        values: dict[str, Callable[[], str]] = {
            "<guid>": lambda: base64.b64encode(shown["objectGUID"][0]).decode(),
            "<guid64>": lambda: self.guid64(name),
            "<guid64hex>": lambda: self.guid64(name).encode().hex().upper(),
            "<sid>": lambda: base64.b64encode(shown["objectSid"][0]).decode(),
            "<sidtext>": lambda: sid_text(shown["objectSid"][0]),
            "<domain>": lambda: "contoso.com",
            "<netbios>": lambda: "CONTOSO",
            "<forest>": lambda: "contoso.com",
            "<forestnetbios>": lambda: "CONTOSO",
            "<connector>": lambda: str(self._connector),
            "<pwdLastSet>": lambda: _filetime(int(shown["pwdLastSet"][0])),
        }
        for placeholder, meant in values.items():
            if placeholder in value:
                value = value.replace(placeholder, meant())
        if value.startswith("<guid:"):
            return base64.b64encode(self._migrated.corp.raw(value[6:-1], "objectGUID")).decode()
        return value

    def metaverse(self, value: Any, name: str) -> Any:
        """A value as a resource has it."""
        if isinstance(value, dict) and "ref" in value:
            return ("resource", self._migrated.resource(value["ref"]))
        return self._plain(value, name)

    def cloud(self, value: Any, name: str) -> bytes:
        """A value as the file has it."""
        if isinstance(value, dict) and "ref" in value:
            return f"CN={{{self.guid64(value['ref']).encode().hex().upper()}}}".encode()
        plain = self._plain(value, name)
        if isinstance(plain, bool):
            return b"TRUE" if plain else b"FALSE"
        return str(plain).encode()

    def _plain(self, value: Any, name: str) -> Any:
        if isinstance(value, dict) and "sid" in value:
            return base64.b64encode(self._migrated.corp.raw(value["sid"], "objectSid")).decode()
        if isinstance(value, dict):
            return value["base64"]
        return self.text(value, name) if isinstance(value, str) else value


def _filetime(ticks: int) -> str:
    return f"{datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10):%Y%m%d%H%M%S}.0Z"


def _documents(home: Path, kind: str, name: str) -> Iterator[Mapping[str, Any]]:
    for file in (home / "documents").rglob("*.yaml"):
        found = YAML(typ="safe", pure=True).load(file.read_text())
        if (found["kind"], found["name"]) == (kind, name):
            yield found


def test_a_hundred_objects_are_what_the_table_says(migrated: Migrated) -> None:
    expected = Expected(migrated)
    wrong: list[str] = []
    compared = {"metaverse": 0, "cloud": 0, "values": 0}
    for one in migrated.corp.objects:
        left_open = set(one.get("open", {}))
        if "joined_with" in left_open or (one.get("metaverse") or {}).get("joined_with"):
            continue
        if "metaverse" not in left_open:
            compared["metaverse"] += 1
            wrong += _compare_metaverse(migrated, expected, one, left_open, compared)
        if not {"metaverse", "cloud"} & left_open:
            compared["cloud"] += 1
            wrong += _compare_cloud(migrated, expected, one, left_open, compared)
    assert not wrong, "\n".join(wrong)
    assert compared["metaverse"] > 80
    assert compared["cloud"] > 80
    assert compared["values"] > 2_000


def _compare_metaverse(
    migrated: Migrated, expected: Expected, one: Mapping[str, Any], left_open: set[str], compared: dict[str, int]
) -> Iterator[str]:
    name, wanted = called(one), one["metaverse"]
    resource = migrated.resource(name)
    if wanted is None or resource is None:
        if (wanted is None) is not (resource is None):
            yield f"{name}: expected {'no resource' if wanted is None else 'a resource'}"
        return
    skipped = left_open | expected.everywhere | expected.ignored["metaverse"]
    has = {key: _set(value) for key, value in migrated.values(resource).items() if key not in skipped}
    should = {
        key: _set(expected.metaverse(item, name) for item in as_list(value))
        for key, value in wanted["values"].items()
        if key not in skipped
    }
    should = {key: {item for item in items if item != ("resource", None)} for key, items in should.items()}
    compared["values"] += len(should)
    yield from _differences(name, "metaverse", has, {key: items for key, items in should.items() if items})


def _compare_cloud(
    migrated: Migrated, expected: Expected, one: Mapping[str, Any], left_open: set[str], compared: dict[str, int]
) -> Iterator[str]:
    name, wanted = called(one), one["cloud"]
    place = f"CN={{{expected.guid64(name).encode().hex().upper()}}}"
    entry = migrated.cloud.get(place)
    if wanted is None or entry is None:
        if (wanted is None) is not (entry is None):
            yield f"{name}: expected {'nothing' if wanted is None else 'an object'} in the cloud"
        return
    if entry["objectClass"] != [wanted["type"].encode()]:
        yield f"{name}: in the cloud it is {entry['objectClass']}"
    left = left_open | expected.everywhere
    skipped = {key for key, reads in migrated.reads.items() if reads & left}
    skipped |= {*expected.ignored["cloud"], "objectClass"}
    has = {key: _set(_as_base64(key, value) for value in values) for key, values in entry.items() if key not in skipped}
    should = {
        key: _set(expected.cloud(item, name) for item in as_list(value))
        for key, value in wanted["values"].items()
        if key not in skipped | {"dn"}
    }
    should = {key: {item for item in items if not _is_absent(migrated, item)} for key, items in should.items()}
    compared["values"] += len(should)
    yield from _differences(name, "cloud", has, {key: items for key, items in should.items() if items})


def _is_absent(migrated: Migrated, value: bytes) -> bool:
    """Whether it refers to what is not in the cloud: such references are left out."""
    return value.startswith(b"CN={") and value.decode() not in migrated.cloud


_BINARY = (
    "deviceId",
    "onPremiseSecurityIdentifier",
    "Hash",
    "Guid",
    "userCertificate",
    "userSMIMECertificate",
    "thumbnailPhoto",
)


def _as_base64(key: str, value: bytes) -> bytes:
    return base64.b64encode(value) if key.endswith(_BINARY) else value


def _set(values: Any) -> set[Any]:
    given = values if not isinstance(values, (str, int, bool)) else [values]
    # True is 1 to Python, and not to a directory.
    return {("boolean", value) if isinstance(value, bool) else value for value in given}


def _differences(name: str, where: str, has: Mapping[str, set[Any]], should: Mapping[str, set[Any]]) -> Iterator[str]:
    for key in sorted(has.keys() | should.keys()):
        if has.get(key, set()) != should.get(key, set()):
            yield f"{name}: {where}: {key} is {has.get(key)}, expected {should.get(key)}"


def test_everybody_else_came_through(migrated: Migrated) -> None:
    names = [entry["commonName"][0] for entry in migrated.cloud.values() if "commonName" in entry]
    assert len([name for name in names if name.startswith(b"User ")]) == 2_000
    groups = [entry for entry in migrated.cloud.values() if entry.get("displayName", [b""])[0].startswith(b"Group ")]
    assert sorted({len(group["member"]) for group in groups}) == [10]
    assert len(groups) == 200


def test_the_state_comes_along_to_another_installation(migrated: Migrated) -> None:
    """What the first one has linked is written as csexport would; the second one has it before it ever syncs."""
    mimas(migrated.home, "import", CLOUD)
    home = migrated.home.with_name("cut-over")
    shutil.copytree(migrated.home, home, ignore=shutil.ignore_patterns("mimas.db*"))
    mimas(home, "config", "apply")
    mimas(home, "run", "contoso.com - Full Import")
    mimas(home, "import", CLOUD)
    files: list[Path] = []
    for connector in (AD, CLOUD):
        files.append(home / f"{len(files)}.xml")
        files[-1].write_text("".join(["<cs-objects>", *_space(migrated.store, connector), "</cs-objects>"]))
    said = mimas(home, "migrate", "state", *map(str, files))
    moved = Store(f"sqlite:///{home}/mimas.db")
    assert _linked(moved) == _linked(migrated.store), said
    said = mimas(home, "sync")
    assert not {"joined", "new", "to create", "to delete"} & set(re.findall(r"to create|to delete|joined|new", said)), (
        said
    )
    assert _linked(moved) == _linked(migrated.store)
    moved.close()
    assert "deletes" not in mimas(home, "export", CLOUD)
    before, after = (
        {name: {key: sorted(values) for key, values in entry.items()} for name, entry in _cloud(one).items()}
        for one in (migrated.home, home)
    )
    assert after == before


def _space(store: Store, connector: str) -> Iterator[str]:
    """The objects of a connector as the documented element ``cs-object``."""
    with store.transaction() as tx:
        rows = tx.rows(
            "SELECT o.name, o.anchor, o.type, l.resource FROM object o LEFT JOIN link l ON l.object = o.id"
            " WHERE o.connector = ? AND o.presence = 1",
            store.symbol(connector),
        )
    for name, anchor, type_, resource in rows:
        bytes_ = base64.b64encode(UUID(anchor).bytes_le).decode() if connector == AD else ""
        link = f"<mv-link lineage-type='projection-rule'>{{{uuid5(_OLD, str(resource))}}}</mv-link>" if resource else ""
        yield (
            f"<cs-object cs-dn={quoteattr(name)} id='{{{uuid5(_OLD, name)}}}' object-type='{store.name(type_)}'>"
            f"<synchronized-hologram><entry dn={quoteattr(name)}><anchor encoding='base64'>{bytes_}</anchor></entry>"
            f"</synchronized-hologram><ma-id>{{{uuid5(_OLD, connector)}}}</ma-id><ma-name>{connector}</ma-name>"
            f"<connector>{int(bool(link))}</connector><connector-state>normal</connector-state>{link}</cs-object>"
        )


def _linked(store: Store) -> set[frozenset[str]]:
    """The objects of each resource that has any, by their names."""
    found: dict[int, set[str]] = {}
    with store.transaction() as tx:
        for resource, name in tx.rows("SELECT l.resource, o.name FROM link l JOIN object o ON o.id = l.object"):
            found.setdefault(resource, set()).add(name.lower())
    return set(map(frozenset, found.values()))


def test_the_second_round_changes_nothing(migrated: Migrated) -> None:
    before = (next((migrated.home / "exports").iterdir())).read_bytes()
    for words in (("run", "contoso.com - Full Import"), ("import", CLOUD), ("sync",), ("sync", "--full")):
        mimas(migrated.home, *words)
    said = mimas(migrated.home, "export", CLOUD)
    assert (next((migrated.home / "exports").iterdir())).read_bytes() == before, said
