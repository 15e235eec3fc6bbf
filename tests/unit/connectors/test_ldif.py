import base64
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.connectors.contract import Change, Connector, ConnectorError, Export, Schema
from mimas.connectors.ldif import records
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


def read(folder: Path, data: str | bytes, schema: Schema | None = None, watermark: str | None = None) -> Reading:
    path = "all.ldif" if watermark is None else "changes.ldif"
    (folder / path).write_bytes(data if isinstance(data, bytes) else data.encode())
    return Reading(connect(folder, "ldif", schema or SCHEMA, path="all.ldif", changes="changes.ldif"), watermark)


def listing(folder: Path, schema: Schema | None = None) -> Connector[Any]:
    return connect(folder, "ldif", schema or SCHEMA, path="all.ldif", export="listing")


def changes(folder: Path, schema: Schema | None = None) -> Connector[Any]:
    return connect(folder, "ldif", schema or {"person": PERSON}, changes="changes.ldif", export="changes")


CONTENT = f"""# made by hand
version: 1

# a comment that
  is folded
dn: {ANN}
objectClass: top
objectclass: Person
CN: Ann
sn:: {base64.b64encode("Müller".encode()).decode()}
mail: b@x
mail: a@x
description: not config
 ured
number: 7
active: TRUE
start: 20261123080000Z
photo:: AAH/
manager: cn=B
 o,ou=People,dc=x


dn: ou=People,dc=x
objectClass: organizationalUnit
ou: People

dn:: {base64.b64encode("cn=Jörg, ou=People,dc=x".encode()).decode()}
objectClass:: {base64.b64encode(b"groupOfNames").decode()}
# in between
cn: Jörg
member: {ANN}
member: {BO}
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_content_is_read(tmp_path: Path, end: str) -> None:
    reading = read(tmp_path, CONTENT.replace("\n", end))
    assert reading.problems == []
    assert reading.end.complete
    assert reading.keys == [names.key(ANN), names.key("cn=Jörg,ou=People,dc=x")]
    ann = reading.entries[names.key(ANN)]
    assert (ann.type, ann.name, ann.partial) == ("person", ANN, False)
    assert ann.values == {
        "dn": ANN, "cn": "Ann", "sn": "Müller", "mail": ["a@x", "b@x"], "objectClass": ["Person", "top"],
        "number": 7, "active": True, "start": "2026-11-23T08:00:00Z", "photo": "AAH/",
    }  # fmt: skip
    assert ann.references == {"manager": ["cn=Bo,ou=People,dc=x"]}
    group = reading.entries[reading.keys[1]]
    assert group.type == "groupOfNames"
    assert group.values == {"dn": "cn=Jörg, ou=People,dc=x", "cn": "Jörg"}
    assert group.references == {"member": [ANN, BO]}


def test_small_blocks_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(tmp_path, CONTENT)
    monkeypatch.setattr(records, "BLOCK", 7)
    again = read(tmp_path, CONTENT)
    assert len(again.pages) > len(whole.pages)
    assert (again.keys, again.fingerprints, again.values) == (whole.keys, whole.fingerprints, whole.values)


def test_a_record_without_an_end_is_not_taken_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "BLOCK", 100)
    monkeypatch.setattr(records, "LARGEST", 1_000)
    good = f"dn: {ANN}\nobjectClass: person\n\n"
    long = f"dn: {BO}\nobjectClass: person\n" + "mail: a@x\n" * 80
    assert len(read(tmp_path, good + long + "\n" + good.replace("Ann", "Cy")).keys) == 3
    with pytest.raises(ConnectorError, match="begins in line 4 has more than"):
        read(tmp_path, good + long.replace("\n", "\n \n") * 5)


def test_a_byte_order_mark_and_a_version_in_the_first_record(tmp_path: Path) -> None:
    text = f"\ufeffversion: 1\ndn: {ANN}\nobjectClass: person\nsn: version: 1\n"
    assert read(tmp_path, text).values[names.key(ANN)]["sn"] == "version: 1"


def test_an_anchor_of_attributes(tmp_path: Path) -> None:
    schema = {
        "person": ObjectType("person", PERSON.attributes, ("number",)),
        "groupOfNames": ObjectType("groupOfNames", {}, ("cn", "serial")),
    }
    reading = read(
        tmp_path,
        CONTENT + "serial: 4\n\ndn: cn=C\nobjectClass: person\n\ndn: cn=D\nobjectClass: person\nnumber: 1\nnumber: 2\n",
        schema,
    )
    assert reading.keys == ["7", "Jörg+4"]
    assert [problem.code for problem in reading.problems] == [
        "missing-anchor-component",
        "multi-valued-anchor-component",
    ]
    assert not reading.end.complete


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("number: x", "invalid-numeric-value"),
        ("sn: a\nsn: b", "multi-single-mismatch"),
        ("sn:: %%%", "invalid-base64-value"),
        ("sn:: /w==", "invalid-attribute-value"),
        ("photo:< file:///etc/passwd", "unsupported-value-type"),
        ("no colon", "parse-error"),
    ],
)
def test_bad_records_are_errors_of_their_own(tmp_path: Path, body: str, code: str) -> None:
    reading = read(tmp_path, f"dn: {ANN}\nobjectClass: person\n{body}\n\ndn: {BO}\nobjectClass: person\n")
    assert list(reading.entries) == [names.key(BO)]
    error = reading.errors[names.key(ANN)]
    assert error.code == code
    assert "line 1" in error.message
    assert error.advice
    assert reading.end.complete


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ("cn: Ann", "missing-dn"),
        ("dn: Ann", "invalid-dn"),
        ("dn:", "invalid-dn"),
        ("dn:< file:///x", "unsupported-value-type"),
        ("dn", "parse-error"),
        (f"dn: {ANN}\nchangetype: delete", "invalid-change-type"),
    ],
)
def test_records_that_cannot_be_named_are_problems(tmp_path: Path, head: str, code: str) -> None:
    reading = read(tmp_path, f"version: 1\n\n\n{head}\nobjectClass: person\n\ndn: {BO}\nobjectClass: person\n")
    assert reading.keys == [names.key(BO)]
    (problem,) = reading.problems
    assert problem.code == code
    assert problem.place.endswith("all.ldif:4")
    assert not reading.end.complete


def test_the_wrong_encoding(tmp_path: Path) -> None:
    text = f"dn: {ANN}\nobjectClass: person\nsn: Müller\n\ndn: cn=Jörg\nobjectClass: person\n\n"
    reading = read(tmp_path, text.encode("latin-1"))
    assert "0xFC" in reading.errors[names.key(ANN)].message
    assert "UTF-8" in reading.problems[0].message


@pytest.mark.parametrize("length", [8, 30, 44, 50])
def test_a_file_cut_off(tmp_path: Path, length: int) -> None:
    record = f"dn: {BO}\nobjectClass: person\nsn: Bo\n"
    reading = read(tmp_path, f"dn: {ANN}\nobjectClass: person\n\n{record[:length]}")
    assert reading.keys == [names.key(ANN)]
    assert not reading.end.complete
    assert "the file ends in the middle of line" in reading.end.reason


def test_empty_files(tmp_path: Path) -> None:
    assert not read(tmp_path, "").end.complete
    assert read(tmp_path, "version: 1\n\n").end.complete


def test_fingerprints_follow_the_record_and_the_configuration(tmp_path: Path) -> None:
    first = read(tmp_path, CONTENT)
    assert read(tmp_path, CONTENT.replace("cn: Jörg", "cn: Georg")).fingerprints[0] == first.fingerprints[0]
    assert read(tmp_path, CONTENT.replace("cn: Jörg", "cn: Georg")).fingerprints[1] != first.fingerprints[1]
    assert read(tmp_path, CONTENT, {"person": PERSON}).fingerprints[0] != first.fingerprints[0]


def test_a_change_file(tmp_path: Path) -> None:
    text = f"""version: 1

dn: {ANN}
changetype: add
objectClass: person
cn: Ann

dn: cn=X,dc=x
changetype: add
objectClass: device

dn: {BO}
control: 1.2.3 true
changetype: modify
add: mail
mail: new@x
-
delete: mail
mail: old@x
-
replace: sn
sn: Bauer
-
delete: cn
-
replace: manager
manager: {ANN}
-
replace: unknown
unknown: x
-

dn: cn=Cy,dc=x
changetype: delete

dn: cn=Di,dc=x
changetype: modrdn
newrdn: cn=Dora
deleteoldrdn: 1
"""
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
    assert reading.end.watermark == ""


@pytest.mark.parametrize(
    ("sections", "values", "added", "removed", "cleared"),
    [
        ("delete: mail\n-\nadd: mail\nmail: a\n-", {"mail": ["a"]}, {}, {}, set()),
        ("delete: sn\nsn: old\n-\nadd: sn\nsn: new\n-", {"sn": "new"}, {}, {}, set()),
        ("add: mail\nmail: a\n-\ndelete: mail\nmail: a\n-", {}, {}, {"mail": ["a"]}, set()),
        ("replace: mail\nmail: a\nmail: b\n-\ndelete: mail\nmail: a\n-", {"mail": ["b"]}, {}, {}, set()),
        ("replace: sn\n-", {}, {}, {}, {"sn"}),
        ("replace: sn\nsn:\n-\n", {}, {}, {}, {"sn"}),
        ("", {}, {}, {}, set()),
    ],
)
def test_sections_of_a_modification_follow_one_another(
    tmp_path: Path,
    sections: str,
    values: dict[str, Any],
    added: dict[str, Any],
    removed: dict[str, Any],
    cleared: set[str],
) -> None:
    reading = read(tmp_path, f"dn: {ANN}\nchangetype: modify\n{sections}\n", watermark="")
    entry = reading.entries[names.key(ANN)]
    assert entry.values == {"dn": ANN, **values}
    assert (entry.added, entry.removed, set(entry.cleared)) == (added, removed, cleared)


@pytest.mark.parametrize(
    ("sections", "code"),
    [
        ("increment: number\nnumber: 1\n-", "invalid-modification-type"),
        ("replace: sn\nmail: a\n-", "parse-error"),
        ("replace: sn\nsn: a\nsn: b\n-", "multi-single-mismatch"),
    ],
)
def test_modifications_that_cannot_be_followed(tmp_path: Path, sections: str, code: str) -> None:
    reading = read(tmp_path, f"dn: {ANN}\nchangetype: modify\n{sections}\n", watermark="")
    assert reading.errors[names.key(ANN)].code == code


def test_change_records_that_are_none_or_come_twice(tmp_path: Path) -> None:
    text = f"dn: {ANN}\nobjectClass: person\n\ndn: {BO}\nchangetype: delete\n\n"
    text += f"dn: {BO}\nchangetype: add\nobjectClass: person\n"
    reading = read(tmp_path, text, watermark="")
    assert [problem.code for problem in reading.problems] == ["missing-change-type"]
    assert [(list(page.keys), list(page.deleted)) for page in reading.pages] == [
        ([names.key(BO)], [0]),
        ([names.key(BO)], []),
    ]


def test_change_files_need_names_as_anchors(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="another anchor"):
        read(tmp_path, "", {"person": ObjectType("person", PERSON.attributes, ("number",))}, "")


def test_discovery(tmp_path: Path) -> None:
    (tmp_path / "all.ldif").write_text(CONTENT)
    found = connect(tmp_path, "ldif", {}, path="all.ldif").discover()
    assert set(found) == {"Person", "organizationalUnit", "groupOfNames"}
    assert found["Person"].attributes["mail"].multivalued
    assert found["Person"].attributes["photo"].kind is Kind.BINARY
    assert found["Person"].attributes["sn"] == Attribute("sn")


odd = st.text(st.characters(codec="utf-8"), min_size=1) | st.sampled_from(
    [" a", "a ", ":a", "<a", "a\nb", "a\r", "ü", "🙂", "\0", "#", "-", " ", "a" * 200, "a: b", "\x7f", "dn: x"]
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
    assert not [result for result in connector.write(exports) if result.error]
    reading = Reading(connector)
    assert reading.end.complete
    assert list(reading.values.values()) == wanted
    text = (connector.folder / "all.ldif").read_bytes()
    assert max(map(len, text.split(b"\n"))) <= 76
    judge = pytest.importorskip("ldif")
    parsed = judge.LDIFRecordList(io.BytesIO(text))
    parsed.parse()
    assert [dn for dn, _ in parsed.all_records] == [row["dn"] for row in wanted]
    assert [sorted(entry["mail"]) for _, entry in parsed.all_records] == [
        sorted(m.encode() for m in row["mail"]) for row in wanted
    ]


def test_typed_values_are_written_as_directories_have_them(tmp_path: Path) -> None:
    connector = listing(tmp_path)
    values = {
        "number": 7,
        "active": False,
        "start": "2026-11-23T08:00:00Z",
        "photo": "AAH/" * 30,
        "objectClass": ["person", "top"],
        "dn": ANN,
    }
    list(connector.write([add(1, None, ANN, **values, manager=BO), add(2, None, BO, start="2026-11-23")]))
    text = (tmp_path / "all.ldif").read_text()
    assert text.startswith(f"version: 1\n\ndn: {ANN}\nnumber: 7\nactive: FALSE\nstart: 20261123080000Z\nphoto:: ")
    reading = Reading(connector)
    assert reading.values[names.key(ANN)] == values
    assert reading.entries[names.key(ANN)].references == {"manager": [BO]}
    assert reading.values[names.key(BO)] == {"dn": BO, "start": "2026-11-23", "objectClass": ["person"]}


def test_the_old_file_stays_when_the_objects_end_in_an_error(tmp_path: Path) -> None:
    (tmp_path / "all.ldif").write_text("old\n")

    def failing() -> Iterator[Export]:
        yield add(1, None, ANN)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        list(listing(tmp_path).write(failing()))
    assert (tmp_path / "all.ldif").read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["all.ldif"]


def test_objects_without_a_name_and_values_that_do_not_fit(tmp_path: Path) -> None:
    results = list(
        listing(tmp_path).write([add(1, "1"), add(2, None, ANN, sn="\ud800", cn="Ann"), add(3, None, "cn=\ud800")])
    )
    assert [result.error for result in results] == ["invalid-dn", "invalid-attribute-value", "invalid-dn"]
    assert Reading(listing(tmp_path)).values[names.key(ANN)] == {"dn": ANN, "cn": "Ann", "objectClass": ["person"]}


def test_an_anchor_holds_no_nul(tmp_path: Path) -> None:
    schema = {"person": ObjectType("person", PERSON.attributes, ("sn",))}
    text = f"dn: {ANN}\nobjectClass: person\nsn:: {base64.b64encode(b'a' + bytes(1)).decode()}\n"
    found = read(tmp_path, text, schema)
    assert (found.keys, [problem.code for problem in found.problems]) == ([], ["invalid-attribute-value"])
    connector = connect(tmp_path, "ldif", schema, path="new.ldif", export="listing")
    odd, plain = list(connector.write([add(1, None, ANN, sn="a\0"), add(2, None, BO, sn="b")]))
    assert (odd.error, plain.error) == ("invalid-attribute-value", "")
    assert "NUL" in odd.message
    assert Reading(connector).keys == ["b"]


def test_changes_are_written(tmp_path: Path) -> None:
    connector = changes(tmp_path)
    exports = [
        add(1, None, ANN, cn="Ann", objectClass=["person", "top"]),
        update(
            2, "x", BO, None, mail=Change((), ["new"], ["old"]), sn=Change(["Bauer"], ["Bauer"], ["x"]), cn=Change([])
        ),
        update(3, "x", "cn=Cy,dc=x", "cn=Cyd,ou=Ü,dc=x", sn=Change(["Cyd"])),
        update(4, "x", "cn=Di,dc=x", "cn=Dora,dc=x"),
        delete(5, "x", "cn=Ed,dc=x"),
    ]
    assert sent(connector, exports) == [""] * 5
    assert (tmp_path / "changes.ldif").read_text() == (
        f"version: 1\n\ndn: {ANN}\nchangetype: add\ncn: Ann\nobjectClass: person\nobjectClass: top\n\n"
        f"dn: {BO}\nchangetype: modify\ndelete: mail\nmail: old\n-\nadd: mail\nmail: new\n-\n"
        "replace: sn\nsn: Bauer\n-\nreplace: cn\n-\n\n"
        "dn: cn=Cy,dc=x\nchangetype: modrdn\nnewrdn: cn=Cyd\ndeleteoldrdn: 1\nnewsuperior:: b3U9w5wsZGM9eA==\n\n"
        "dn:: Y249Q3lkLG91PcOcLGRjPXg=\nchangetype: modify\nreplace: sn\nsn: Cyd\n-\n\n"
        "dn: cn=Di,dc=x\nchangetype: modrdn\nnewrdn: cn=Dora\ndeleteoldrdn: 1\n\n"
        "dn: cn=Ed,dc=x\nchangetype: delete\n\n"
    )
    assert sent(connector, [delete(6, "x", ANN)]) == [""]
    assert (tmp_path / "changes.ldif").read_text().endswith(f"delete\n\ndn: {ANN}\nchangetype: delete\n\n")
    reading = Reading(connect(tmp_path, "ldif", {"person": PERSON}, path="all.ldif", changes="changes.ldif"), "")
    assert reading.entries[names.key(BO)].added == {"mail": ["new"]}
    assert reading.deleted == [names.key("cn=Ed,dc=x"), names.key(ANN)]


def test_ldapmodify_understands_what_is_written(tmp_path: Path) -> None:
    program = shutil.which("ldapmodify")
    if program is None:
        pytest.skip("ldapmodify (package ldap-utils) is not installed")
    sent(
        changes(tmp_path),
        [
            add(1, None, "cn=Jörg,dc=x", cn="Jörg", sn=" lead", mail=["a" * 200], objectClass=["person"]),
            update(2, "x", BO, "cn=B o,dc=y", mail=Change((), ["n"], ["o"]), cn=Change([])),
            delete(3, "x", ANN),
        ],
    )
    done = subprocess.run(
        [program, "-n", "-v", "-x", "-H", "ldap://127.0.0.1:1", "-f", tmp_path / "changes.ldif"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("!") == 4
