"""What was migrated is run: the engine links, ranks and writes as the old product did."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.shell import Shell
from tests.unit.migrate.old_server import AD, APP, HR, Moved, agent, direct, flow_set, metaverse, ranked, row_file, step

WORKER = {"id": "string", "name": "string", "title": "string", "phone": "string", "mail": "string"}
PERSON = {"employeeID": "string", "name": "string", "title": "string", "phone": "string", "mail": "string"}
FILTER = """<stay-disconnector><filter-set cd-object-type="worker" type="declared">
<filter-alternative><condition cd-attribute="name" operator="substring-start"><value>test</value></condition>
</filter-alternative>
<filter-alternative><condition cd-attribute="title" operator="equality"><value>guest</value></condition>
<condition cd-attribute="phone" operator="not-present"><value/></condition></filter-alternative>
</filter-set></stay-disconnector>"""
JOIN = f"""<join><join-profile cd-object-type="worker"><join-criterion><search>
<attribute-mapping mv-attribute="employeeID">{direct("id")}</attribute-mapping></search><resolution type="none"/>
</join-criterion></join-profile></join>"""
PROJECT = """<projection><class-mapping type="declared" cd-object-type="worker"><mv-object-type>person</mv-object-type>
</class-mapping></projection>"""
EXPORT = f"""<export-attribute-flow><export-flow-set cd-object-type="worker" mv-object-type="person">
<export-flow cd-attribute="title">{direct("title")}</export-flow>
<export-flow cd-attribute="phone" suppress-deletions="true">{direct("phone")}</export-flow>
</export-flow-set></export-attribute-flow>"""
READ = step("full-import", "to-cs", "<input-file>in.csv</input-file>")
WRITE = READ + step("export", "", "<output-file>out.csv</output-file>")


def worker(name: str, id_: str, rules: str, steps: str = READ) -> str:
    types = {"worker": WORKER}
    return agent(name, id_, "Delimited", types, private=row_file(types, "", "id"), rules=rules, steps=steps)


def both(attribute: str, source: str, *order: str) -> str:
    return ranked(attribute, *((one, "worker", direct(source)) for one in order))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """HR projects, the phone book joins, the app is written; they are not ranked alike for every attribute."""
    flows = flow_set(
        "person",
        ranked("employeeID", (HR, "worker", direct("id"))),
        both("name", "name", HR, AD),
        both("title", "title", HR, AD),
        both("phone", "phone", AD, HR),
        ranked("mail", (HR, "worker", direct("mail")), (AD, "worker", direct("mail")), (AD, "worker", direct("phone"))),
    )
    files = {
        "MA-hr.xml": worker("HR", HR, FILTER + JOIN + PROJECT),
        "MA-book.xml": worker("Book", AD, JOIN),
        "MA-app.xml": worker("App", APP, JOIN + EXPORT, WRITE),
        "MV.xml": metaverse({"person": PERSON}, flows),
    }
    found = Moved(tmp_path, files)
    assert found.errors() == []
    return Shell(found.home, monkeypatch)


def put(shell: Shell, name: str, *rows: str) -> None:
    path = shell.home / "data" / name / "in.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["id;name;title;phone;mail", *rows, ""]))


def sync(shell: Shell) -> None:
    for name in ("HR", "Book", "App"):
        assert shell("run", f"{name} - all").code in (0, 3), name
    steps = shell.home / "documents" / "sync.yaml"
    steps.write_text("kind: RunProfile\nname: sync\nsteps: [sync, export App]\n")
    shell.done("config", "apply")
    shell.done("run", "sync")


def people(shell: Shell) -> dict[str, dict[str, Any]]:
    found = shell("search", "/person", "--json").json
    some = [one.get("values", one) for one in (found if isinstance(found, list) else found["resources"])]
    return {one["employeeID"]: one for one in some}


def test_what_was_migrated_does_what_the_old_product_did(shell: Shell) -> None:
    put(shell, "hr", "1;Ann;Boss;11;", "2;Bo;;22;bo@x", "3;testing;x;;", "4;Cy;guest;;", "5;Di;guest;55;")
    put(shell, "book", "1;Anna;Chief;99;", "2;Bob;Clerk;;b@y", "7;Nobody;x;77;")
    put(shell, "app", "1;;Old;0;", "2;;Old;0;", "5;;Old;;")
    shell.done("config", "apply")
    sync(shell)
    found = people(shell)
    assert set(found) == {"1", "2", "5"}  # test accounts, guests without a phone and those of no HR are nobody
    assert (found["1"]["name"], found["1"]["title"], found["1"]["phone"]) == ("Ann", "Boss", "99")
    assert (found["2"]["name"], found["2"]["title"], found["2"]["phone"]) == ("Bo", "Clerk", "22")
    assert (found["1"]["mail"], found["2"]["mail"]) == ("99", "bo@x")
    written = (shell.home / "data" / "app" / "out.csv").read_text()
    rows = {line.split(";")[1]: line.split(";") for line in written.splitlines()[1:]}
    assert "Boss" in rows["1"]
    assert {"Clerk", "22"} <= set(rows["2"])
