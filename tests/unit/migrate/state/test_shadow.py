"""The shadow run: nothing is listed where both would do the same, and everything where they would not."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mimas.migrate.state.shadow import Shadow
from mimas.migrate.state.spaces import objects
from mimas.sync.rules import ResourceType
from mimas.testing import Nature, System
from tests.world import World, attributes, delimited, inbound, outbound, simulated

PLAIN = {"title": "title", "mails": "mails", "boss": "boss"}
Listed = tuple[str, str, Sequence[str], Sequence[str]]
"""Name, attribute, what Mimas would have there, what the old product would."""


@pytest.fixture
def corp(world: World) -> World:
    """Three people of HR in a directory: one to change, one to make, one to delete; and one who stays as he is."""
    type_ = ResourceType("person", attributes("employeeId title mails* boss>person"), frozenset(["employeeId"]))
    columns = "id title mails* boss>person"
    app = simulated("app", {"user": "cn title mails* boss>user*"}, named=True, references="name")
    flows = {"cn": "employeeId", **PLAIN}
    world.configure(
        [delimited("hr", columns), app],
        [
            inbound("hr", {"employeeId": "id", **PLAIN}, join=["id=employeeId"]),
            outbound(
                "app",
                {"dn": '="cn=" & [employeeId] & ",ou=x"', **flows},
                object_type="user",
                join=["cn=employeeId"],
            ),
        ],
        [type_],
    )
    hr(world, {"id": "ann", "title": "clerk"}, {"id": "bob", "title": "boss"}, {"id": "dan", "title": "same"})
    System(world.folder / "app.system", Nature()).close()
    world.run("import hr", "import app", "sync", "export app", "import app", "sync")
    hr(
        world,
        {"id": "ann", "title": "chief", "mails": ["a", "b"], "boss": "dan"},
        {"id": "cid", "title": "new"},
        {"id": "dan", "title": "same"},
    )
    world.run("import hr", "sync")
    return world


def hr(world: World, *people: dict[str, Any]) -> None:
    world.write("hr.csv", *people, columns="id title mails boss")


def one(name: str, before: str, after: str, operation: str = "update", new: str = "") -> str:
    delta = f'<unapplied-export><delta operation="{operation}" dn="{name}"/></unapplied-export>' if operation else ""
    return (
        f'<cs-object cs-dn="{name}" id="{{1}}" object-type="user">{delta}'
        f'<synchronized-hologram><entry dn="{name}">{before}</entry></synchronized-hologram>'
        f'<unapplied-export-hologram><entry dn="{new or name}">{after}</entry></unapplied-export-hologram></cs-object>'
    )


def attr(name: str, *values: str) -> str:
    inner = "".join(f"<value>{value}</value>" for value in values)
    return f'<attr name="{name}">{inner}</attr>'


def refer(name: str, *values: str) -> str:
    inner = "".join(f"<dn-value><dn>{value}</dn></dn-value>" for value in values)
    return f'<dn-attr name="{name}">{inner}</dn-attr>'


BEFORE = attr("cn", "ann") + attr("title", "clerk")
AFTER = attr("cn", "ann") + attr("title", "chief") + attr("mails", "b", "a") + refer("boss", "CN=Dan, OU=X")
ANN = one("CN=ann,OU=x", BEFORE, AFTER)
BOB = one("cn=bob,ou=x", attr("title", "boss"), "", "delete")
CID = one("cn=cid,ou=x", "", attr("cn", "cid") + attr("title", "new"), "add")
DAN = one("cn=dan,ou=x", attr("title", "same"), "", "")


def compared(world: World, folder: Path, *entries: str) -> tuple[int, list[Listed]]:
    path = folder / "space.xml"
    path.write_text(f"<cs-objects>{''.join(entries)}</cs-objects>")
    with world.engine.connector("app") as opened:
        shadow = Shadow(world.engine.symbols, opened, world.clock())
        found: list[Listed] = [
            (d.name.lower(), d.attribute, list(d.mimas), list(d.old)) for d in shadow.compare(objects(path))
        ]
    return shadow.compared, found


def test_the_same_exports_differ_in_nothing(corp: World, tmp_path: Path) -> None:
    assert compared(corp, tmp_path, ANN, BOB, CID, DAN) == (3, [])
    assert corp.pending() != {}, "nothing was sent, and nothing forgotten"


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ([ANN.replace("chief", "queen"), BOB, CID], [("cn=ann,ou=x", "title", ["chief"], ["queen"])]),
        ([ANN.replace("CN=Dan", "CN=bob"), BOB, CID], [("cn=ann,ou=x", "boss", ["cn=dan,ou=x"], ["CN=bob, OU=X"])]),
        ([one("cn=ann,ou=x", BEFORE, BEFORE + attr("room", "7")), BOB, CID], [
            ("cn=ann,ou=x", "boss", ["cn=dan,ou=x"], []), ("cn=ann,ou=x", "mails", ["a", "b"], []),
            ("cn=ann,ou=x", "room", [], ["7"]), ("cn=ann,ou=x", "title", ["chief"], ["clerk"]),
        ]),
        ([ANN, CID], [("cn=bob,ou=x", "", ["delete"], ["not known"])]),
        ([ANN, one("cn=bob,ou=x", attr("title", "boss"), "", ""), CID], [("cn=bob,ou=x", "", ["delete"], ["nothing"])]),
        ([ANN, BOB], [("cn=cid,ou=x", "", ["add"], ["not known"])]),
        ([ANN, BOB, CID, one("cn=dan,ou=x", attr("title", "same"), "", "delete")], [
            ("cn=dan,ou=x", "", ["nothing"], ["delete"])
        ]),
        ([ANN, BOB, CID, one("cn=eve,ou=x", "", attr("cn", "eve"), "add")], [
            ("cn=eve,ou=x", "", ["nothing"], ["add"])
        ]),
    ],
)  # fmt: skip
def test_whatever_differs_is_listed(corp: World, tmp_path: Path, entries: list[str], wanted: list[Any]) -> None:
    assert compared(corp, tmp_path, *entries)[1] == wanted


def test_a_new_name_is_compared(corp: World, tmp_path: Path) -> None:
    renamed = ANN.replace('dn="CN=ann,OU=x"/>', 'dn="CN=ann,OU=x" newdn="CN=ann,OU=y"/>')
    assert compared(corp, tmp_path, renamed, BOB, CID)[1] == [("cn=ann,ou=x", "dn", ["CN=ann,OU=x"], ["CN=ann,OU=y"])]
