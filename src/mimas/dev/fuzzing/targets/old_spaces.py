"""Exported connector spaces and metaverses of the old product: read, and what is matched by them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.corpus import folder
from mimas.migrate.elements import MigrationError
from mimas.migrate.state import metaverse, spaces
from mimas.migrate.state.linkage import linked_by, plain, unlinked
from mimas.migrate.state.matching import Matcher
from mimas.runs.setup import ConnectorSetup
from mimas.schema.attributes import Attribute, ObjectType

_TYPE = ObjectType("user", {"uid": Attribute("uid"), "row": Attribute("row")}, ("uid", "row"), "user:")
_MATCHER = Matcher(1, ConnectorSetup("x", "delimited", schema={"user": _TYPE}))


def _check(case: bytes) -> str:
    path = folder() / "space.xml"
    path.write_bytes(case)
    return f"{_read(path, spaces.objects, _space)}, {_read(path, metaverse.objects, _resource)}"


def _read(path: Path, objects: Callable[[Path], Iterator[Any]], look: Callable[[Any], None]) -> str:
    count = 0
    try:
        for count, one in enumerate(objects(path), 1):  # noqa: B007 - it is told
            look(one)
    except MigrationError as error:
        return told(error, error.message)
    return str(min(count, 3))


def _space(one: spaces.SpaceObject) -> None:
    for guid in (one.id, one.resource, one.agent):
        plain(guid, "space.xml")
    assert linked_by(one.lineage, one.state).linked
    assert not unlinked(one).linked
    for anchor in _MATCHER.anchors(one):
        assert "\0" not in anchor, "an anchor that no database can be asked for"
        anchor.encode()


def _resource(one: metaverse.MetaverseObject) -> None:
    plain(one.id, "space.xml")
    for tie in one.ties:
        plain(tie.space, "space.xml")


_SPACE = b"""<?xml version="1.0" encoding="utf-8"?>
<cs-objects><cs-object cs-dn="CN=Ann,DC=x" id="{6F8D0A6E-6A52-4C7E-9D7F-0A1B2C3D4E5F}" object-type="user">
<unapplied-export><delta operation="update" newdn="CN=B,DC=x"><attr name="t" operation="update" type="integer"><value
operation="add">0x200</value></attr><dn-attr name="m" operation="replace"><dn-value><dn>CN=C</dn></dn-value></dn-attr></delta>
</unapplied-export><synchronized-hologram><entry dn="CN=Ann,DC=x"><anchor encoding="base64">AAECAwQFBgcICQoLDA0ODw==</anchor>
<primary-objectclass>user</primary-objectclass><attr name="uid" type="string"><value>1</value></attr><attr name="row"
type="binary"><value encoding="base64">AQI=</value></attr></entry></synchronized-hologram><mv-link lineage-type="join-rules"
>{AAAA0000-0000-0000-0000-000000000001}</mv-link><connector>1</connector><connector-state>explicit</connector-state>
<ma-id>{AE4DB4CC-B16B-4EB2-ACF5-837CA84E4D7D}</ma-id><ma-name>corp</ma-name></cs-object></cs-objects>"""
_METAVERSE = b"""<mv-objects><mv-object id="{AAAA0000-0000-0000-0000-000000000001}"><entry dn="{AAAA}"><primary-objectclass
>person</primary-objectclass><attr name="mail" type="string"><value>a@x</value></attr></entry><cs-mv-links><cs-mv-value
lineage-type="projection-rules"><cs-dn>CN=Ann</cs-dn><cs-guid>{6F8D0A6E-6A52-4C7E-9D7F-0A1B2C3D4E5F}</cs-guid><ma-name>corp
</ma-name><ma-guid>{AE4DB4CC-B16B-4EB2-ACF5-837CA84E4D7D}</ma-guid></cs-mv-value></cs-mv-links></mv-object></mv-objects>"""

TARGETS = (
    Target(
        "old-spaces",
        _check,
        (_SPACE, _METAVERSE),
        ("<value>", "</value>", "<cs-object>", "</cs-object>", "<entry>", "<anchor>", "\u00e9", "0x", "&#x0;", "&#xD800;", "<!DOCTYPE x>",
         "AA==", "=", "{", "}", "type='integer'", "encoding='base64'", "operation='delete'", "<mv-link>", "xmlns='x'", "<a:b xmlns:a='c'>"),
        (("<attr>", "</attr>"), ("<cs-object>", "</cs-object>"), ("<!--", "-->"), ("<![CDATA[", "]]>")),
        quick=300,
    ),
)  # fmt: skip
