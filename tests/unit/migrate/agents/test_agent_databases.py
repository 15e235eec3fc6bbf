"""Agents of databases as connectors of the kind sql."""

from pathlib import Path
from typing import Any

import pytest

from mimas.connectors.sql.settings import SqlSettings
from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import HR, Moved, agent, direct, flow_set, metaverse, ranked, step

EMPLOYEE = {
    "employee": {"id": "string immutable", "name": "string", "member": "reference many", "mails": "string many"}
}


def private(connection: str, info: str = "<object-type>employee</object-type>") -> str:
    return f"""<oledbma-configuration><connection-info>{connection}</connection-info>
    <mms-info><column-info><column><name>id</name><data-type>VARCHAR</data-type></column></column-info>
    <anchor><attribute>id</attribute></anchor>{info}</mms-info></oledbma-configuration>"""


SERVER = """<server>SQL1\\HR,1444</server><databasename>Staff</databasename><tablename>Employees</tablename>
<authentication>database</authentication><user>sync user</user>"""


def connector(tmp_path: Path, file: str) -> tuple[Moved, dict[str, Any]]:
    found = Moved(tmp_path, {"MA-1.XML": file, "MV.xml": metaverse({"person": {"sn": "string"}})})
    assert found.errors() == []
    assert found.unknown() == []
    body = found.body("Connector", "HR")
    assert body["type"] == "sql"
    return found, body


def test_a_table_of_sql_server(tmp_path: Path) -> None:
    _, body = connector(tmp_path, agent("HR", HR, "MSSQL", EMPLOYEE, private=private(SERVER)))
    settings = SqlSettings.model_validate(body["settings"])
    assert (settings.address.drivername, settings.address.username) == ("mssql+pyodbc", "sync user")
    assert (settings.address.host, settings.address.port) == ("SQL1\\HR", 1444)
    assert settings.address.database == "Staff"
    assert body["settings"]["password"] == {"env": "MIMAS_HR_PASSWORD"}
    assert settings.tables == {"employee": "Employees"}
    assert body["objects"]["employee"]["anchor"] == ["id"]


@pytest.mark.parametrize(
    ("category", "connection", "driver", "host"),
    [
        ("Oracle", "<datasource>ORCL</datasource><user>u</user>", "oracle+oracledb", "ORCL"),
        ("DB2", "<server>db2</server><databasename>D</databasename>", "ibm_db_sa", "db2"),
        ("MSSQL", "<databasename>src</databasename>", "mssql+pyodbc", "src"),
        ("MSSQL", "", "mssql+pyodbc", "data-source"),
    ],
)
def test_databases_of_other_makers(category: str, connection: str, driver: str, host: str, tmp_path: Path) -> None:
    _, body = connector(tmp_path, agent("HR", HR, category, EMPLOYEE, private=private(connection)))
    address = SqlSettings.model_validate(body["settings"]).address
    assert (address.drivername, address.host) == (driver, host)


def test_signing_in_by_windows_needs_a_person(tmp_path: Path) -> None:
    connection = SERVER.replace("database</auth", "integrated</auth") + "<domain>CORP</domain>"
    found, body = connector(tmp_path, agent("HR", HR, "MSSQL", EMPLOYEE, private=private(connection)))
    assert "password" not in body["settings"]
    assert found.elements("authentication")[0].outcome is Outcome.PERSON
    assert any("CORP\\sync user signed in by Windows" in one for one in found.report.to_do)


def test_several_types_in_one_table_are_rows_told_apart_by_a_column(tmp_path: Path) -> None:
    types = {"employee": {"id": "string"}, "contractor": {"id": "string", "firm": "string"}}
    column = """<object-type-info><object-type-column>kind</object-type-column><object-type>employee</object-type>
    <object-type>contractor</object-type></object-type-info>"""
    rules = (
        '<projection><class-mapping type="declared" cd-object-type="contractor"><mv-object-type>person</mv-object-type>'
        "</class-mapping></projection>"
    )
    file = agent("HR", HR, "MSSQL", types, private=private(SERVER, column), rules=rules)
    flows = flow_set("person", ranked("sn", (HR, "contractor", direct("firm"))))
    found = Moved(tmp_path, {"MA-1.XML": file, "MV.XML": metaverse({"person": {"sn": "string"}}, flows)})
    assert found.errors() == []
    body = found.body("Connector", "HR")
    assert body["settings"]["tables"] == {"row": "Employees"}
    assert body["objects"]["row"]["attributes"] == {"firm": "string", "id": "string", "kind": "string"}
    rule = found.body("SyncRule", "HR - contractor to person")
    assert (rule["object"], rule["scope"]) == ("row", ["kind EQUAL contractor"])


def test_values_in_a_table_of_their_own(tmp_path: Path) -> None:
    columns = """<column><name>member</name><mms-type dn="1">String</mms-type></column>
    <column><name>mails</name><mms-type>String</mms-type></column>"""
    info = f"""<object-type>employee</object-type><multivalued-info><attribute-column>what</attribute-column>
    <string-column>value</string-column><multivalued-columns>{columns}</multivalued-columns></multivalued-info>"""
    connection = SERVER + "<multivalued-tablename>Several</multivalued-tablename>"
    found, body = connector(tmp_path, agent("HR", HR, "MSSQL", EMPLOYEE, private=private(connection, info)))
    link = {"table": "Several_member", "owner": "id", "member": "value"}
    assert body["settings"]["links"] == {"member": link}
    note = found.draft("Connector", "HR").note
    assert "CREATE VIEW Several_member AS SELECT * FROM Several WHERE what = 'member'" in note
    assert "mails: no reference" in note
    assert found.elements("multivalued-info")[0].outcome is Outcome.PERSON


def test_a_delta_view_is_told_and_its_steps_are_full_imports(tmp_path: Path) -> None:
    connection = SERVER + "<delta-tablename>Changes</delta-tablename>"
    steps = step("delta-import", "to-cs") + step("apply-rules", "apply-pending")
    found, _ = connector(tmp_path, agent("HR", HR, "MSSQL", EMPLOYEE, private=private(connection), steps=steps))
    assert found.body("RunProfile", "HR - all")["steps"] == ["import HR", "sync HR"]
    assert found.elements("delta-tablename")[0].outcome is Outcome.PERSON
    assert found.elements("step")[0].outcome is Outcome.DIFFERENT


def test_generic_sql(tmp_path: Path) -> None:
    parameters = """<MAConfig><parameter-values><parameter name="DSN File" use="connectivity">hr.dsn</parameter>
    <parameter name="User Name" use="connectivity">sync</parameter>
    <parameter name="Password" use="connectivity" encrypted="1">c2VjcmV0</parameter>
    <parameter name="Table/View Name" use="schema" page-number="1">dbo.Emp</parameter></parameter-values></MAConfig>"""
    file = agent("HR", HR, "Extensible2", EMPLOYEE, private=parameters, subtype="Generic SQL (Microsoft)")
    found, body = connector(tmp_path, file)
    assert body["settings"]["tables"] == {"employee": "dbo.Emp"}
    assert body["objects"]["employee"]["anchor"] == ["id"]
    assert "c2VjcmV0" not in found.draft("Connector", "HR").yaml()


@pytest.mark.parametrize("category", ["MSSQL", "Oracle", "DB2"])
def test_without_a_configuration(category: str, tmp_path: Path) -> None:
    connector(tmp_path, agent("HR", HR, category, EMPLOYEE))


@pytest.mark.parametrize(("enabled", "outcome"), [("0", Outcome.NOT_APPLICABLE), ("1", Outcome.PERSON)])
def test_passwords_that_a_library_set(enabled: str, outcome: Outcome, tmp_path: Path) -> None:
    library = f"""<password-extension-config><password-extension-enabled>{enabled}</password-extension-enabled>
    <dll>Pw.dll</dll></password-extension-config></oledbma-configuration>"""
    own = private(SERVER).replace("</oledbma-configuration>", library)
    found, _ = connector(tmp_path, agent("HR", HR, "Oracle", EMPLOYEE, private=own))
    assert found.elements("password-extension-config")[0].outcome is outcome
