import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.connectors.contract import Change, Connector, ConnectorError, Export, Schema
from mimas.connectors.dsml import records
from mimas.schema import names
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import many as canonical
from tests.unit.connectors.files_helpers import Reading, add, connect, delete, many, sent, update

PERSON = ObjectType(
    "person",
    {
        attribute.name: attribute
        for attribute in (
            Attribute("cn"), Attribute("sn"), many("mail"), many("objectClass"), Attribute("photo", Kind.BINARY),
            Attribute("number", Kind.INTEGER), Attribute("active", Kind.BOOLEAN), Attribute("start", Kind.DATETIME),
            Attribute("manager", Kind.REFERENCE),
        )
    },
)  # fmt: skip
GROUP = ObjectType("groupOfNames", {"cn": Attribute("cn"), "member": many("member", Kind.REFERENCE)})
SCHEMA = {"person": PERSON, "groupOfNames": GROUP}
ANN, BO = "cn=Ann,ou=People,dc=x", "cn=Bo,ou=People,dc=x"
NAMESPACES = (
    'xmlns="urn:oasis:names:tc:DSML:2:0:core" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
DONE = '<searchResultDone><resultCode code="0" descr="success"/></searchResultDone>'


def response(*entries: str, done: str = DONE) -> str:
    return f"<batchResponse {NAMESPACES}><searchResponse>{''.join(entries)}{done}</searchResponse></batchResponse>"


def request(*requests: str) -> str:
    return f"<batchRequest {NAMESPACES}>{''.join(requests)}</batchRequest>"


def entry(name: str, *attributes: str, type_: str = "person") -> str:
    of_type = f'<attr name="objectClass"><value>{type_}</value></attr>'
    return f'<searchResultEntry dn="{name}">{of_type}{"".join(attributes)}</searchResultEntry>'


def attr(name: str, *values: str, form: str = "") -> str:
    some = "".join(f"<value{form}>{value}</value>" for value in values)
    return f'<attr name="{name}">{some}</attr>'


BINARY = ' xsi:type="xsd:base64Binary"'


def read(folder: Path, data: str | bytes, schema: Schema | None = None, watermark: str | None = None) -> Reading:
    path = "all.xml" if watermark is None else "changes.xml"
    (folder / path).write_bytes(data if isinstance(data, bytes) else data.encode())
    return Reading(connect(folder, "dsml", schema or SCHEMA, path="all.xml", changes="changes.xml"), watermark)


def listing(folder: Path, schema: Schema | None = None) -> Connector[Any]:
    return connect(folder, "dsml", schema or SCHEMA, path="all.xml", export="listing")


def changes(folder: Path, schema: Schema | None = None) -> Connector[Any]:
    return connect(folder, "dsml", schema or {"person": PERSON}, changes="changes.xml", export="changes")


MUELLER = base64.b64encode("Müller".encode()).decode()
CONTENT = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by a directory -->
<dsml:batchResponse xmlns:dsml="urn:oasis:names:tc:DSML:2:0:core" xmlns:t="http://www.w3.org/2001/XMLSchema-instance">
 <dsml:searchResponse requestID="1">
  <dsml:searchResultEntry dn="{ANN}">
   <dsml:control type="1.2.3"><dsml:controlValue><a><value>no</value></a></dsml:controlValue></dsml:control>
   <dsml:attr name="objectclass"><dsml:value>top</dsml:value><dsml:value>Person</dsml:value></dsml:attr>
   <dsml:attr name="CN"><dsml:value>Ann</dsml:value></dsml:attr>
   <dsml:attr name="sn"><dsml:value t:type="xsd:base64Binary">{MUELLER}</dsml:value></dsml:attr>
   <dsml:attr name="mail"><dsml:value>b@x</dsml:value>
    <dsml:value>a&amp;b<!-- and --><![CDATA[<@x]]></dsml:value></dsml:attr>
   <dsml:attr name="description"><dsml:value>not configured</dsml:value></dsml:attr>
   <dsml:attr name="number"><dsml:value>7</dsml:value></dsml:attr>
   <dsml:attr name="active"><dsml:value>TRUE</dsml:value></dsml:attr>
   <dsml:attr name="start"><dsml:value>20261123080000Z</dsml:value></dsml:attr>
   <dsml:attr name="photo"><dsml:value t:type="xsd:base64Binary">
     AAH/
   </dsml:value></dsml:attr>
   <dsml:attr name="manager"><dsml:value>{BO}</dsml:value></dsml:attr>
  </dsml:searchResultEntry>
  <dsml:searchResultEntry dn="ou=People,dc=x">
   <dsml:attr name="objectClass"><dsml:value>organizationalUnit</dsml:value></dsml:attr>
  </dsml:searchResultEntry>
  <dsml:searchResultReference><dsml:ref>ldap://elsewhere/dc=y</dsml:ref></dsml:searchResultReference>
  <dsml:searchResultEntry dn="cn=Jörg, ou=People,dc=x">
   <dsml:attr name="objectClass"><dsml:value>groupOfNames</dsml:value></dsml:attr>
   <dsml:attr name="cn"><dsml:value>Jörg</dsml:value></dsml:attr>
   <dsml:attr name="member"><dsml:value>{ANN}</dsml:value><dsml:value>{BO}</dsml:value></dsml:attr>
  </dsml:searchResultEntry>
  <dsml:searchResultDone><dsml:resultCode code="0"/></dsml:searchResultDone>
 </dsml:searchResponse>
</dsml:batchResponse>
"""


def is_content(reading: Reading) -> None:
    assert reading.problems == []
    assert reading.end.complete
    assert reading.keys == [names.key(ANN), names.key("cn=Jörg,ou=People,dc=x")]
    ann = reading.entries[names.key(ANN)]
    assert (ann.type, ann.name, ann.partial) == ("person", ANN, False)
    assert ann.values == {
        "dn": ANN, "cn": "Ann", "sn": "Müller", "mail": ["a&b<@x", "b@x"], "objectClass": ["Person", "top"],
        "number": 7, "active": True, "start": "2026-11-23T08:00:00Z", "photo": "AAH/",
    }  # fmt: skip
    assert ann.references == {"manager": [BO]}
    group = reading.entries[reading.keys[1]]
    assert group.type == "groupOfNames"
    assert group.values == {"dn": "cn=Jörg, ou=People,dc=x", "cn": "Jörg"}
    assert group.references == {"member": [ANN, BO]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_entries_are_read(tmp_path: Path, encoding: str) -> None:
    is_content(read(tmp_path, CONTENT.replace("UTF-8", encoding).encode(encoding)))


def test_small_blocks_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(tmp_path, CONTENT)
    monkeypatch.setattr(records, "BLOCK", 7)
    again = read(tmp_path, CONTENT)
    is_content(again)
    assert (again.keys, again.fingerprints) == (whole.keys, whole.fingerprints)


def test_a_fingerprint_is_of_what_is_said(tmp_path: Path) -> None:
    plain = read(tmp_path, response(entry(ANN, attr("sn", "a"), attr("mail", "b", "c"))))
    spaced = read(
        tmp_path, response(entry(ANN, attr("sn", "&#97;"), attr("mail", "b", "c")).replace("><attr", ">\n<attr"))
    )
    assert plain.fingerprints == spaced.fingerprints
    others = [
        entry(ANN, attr("sn", "b"), attr("mail", "b", "c")),
        entry(ANN, attr("sn", "a"), attr("mail", "bc")),
        entry(ANN, attr("sn", "a"), attr("mail", "b"), attr("mail", "c")),
        entry(ANN, attr("sn", "YQ==", form=BINARY), attr("mail", "b", "c")),
        entry(BO, attr("sn", "a"), attr("mail", "b", "c")),
    ]
    found = read(tmp_path, response(*others)).fingerprints
    assert len({*found, *plain.fingerprints}) == 6


def test_a_document_of_dsml_1(tmp_path: Path) -> None:
    text = f"""<dsml:dsml xmlns:dsml="http://www.dsml.org/DSML"><dsml:directory-schema><dsml:class id="person"/>
    <dsml:attribute-type id="sn"><dsml:name>sn</dsml:name></dsml:attribute-type></dsml:directory-schema>
    <dsml:directory-entries><dsml:entry dn="{ANN}">
    <dsml:objectclass><dsml:oc-value>person</dsml:oc-value></dsml:objectclass>
    <dsml:attr name="sn"><dsml:value>M</dsml:value></dsml:attr>
    <dsml:attr name="photo"><dsml:value encoding="base64">AAH/</dsml:value></dsml:attr></dsml:entry>
    </dsml:directory-entries></dsml:dsml>"""
    reading = read(tmp_path, text)
    assert reading.end.complete
    assert reading.values == {names.key(ANN): {"dn": ANN, "objectClass": ["person"], "sn": "M", "photo": "AAH/"}}


def test_nothing_harmful_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    for declared in (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "secret">]>',
        '<!DOCTYPE a [<!ENTITY x "a">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">',
    ):
        with pytest.raises(ConnectorError, match="document type"):
            read(tmp_path, declared + response(entry(ANN, attr("sn", "&x;"))))
    with pytest.raises(ConnectorError, match="deep"):
        read(tmp_path, response("<a>" * 1_000))
    uri = ' xsi:type="xsd:anyURI"'
    reading = read(tmp_path, response(entry(ANN, attr("sn", "file:///etc/passwd", form=uri))))
    assert reading.errors[names.key(ANN)].code == "unsupported-value-type"


def test_what_does_not_end_is_not_taken_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BLOCK", 100)
    monkeypatch.setattr(records, "LARGEST", 1_000)
    good = [entry(f"cn={number},dc=x", attr("mail", "a" * 100)) for number in range(50)]
    assert len(read(tmp_path, response(*good)).keys) == 50
    for endless in (entry(ANN, attr("mail", *["a"] * 500)), f'<searchResultEntry dn="{"a" * 3_000}"/>'):
        with pytest.raises(ConnectorError, match="has a record of more than"):
            read(tmp_path, response(*good, endless))


def test_a_file_that_is_cut_off_is_not_complete(tmp_path: Path) -> None:
    whole = CONTENT.rstrip("\n").encode()
    for size in range(1, len(whole)):
        reading = read(tmp_path, whole[:size])
        assert not reading.end.complete, whole[:size][-60:]
        assert reading.end.reason
        assert len(reading.problems) == 1
    assert read(tmp_path, b"").end.reason.endswith("is empty")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (response(entry(ANN), done=DONE.replace('"0" descr="success"', '"4" descr="sizeLimit"')), "4 sizeLimit"),
        (response(entry(ANN), done='<errorResponse type="connectionClosed"/>'), "connectionClosed"),
        (f"<batchResponse {NAMESPACES}/>", "no searchResponse"),
        (f'<batchResponse {NAMESPACES}><errorResponse type="other"/></batchResponse>', "other"),
        (response(entry(ANN)) + "more", "junk"),
        (response(entry(ANN)).replace("</searchResponse>", ""), "mismatched"),
    ],
)  # fmt: skip
def test_an_answer_that_did_not_end_well_is_not_complete(tmp_path: Path, text: str, reason: str) -> None:
    reading = read(tmp_path, text)
    assert not reading.end.complete
    assert reason in reading.end.reason
    assert len(reading.problems) == 1


def test_a_search_that_found_nothing_is_complete(tmp_path: Path) -> None:
    reading = read(tmp_path, response())
    assert (reading.keys, reading.end.complete) == ([], True)
    assert read(tmp_path, request(), watermark="").end.complete


@pytest.mark.parametrize(
    ("text", "watermark", "message"),
    [
        (request(), None, "holds changes"),
        (response(), "", "not with a batchRequest"),
        ("<html/>", None, "begins with 'html'"),
        ("<html/>", "", "begins with 'html'"),
    ],
)
def test_files_of_another_kind(tmp_path: Path, text: str, watermark: str | None, message: str) -> None:
    with pytest.raises(ConnectorError, match=message):
        read(tmp_path, text, watermark=watermark)


def test_an_anchor_of_attributes(tmp_path: Path) -> None:
    schema = {"person": ObjectType("person", PERSON.attributes, ("number",))}
    some = [entry(f"cn={n},dc=x", attr("number", *numbers)) for n, numbers in enumerate(["7", "", "12"])]
    reading = read(tmp_path, response(*some), schema)
    assert reading.keys == ["7"]
    assert [one.code for one in reading.problems] == ["missing-anchor-component", "multi-valued-anchor-component"]
    assert not reading.end.complete
    with pytest.raises(ConnectorError, match="another anchor"):
        read(tmp_path, request(), schema, "")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (attr("number", "x"), "invalid-numeric-value"),
        (attr("sn", "a", "b"), "multi-single-mismatch"),
        (attr("sn", "%%%", form=BINARY), "invalid-base64-value"),
        (attr("sn", "ü", form=BINARY), "invalid-base64-value"),
        (attr("sn", "/w==", form=BINARY), "invalid-attribute-value"),
        (attr("manager", "AA==", form=BINARY), "invalid-attribute-value"),
        ("<attr><value>x</value></attr>", "parse-error"),
    ],
)
def test_records_that_cannot_be_understood(tmp_path: Path, body: str, code: str) -> None:
    reading = read(tmp_path, response(entry(ANN, body), entry(BO)))
    assert reading.errors[names.key(ANN)].code == code
    assert reading.keys == [names.key(ANN), names.key(BO)]
    assert reading.end.complete


@pytest.mark.parametrize("name", ['dn=""', "", 'dn="Ann"', 'DN="cn=a"'])
def test_records_without_a_name(tmp_path: Path, name: str) -> None:
    reading = read(tmp_path, response(f"<searchResultEntry {name}/>", entry(BO)))
    assert [one.code for one in reading.problems] in (["missing-dn"], ["invalid-dn"])
    assert reading.keys == [names.key(BO)]
    assert not reading.end.complete


def test_changes_are_read(tmp_path: Path) -> None:
    text = request(
        f'<authRequest principal="cn=admin"/>'
        f'<addRequest dn="{ANN}">{attr("objectclass", "person")}{attr("cn", "Ann")}</addRequest>',
        f'<modifyRequest dn="{BO}"><modification name="sn" operation="replace"><value>Bauer</value></modification>'
        '<modification name="mail" operation="add"><value>new@x</value></modification>'
        '<modification name="mail" operation="delete"><value>old@x</value></modification>'
        '<modification name="CN" operation="delete"/>'
        f'<modification name="manager" operation="replace"><value>{ANN}</value></modification></modifyRequest>',
        '<delRequest dn="cn=Cy,dc=x"/><modDNRequest dn="cn=Di,dc=x" newrdn="cn=Do"/>',
        f'<addRequest dn="ou=x">{attr("objectClass", "organizationalUnit")}</addRequest>',
    )
    reading = read(tmp_path, text, watermark="")
    assert reading.problems == []
    assert reading.values[names.key(ANN)] == {"dn": ANN, "cn": "Ann", "objectClass": ["person"]}
    bo = reading.entries[names.key(BO)]
    assert bo.partial
    assert bo.values == {"dn": BO, "sn": "Bauer"}
    assert (bo.added, bo.removed, set(bo.cleared)) == ({"mail": ["new@x"]}, {"mail": ["old@x"]}, {"cn"})
    assert bo.references == {"manager": [ANN]}
    assert reading.deleted == [names.key("cn=Cy,dc=x")]
    assert reading.errors[names.key("cn=Di,dc=x")].code == "need-full-object"
    assert (reading.end.complete, reading.end.watermark) == (True, "")


def test_changes_of_one_object_stand_in_pages_of_their_own(tmp_path: Path) -> None:
    text = request(f'<delRequest dn="{BO}"/>', f'<addRequest dn="{BO}">{attr("objectClass", "person")}</addRequest>')
    reading = read(tmp_path, text, watermark="")
    assert [(list(page.keys), list(page.deleted)) for page in reading.pages] == [
        ([names.key(BO)], [0]),
        ([names.key(BO)], []),
    ]


def test_discovery(tmp_path: Path) -> None:
    (tmp_path / "all.xml").write_text(CONTENT)
    found = connect(tmp_path, "dsml", {}, path="all.xml").discover()
    assert set(found) == {"Person", "organizationalUnit", "groupOfNames"}
    assert found["Person"].attributes["mail"].multivalued
    assert found["Person"].attributes["photo"].kind is Kind.BINARY
    assert found["Person"].attributes["sn"] == Attribute("sn")


odd = st.text(st.characters(codec="utf-8"), min_size=1) | st.sampled_from(
    [
        " a",
        "a ",
        "]]>",
        "<a",
        "a\nb",
        "a\r",
        "a\r\nb",
        "\t",
        "ü",
        "🙂",
        "\0",
        "&amp;",
        "\"'",
        " ",
        "\x7f",
        "\ufffe",
        "\x85",
    ]
)


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(
        st.tuples(odd, odd, st.lists(odd, min_size=1)),
        max_size=5,
        unique_by=lambda row: names.key(f"cn={names.escape(row[0])},dc=x"),
    )
)
def test_odd_values_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, list[str]]]
) -> None:
    connector = listing(tmp_path_factory.mktemp("odd"))
    wanted: list[dict[str, Any]] = []
    for cn, sn, mail in rows:
        dn = f"cn={names.escape(cn)},dc=x".strip()
        wanted.append({"dn": dn, "cn": cn, "sn": sn, "mail": canonical(mail), "objectClass": ["person"]})
    exports = [add(n, None, row["dn"], **row) for n, row in enumerate(wanted)]
    bad = {result.id for result in connector.write(exports) if result.error}
    # No form of XML 1.0 has a place for a control character in a name.
    assert bad <= {
        n for n, row in enumerate(wanted) if any(ord(sign) < 32 or sign in "\ufffe\uffff" for sign in row["dn"])
    }
    wanted = [row for n, row in enumerate(wanted) if n not in bad]
    reading = Reading(connector)
    assert reading.end.complete
    assert list(reading.values.values()) == wanted
    judge = ET.parse(connector.folder / "all.xml")
    core = "{urn:oasis:names:tc:DSML:2:0:core}"
    assert [one.get("dn") for one in judge.iter(f"{core}searchResultEntry")] == [row["dn"] for row in wanted]


def test_typed_values_are_written_as_directories_have_them(tmp_path: Path) -> None:
    connector = listing(tmp_path)
    values = {
        "number": 7,
        "active": False,
        "start": "2026-11-23T08:00:00Z",
        "photo": "AAH/",
        "objectClass": ["person", "top"],
        "dn": ANN,
    }
    list(connector.write([add(1, None, ANN, **values, manager=BO), add(2, None, BO, start="2026-11-23")]))
    text = (tmp_path / "all.xml").read_text()
    assert '<attr name="active"><value>FALSE</value></attr>' in text
    assert '<attr name="start"><value>20261123080000Z</value></attr>' in text
    assert '<attr name="photo"><value xsi:type="xsd:base64Binary">AAH/</value></attr>' in text
    reading = Reading(connector)
    assert reading.values[names.key(ANN)] == values
    assert reading.entries[names.key(ANN)].references == {"manager": [BO]}
    assert reading.values[names.key(BO)] == {"dn": BO, "start": "2026-11-23", "objectClass": ["person"]}


def test_the_old_file_stays_when_the_objects_end_in_an_error(tmp_path: Path) -> None:
    (tmp_path / "all.xml").write_text("old\n")

    def failing() -> Iterator[Export]:
        yield add(1, None, ANN)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        list(listing(tmp_path).write(failing()))
    assert (tmp_path / "all.xml").read_text() == "old\n"


def test_objects_without_a_name_and_values_that_do_not_fit(tmp_path: Path) -> None:
    some = [add(1, "1"), add(2, None, ANN, sn="\ud800", cn="Ann"), add(3, None, "cn=\ud800"), add(4, None, "cn=\1")]
    results = list(listing(tmp_path).write(some))
    assert [one.error for one in results] == ["invalid-dn", "invalid-attribute-value", "invalid-dn", "invalid-dn"]
    assert Reading(listing(tmp_path)).values == {names.key(ANN): {"dn": ANN, "cn": "Ann", "objectClass": ["person"]}}


def test_changes_are_written(tmp_path: Path) -> None:
    connector = changes(tmp_path)
    first = [add(1, None, ANN, cn="Ann"), delete(2, "x", "cn=Cy,dc=x")]
    assert sent(connector, first) == ["", ""]
    moved = "cn=Bob,ou=Old,dc=x"
    second = [
        update(
            3,
            BO,
            BO,
            moved,
            sn=Change(["B<c"]),
            mail=Change(["a@x"], added=["a@x"], removed=["b@x"]),
            cn=Change([]),
        ),
        update(4, ANN, ANN, "cn=Anna,ou=People,dc=x"),
    ]
    assert sent(connector, second) == ["", ""]
    text = (tmp_path / "changes.xml").read_text()
    core = "{urn:oasis:names:tc:DSML:2:0:core}"
    root = ET.fromstring(text)
    assert root.tag == f"{core}batchRequest"
    assert [(one.tag.removeprefix(core), one.get("dn")) for one in root] == [
        ("addRequest", ANN),
        ("delRequest", "cn=Cy,dc=x"),
        ("modDNRequest", BO),
        ("modifyRequest", moved),
        ("modDNRequest", ANN),
    ]
    assert dict(root[2].items()) == {
        "dn": BO, "newrdn": "cn=Bob", "deleteoldrdn": "true", "newSuperior": "ou=Old,dc=x",
    }  # fmt: skip
    assert root[4].get("newSuperior") is None
    assert [(one.get("name"), one.get("operation"), [value.text for value in one]) for one in root[3]] == [
        ("sn", "replace", ["B<c"]),
        ("mail", "delete", ["b@x"]),
        ("mail", "add", ["a@x"]),
        ("cn", "replace", []),
    ]
    reading = Reading(connect(tmp_path, "dsml", {"person": PERSON}, path="no", changes="changes.xml"), "")
    assert reading.end.complete
    assert reading.entries[names.key(ANN)].values == {"dn": ANN, "cn": "Ann", "objectClass": ["person"]}
    assert reading.deleted == [names.key("cn=Cy,dc=x")]


def test_changes_go_into_no_file_of_somebody_else(tmp_path: Path) -> None:
    for text in (request().removesuffix("</batchRequest>"), "<a/>\n", "x"):
        (tmp_path / "changes.xml").write_text(text)
        with pytest.raises(ConnectorError, match="does not end with </batchRequest>"):
            sent(changes(tmp_path), [delete(1, "x", ANN)])
        assert (tmp_path / "changes.xml").read_text() == text


def test_half_a_character_is_not_read(tmp_path: Path) -> None:
    reading = read(tmp_path, response(entry(ANN, attr("sn", "&#xD800;"))))
    assert not reading.end.complete
    assert reading.keys == []


def test_a_listing_is_read_by_ordinary_means(tmp_path: Path) -> None:
    """Written for others too: XML that any parser takes."""
    list(listing(tmp_path).write([add(1, None, ANN, sn="a\0b", mail=["]]>", "\r"])]))
    parsed = ET.parse(io.BytesIO((tmp_path / "all.xml").read_bytes()))
    texts = [one.text for one in parsed.iter("{urn:oasis:names:tc:DSML:2:0:core}value")]
    assert texts == ["person", base64.b64encode(b"a\0b").decode(), "]]>", "\r"]
