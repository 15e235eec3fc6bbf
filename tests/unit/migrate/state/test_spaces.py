"""Exported connector spaces. The files are written by hand, by the documented format: there were no real ones."""

from pathlib import Path

import pytest

from mimas.migrate.elements import MigrationError
from mimas.migrate.state.spaces import objects

SPACE = """\
<?xml version="1.0" encoding="utf-8"?>
<cs-objects>
 <cs-object cs-dn="CN=Ann,OU=Staff,DC=x" id="{6f8d0a6e-6a52-4c7e-9d7f-0a1b2c3d4e5f}" object-type="user">
  <unapplied-export>
   <delta operation="update" dn="CN=Ann,OU=Staff,DC=x" newdn="CN=Anna,OU=Staff,DC=x">
    <attr name="title" operation="update" type="string" multivalued="false"><value operation="add">boss</value>
     <value operation="delete">clerk</value></attr>
    <attr name="phone" operation="delete"/>
    <attr name="mails" operation="update" multivalued="true"><value operation="add">b@x</value></attr>
    <dn-attr name="manager" operation="replace" multivalued="false"><dn-value operation="add"><dn>CN=Bob,DC=x</dn>
     <anchor encoding="base64">AQI=</anchor></dn-value></dn-attr>
   </delta>
  </unapplied-export>
  <synchronized-hologram>
   <entry dn="CN=Ann,OU=Staff,DC=x">
    <anchor encoding="base64">AAECAwQFBgcICQoLDA0ODw==</anchor>
    <primary-objectclass>user</primary-objectclass>
    <objectclass><oc-value>top</oc-value><oc-value>user</oc-value></objectclass>
    <attr name="title" type="string" multivalued="false"><value>clerk</value></attr>
    <attr name="phone" type="string" multivalued="false"><value>1</value></attr>
    <attr name="mails" type="string" multivalued="true"><value>a@x</value></attr>
    <attr name="uac" type="integer" multivalued="false"><value>0x200</value></attr>
    <attr name="left" type="integer" multivalued="false"><value>0xffffffffffffffff</value></attr>
    <attr name="active" type="boolean" multivalued="false"><value>TRUE</value></attr>
    <dn-attr name="manager" multivalued="false"><dn-value><dn>CN=Cid,DC=x</dn></dn-value></dn-attr>
   </entry>
  </synchronized-hologram>
  <mv-link lineage-id="{2}" lineage-type="account-joiner"
   lineage-time="2026-01-01">{AAAA0000-0000-0000-0000-000000000001}</mv-link>
  <connector>1</connector><connector-state>explicit</connector-state>
  <ma-id>{ae4db4cc-b16b-4eb2-acf5-837ca84e4d7d}</ma-id><ma-name>corp</ma-name>
 </cs-object>
 <cs-object cs-dn="CN=New,DC=x" id="{2}" object-type="user">
  <unapplied-export>
   <delta operation="add" dn="CN=New,DC=x"><attr name="title" operation="add"><value>x</value></attr></delta>
  </unapplied-export>
  <unapplied-export-hologram><entry dn="CN=New,DC=x"><attr name="title"><value>y</value></attr></entry>
  </unapplied-export-hologram>
 </cs-object>
</cs-objects>
"""


def space(folder: Path, text: str = SPACE, encoding: str = "utf-8") -> Path:
    path = folder / "space.xml"
    path.write_bytes(text.replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_object_is_read_with_what_is_to_become_of_it(tmp_path: Path, encoding: str) -> None:
    ann, new = objects(space(tmp_path, encoding=encoding))
    assert (ann.name, ann.new_name, ann.type, ann.operation) == (
        "CN=Ann,OU=Staff,DC=x", "CN=Anna,OU=Staff,DC=x", "user", "update",
    )  # fmt: skip
    assert (ann.linked, ann.state, ann.lineage) == (True, "explicit", "account-joiner")
    assert ann.resource == "{AAAA0000-0000-0000-0000-000000000001}"
    assert (ann.agent, ann.anchor) == ("{AE4DB4CC-B16B-4EB2-ACF5-837CA84E4D7D}", bytes(range(16)))
    assert ann.shown == {
        "title": ["clerk"], "phone": ["1"], "mails": ["a@x"], "uac": ["512"], "left": ["-1"], "active": ["true"],
        "manager": ["CN=Cid,DC=x"],
    }  # fmt: skip
    assert ann.exported == {
        "title": ["boss"], "mails": ["a@x", "b@x"], "uac": ["512"], "left": ["-1"], "active": ["true"],
        "manager": ["CN=Bob,DC=x"],
    }  # fmt: skip
    assert (new.operation, new.exported, new.linked) == ("add", {"title": ["y"]}, False)


def test_a_cut_off_file_and_one_with_a_document_type_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="is no XML"):
        list(objects(space(tmp_path, SPACE[:-20])))
    bomb = SPACE.replace("<cs-objects>", '<!DOCTYPE a [<!ENTITY b "c">]><cs-objects>', 1)
    with pytest.raises(MigrationError, match="document type"):
        list(objects(space(tmp_path, bomb)))


@pytest.mark.parametrize("text", ["²", "A", "", "AA=A="])
def test_an_anchor_that_is_no_base64_stops_nothing(text: str, tmp_path: Path) -> None:
    (one, *_) = objects(space(tmp_path, SPACE.replace("AAECAwQFBgcICQoLDA0ODw==", text)))
    assert one.name == "CN=Ann,OU=Staff,DC=x"


def test_a_whole_number_without_end_stays_a_text(tmp_path: Path) -> None:
    (one, *_) = objects(space(tmp_path, SPACE.replace("0xffffffffffffffff", "0x" + "f" * 9_999)))
    assert one.shown["left"] == ["0x" + "f" * 9_999]
