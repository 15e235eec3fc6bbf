"""A server with agents of every kind, whole and damaged at random: whatever a file holds, the rest is carried."""

from pathlib import Path
from random import Random

import pytest

from mimas.migrate.elements import Element, Outcome, parse
from tests.unit.migrate.agents.test_agent_databases import SERVER
from tests.unit.migrate.agents.test_agent_databases import private as table
from tests.unit.migrate.agents.test_agent_directories import LDS, PARAMETERS, PEOPLE
from tests.unit.migrate.agents.test_agent_textfiles import STAFF, config, fixed
from tests.unit.migrate.agents.test_agent_unknown import private as unheard_of
from tests.unit.migrate.old_server import APP, HR, Moved, agent, direct, flow_set, metaverse, ranked, scripted, step
from tests.unit.migrate.sync.test_sync_outbound import USER, cleanup, exports, flow
from tests.unit.migrate.sync.test_sync_portal import portal_agent
from tests.unit.migrate.sync.test_sync_rules import ADMA, PERSON, PROJECT, condition, criterion, filters, hr, profile

IDS = [f"{{{n:08}-1111-1111-1111-111111111111}}" for n in range(9)]
STEPS = step("full-import", "to-cs", "<input-file>a.txt</input-file>") + step("delta-import") + step("export")
WORDS = ("person", "dn", "id", "", "x y", "=a", "%p%", "object-id", "true", "0x1", "delete-object", "scripted",
         "declared", "equal", "manual", "sync-rule", "\u202e", "AD", "MSSQL", "LDIF", "AVP", "Fixed", "Extensible2",
         "1.3.6.1.4.1.1466.115.121.1.12", "1.3.6.1.4.1.1466.115.121.1.27", "1.3.6.1.4.1.1466.115.121.1.7",
         "99999999999999999999", " and ", "a = b", "worker", "user", HR, IDS[0])  # fmt: skip


def server() -> dict[str, str]:
    """The files of a server that has something of everything."""
    rules = profile(
        criterion("", ("employeeID", direct("id"))),
        criterion("person", ("sn", direct("last")), ("title", scripted("t", "title")), resolve="which"),
    )
    rules += filters([condition("first", "equality", "a"), condition("number", "bit-on", "0x2")]) + PROJECT
    out = exports(flow("title", direct("title"), ' suppress-deletions="true"'), flow("cn", scripted("cn", "sn")))
    people = exports(flow("cn", direct("sn")), class_="inetOrgPerson")
    flows = flow_set(
        "person",
        ranked("employeeID", (HR, "worker", direct("id")), (IDS[0], "user", direct("cn"))),
        ranked("title", (IDS[0], "user", direct("title")), (HR, "worker", direct("title"))),
        ranked("sn", (HR, "worker", direct("last")), (APP, "Person", direct("AccountName")), kind="equal"),
        ranked("number", (IDS[3], "worker", scripted("n")), (HR, "worker", scripted("m", "number")), kind="manual"),
        ranked("dn", (IDS[1], "inetOrgPerson", direct("dn", intrinsic=True))),
        ranked("givenName", (IDS[1], "inetOrgPerson", "<dn-part-mapping><dn-part>2</dn-part></dn-part-mapping>")),
    )
    deletion = f'<mv-deletion-rule mv-object-type="person" type="declared-any"><src-ma>{HR}</src-ma></mv-deletion-rule>'
    columns = config(fixed(("id", "8")), importing="<object_class_attribute>kind</object_class_attribute>")
    lds = LDS.format(user="u", domain="d", ssl="0")
    return {
        "MA-hr.xml": hr(rules),
        "MA-ad.xml": agent("AD", IDS[0], "AD", {"user": USER}, private=ADMA, rules=out + cleanup("delete-object")),
        "MA-lds.xml": agent("LDS", IDS[1], "ADAM", PEOPLE, private=lds, rules=people, steps=STEPS),
        "MA-ldap.xml": agent(
            "L", IDS[2], "Extensible2", PEOPLE, private=PARAMETERS, subtype="Generic LDAP", steps=STEPS
        ),
        "MA-sql.xml": agent("SQL", IDS[3], "MSSQL", {"worker": {"id": "string"}}, private=table(SERVER), steps=STEPS),
        "MA-fixed.xml": agent("Fixed", IDS[4], "Fixed", STAFF, private=columns, steps=STEPS),
        "MA-crm.xml": agent("CRM", IDS[5], "Extensible2", STAFF, private=unheard_of(), steps=STEPS),
        "MA-mim.xml": portal_agent(),
        "MV.xml": metaverse({"person": PERSON}, flows, deletion, provisioning="both"),
    }


def test_a_server_with_something_of_everything(tmp_path: Path) -> None:
    found = Moved(tmp_path, server())
    assert found.errors() == []
    assert found.unknown() == []
    assert len(found.names) == len(server()) - 2
    assert found.counts()[Outcome.CARRIED] > found.counts()[Outcome.PERSON] > 0


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_file_holds(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    files = {}
    for name, text in server().items():
        root = parse(text.encode(), name)
        for _ in range(random.choice((0, 1, 3, 10, 30))):
            _damage(random, list(root.walk()))
        files[name] = root.xml()
    found = Moved(tmp_path, files)
    assert found.errors() == []
    assert found.counts().total() == sum(len(list(root.walk())) for root in found.report.files.values())


def _damage(random: Random, elements: list[Element]) -> None:
    """Take away, repeat, swap or overwrite something."""
    one = random.choice(elements)
    match random.randrange(7):
        case 0 if one.children:
            one.parts.remove(random.choice(one.children))
        case 1 if one.children:
            one.parts.append(random.choice(one.children))
        case 2:
            one.parts = [*one.children, random.choice(WORDS)]
        case 3 if one.attributes:
            one.attributes[random.choice(list(one.attributes))] = random.choice(WORDS)
        case 4:
            one.tag = random.choice(elements).tag
        case 5:
            one.parts = []
        case 6 if one.attributes:
            del one.attributes[random.choice(list(one.attributes))]
