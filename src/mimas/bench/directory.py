"""The benchmark of a directory: what the connector reads and writes, beside the bare programs.

Beside writing stands ``ldapadd`` of OpenLDAP, alone and several at once; beside reading a loop of paged searches with
python-ldap that looks at nothing. It needs a container of its own, which it makes and clears away again.
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ldap
from ldap.controls.libldap import SimplePagedResultsControl

from mimas.connectors.contract import Change, ConnectorError, End, Export, Operation
from mimas.connectors.ldap.failures import unreachable_instead
from mimas.connectors.registry import AnyConnector, open_connector
from mimas.schema.attributes import Attribute, ObjectType

PASSWORD = "MIMAS_BENCH_PASSWORD"  # noqa: S105 - the name of the variable
_NAMES = (
    *("uid", "cn", "sn", "givenName", "mail", "title", "departmentNumber", "employeeNumber", "l", "street"),
    *("telephoneNumber", "mobile", "o", "employeeType", "description"),
)
_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """One step: how long it took, and the bare program beside it; the most memory of this process so far, in MB."""

    step: str
    count: int
    seconds: float
    bare: float
    peak: int


def run(uri: str, base: str, bind_dn: str, count: int) -> Iterator[Figure]:
    """Write and read so many entries. Raises `ConnectorError`."""
    top = f"ou=mimas-bench-{os.getpid()},{base}"
    settings = {"uri": uri, "base": top, "bind_dn": bind_dn, "password": {"env": PASSWORD}}
    schema = {"inetOrgPerson": ObjectType("inetOrgPerson", {name: Attribute(name) for name in _NAMES})}
    connector = open_connector("bench", "ldap", settings, schema, Path())
    if shutil.which("ldapadd") is None:
        raise ConnectorError("ldapadd, which writes beside Mimas, is not installed.", "apt-get install ldap-utils")
    with ExitStack() as stack:
        stack.enter_context(unreachable_instead("bench", connector.settings))
        stack.enter_context(connector)
        link = stack.enter_context(_container(uri, bind_dn, top, ("one", "several", "mimas")))
        stack.callback(_clear, connector)
        one = _ldapadd(uri, bind_dn, f"ou=one,{top}", count, 1)
        seconds = _timed(lambda: _write(connector, f"ou=mimas,{top}", count))
        several = _ldapadd(uri, bind_dn, f"ou=several,{top}", count, _PROCESSES)
        yield Figure("writing, beside ldapadd", count, seconds, one, _peak())
        yield Figure(f"writing, beside {_PROCESSES} ldapadd at once", count, seconds, several, _peak())
        bare = _timed(lambda: _search(link, top))
        yield Figure("reading", 3 * count, _timed(lambda: _read(connector)), bare, _peak())


def _values(number: int) -> dict[str, str]:
    return {name: f"{name} {number}" for name in _NAMES} | {
        "uid": f"u{number}",
        "mail": f"u{number}@example.test",
        "telephoneNumber": "+49 30 1234567",
        "mobile": "+49 170 1234567",
    }


def _ldapadd(uri: str, bind_dn: str, container: str, count: int, processes: int) -> float:
    with TemporaryDirectory() as folder:
        password = Path(folder, "password")
        password.touch(0o600)
        password.write_text(os.environ[PASSWORD])
        files = [Path(folder, f"{part}.ldif") for part in range(processes)]
        for part, file in enumerate(files):
            with file.open("w") as out:
                for number in range(part, count, processes):
                    lines = "".join(f"{name}: {value}\n" for name, value in _values(number).items())
                    out.write(f"dn: uid=u{number},{container}\nobjectClass: inetOrgPerson\n{lines}\n")
        command = ["ldapadd", "-x", "-H", uri, "-D", bind_dn, "-y", str(password), "-f"]

        def add() -> None:
            running = [subprocess.Popen([*command, str(file)], stdout=subprocess.DEVNULL) for file in files]  # noqa: S603
            codes = [process.wait() for process in running]
            if any(codes):
                raise ConnectorError("ldapadd failed; what it said is above.")

        return _timed(add)


def _write(connector: AnyConnector, container: str, count: int) -> None:
    exports = (
        Export(
            number,
            Operation.ADD,
            "inetOrgPerson",
            None,
            f"uid=u{number},{container}",
            changes={name: Change([value], [value]) for name, value in _values(number).items()},
        )
        for number in range(count)
    )
    for result in connector.write(exports):
        if result.error:
            raise ConnectorError(result.message, result.advice)


def _read(connector: AnyConnector) -> None:
    for page in connector.read():
        if not isinstance(page, End):
            for index in range(len(page.keys)):
                page.entry(index)


def _search(link: Any, base: str) -> None:
    control = SimplePagedResultsControl(True, size=1000, cookie="")
    wanted = [*_NAMES, "objectClass", "structuralObjectClass", "entryUUID"]
    while True:
        asked = link.search_ext(base, ldap.SCOPE_SUBTREE, "(objectClass=inetOrgPerson)", wanted, serverctrls=[control])
        _, _, _, (answer, *_) = link.result3(asked)
        control.cookie = answer.cookie
        if not control.cookie:
            return


@contextmanager
def _container(uri: str, bind_dn: str, top: str, parts: tuple[str, ...]) -> Iterator[Any]:
    link = ldap.initialize(uri)
    link.simple_bind_s(bind_dn, os.environ[PASSWORD])
    names = [top, *(f"ou={part},{top}" for part in parts)]
    for name in names:
        link.add_s(name, [("objectClass", [b"organizationalUnit"])])
    try:
        yield link
    finally:
        for name in reversed(names):
            link.delete_s(name)
        link.unbind_s()


def _clear(connector: AnyConnector) -> None:
    pages = (page for page in connector.read() if not isinstance(page, End))
    names = [page.entry(index).name for page in pages for index in range(len(page.keys))]
    exports = (Export(at, Operation.DELETE, "inetOrgPerson", None, name) for at, name in enumerate(names))
    for result in connector.write(exports):
        if result.error:
            raise ConnectorError(result.message, result.advice)


def _timed(action: Callable[[], None]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
