"""The agents of databases: SQL Server, Oracle, DB2, and the generic one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from mimas.migrate.agents.accounting import (
    BOOKKEEPING,
    CARRIED,
    Said,
    account,
    account_config,
    account_partitions,
    account_passwords,
)
from mimas.migrate.agents.agent import Agent, Place, System, children_of, first_of, text_of
from mimas.migrate.agents.parameters import Parameter, listed, parameters, value_of
from mimas.migrate.agents.passwords import variable
from mimas.migrate.elements import Element, Outcome
from mimas.schema.attributes import Kind

ROW = "row"
"""The object type of a table or file in which rows of several old types stand."""
_DRIVER = "ODBC Driver 18 for SQL Server"
_DELTA = "Mimas reads no delta view: a column that says when a row was changed, named by `changed_at`, gives deltas"
_INTEGRATED = "Mimas signs in with a name and a password, or as the account that it runs as"
_SEVERAL = "values in a table of their own are read of references only, a table or view for each attribute"
_SAID: Mapping[str, Said] = {
    **dict.fromkeys(("server", "databasename", "datasource", "tablename", "user"), CARRIED),
    **dict.fromkeys(("anchor", "object-type", "object-type-info"), CARRIED),
    **dict.fromkeys(("column-info",), (Outcome.NOT_APPLICABLE, "the schema of the file says the same")),
    **dict.fromkeys(("enable-unapplied-merge", "provider", "ui-data"), BOOKKEEPING),
}


def classic(agent: Agent) -> System:
    """The agents of SQL Server, Oracle and DB2, which read one table or view."""
    own = agent.data.first("private-configuration", "oledbma-configuration")
    connection = first_of(own, "connection-info")
    info = first_of(own, "mms-info")
    server, database, source, table, user, domain = (
        text_of(connection, tag) for tag in ("server", "databasename", "datasource", "tablename", "user", "domain")
    )
    integrated = connection is not None and text_of(connection, "authentication") == "integrated"
    url = _url(agent.category.upper(), server or source, database or source, "" if integrated else user)
    settings: dict[str, Any] = {"url": url}
    to_do = _sign_in(agent, settings, user, domain, integrated)
    anchor = [one.text for one in children_of(first_of(info, "anchor"), "attribute") if one.text]
    made = System("sql", settings, name=anchor, to_do=to_do)
    _types(agent, made, info, table, anchor)
    several = _several(agent, made, info, text_of(connection, "multivalued-tablename"), anchor)
    made.note = "\n".join(
        filter(None, (f"SQLAlchemy reaches {agent.category} with the driver named in `url`.", several))
    )
    _account(agent, own, integrated, bool(several))
    return made


def generic(agent: Agent) -> System:
    """The extensible connector Generic SQL, which uses ODBC. Its parameters are found by their names."""
    some = parameters(agent)
    account_config(agent)
    user = value_of(some, "User Name", "Username", "User", "UserID")
    source = value_of(some, "DSN", "DSN Name", "DSN File", "Data Source")
    settings: dict[str, Any] = {"url": _url("MSSQL", "", source, user)}
    to_do = _sign_in(agent, settings, user, "", integrated=False)
    to_do.append(f"{agent.name}: the old agent used ODBC; say in `url` which database it is: see docs/connectors.md.")
    usual = {class_: _anchor(agent, class_, some) for class_ in agent.selected}
    name = next((names for names in usual.values() if names), [])
    made = System("sql", settings, {one: names for one, names in usual.items() if names}, name=name, to_do=to_do)
    tables = {class_: found for class_ in agent.selected if (found := _table(class_, some)) and found != class_}
    if tables:
        settings["tables"] = tables
    made.note = "The parameters of the old agent were:\n" + listed(some)
    account_partitions(agent)
    return made


def _anchor(agent: Agent, class_: str, some: list[Parameter]) -> list[str]:
    immutable = [
        name for name, type_ in agent.schema.attributes(class_).items()
        if type_.element.attributes.get("immutable") == "true"
    ]  # fmt: skip
    said = value_of(some, f"{class_}:Anchor", f"{class_} Anchor", f"Anchor {class_}", "Anchor")
    return [part.strip() for part in said.split(",") if part.strip()] or immutable


def _table(class_: str, some: list[Parameter]) -> str:
    return value_of(some, f"{class_}:Table/View/SP", f"{class_} Table", f"Table {class_}", "Table/View Name")


def _url(category: str, server: str, database: str, user: str) -> str:
    """The address of a database, as SQLAlchemy takes it; without a password, which is never in the file."""
    name = f"{quote(user, safe='')}@" if user else ""
    if category == "ORACLE":
        return f"oracle+oracledb://{name}{_host(database or server)}"
    if category == "DB2":
        return f"ibm_db_sa://{name}{_host(server)}/{quote(database, safe='')}"
    if not server:
        # By the name of a data source alone.
        return f"mssql+pyodbc://{name}{_host(database) or 'data-source'}"
    host, _, port = server.partition(",")
    at = f"{_host(host)}:{port.strip()}" if port.strip().isdecimal() else _host(host)
    return f"mssql+pyodbc://{name}{at}/{quote(database, safe='')}?driver={quote_plus(_DRIVER)}"


def _host(text: str) -> str:
    """A server, perhaps with its instance, without what an address must not hold."""
    return "".join(sign for sign in text.strip() if sign.isalnum() or sign in ".-_\\")


def _sign_in(agent: Agent, settings: dict[str, Any], user: str, domain: str, integrated: bool) -> list[str]:
    to_do = [f"See that {agent.name} is reached: install the driver of `url`, and run `mimas connector test`."]
    if integrated:
        to_do.append(f"{agent.name}: {domain}\\{user} signed in by Windows. {_INTEGRATED}.")
    elif user:
        name = variable(agent.name)
        settings["password"] = {"env": name}
        to_do.append(f"Set the environment variable {name} to the password of {user}, or seal it: `mimas secrets set`.")
    return to_do


def _types(agent: Agent, made: System, info: Element | None, table: str, anchor: list[str]) -> None:
    """The object type of a table, or the column that tells several types apart."""
    column = text_of(info, "object-type-info", "object-type-column")
    if column:
        names = [one.text for one in children_of(first_of(info, "object-type-info"), "object-type") if one.text]
        names = list({one.lower(): one for one in (*names, *agent.selected)}.values())
        made.places = {one.lower(): Place(ROW, column, (one,)) for one in names}
        made.classes = {one: {column: "string"} for one in names}
        made.settings["tables"] = {ROW: table or ROW}
    else:
        fixed = text_of(info, "object-type")
        names = agent.selected or ([fixed] if fixed else [])
        made.classes = {one: {} for one in names}
        if table:
            made.settings["tables"] = dict.fromkeys(names, table)
    made.anchors = dict.fromkeys(names, anchor)


def _several(agent: Agent, made: System, info: Element | None, table: str, anchor: list[str]) -> str:
    """What is said of attributes with several values, which stood in a table of their own."""
    if not table:
        return ""
    about = first_of(info, "multivalued-info")
    which = text_of(about, "attribute-column")
    values = text_of(about, "string-column")
    links = {}
    lines = [f"{table} held attributes with several values. Mimas wants a view for each reference among them:"]
    names = [text_of(one, "name") for one in children_of(first_of(about, "multivalued-columns"), "column")]
    for name in filter(None, names):
        type_ = agent.schema.types.get(name.lower())
        if type_ is None or type_.attribute.kind is not Kind.REFERENCE:
            lines.append(f"  {name}: no reference, so it cannot be read in this way")
            continue
        view = f"{table}_{name}"
        links[name] = {"table": view, "owner": anchor[0] if anchor else "owner", "member": values or "member"}
        # It is a comment for a person, who looks at it before anything runs.
        lines.append(f"  CREATE VIEW {view} AS SELECT * FROM {table} WHERE {which or 'attribute'} = '{name}'")  # noqa: S608
    if links:
        made.settings["links"] = links
    made.to_do.append(f"{agent.name}: make the views that the comment of the connector names.")
    return "\n".join(lines)


def _account(agent: Agent, own: Element | None, integrated: bool, several: bool) -> None:
    said = dict(_SAID)
    said |= dict.fromkeys(("authentication", "domain"), (Outcome.PERSON, _INTEGRATED) if integrated else CARRIED)
    for tag in ("multivalued-info", "multivalued-tablename"):
        said[tag] = (Outcome.PERSON, _SEVERAL) if several else BOOKKEEPING
    delta = own is not None and bool(text_of(own, "connection-info", "delta-tablename"))
    said |= dict.fromkeys(("delta-info", "delta-tablename"), (Outcome.PERSON, _DELTA) if delta else BOOKKEEPING)
    for private in agent.data.all("private-configuration"):
        private.mark(Outcome.CARRIED)
    account_passwords(own)
    account(own, said, ("connection-info", "mms-info"))
    account_partitions(agent)
