"""The real servers that the connectors are tested against, one of each a session (and, under xdist, a worker)."""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.servers import dovecot as dovecot_server
from tests.servers import samba as samba_controller
from tests.servers import slapd as slapd_server
from tests.servers.processes import free_port, stop, wait_for_port

if TYPE_CHECKING:
    from tests.servers.directories import Place, Servers

SCIM_TOKEN = "only-for-tests"


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd_server.Slapd]:
    """A running OpenLDAP server that holds its suffix and nobody."""
    if importlib.util.find_spec("ldap") is None:
        pytest.skip("python-ldap is not installed: pip install 'mimas[ldap]'")
    if slapd_server.program() is None:
        pytest.skip("slapd is not installed: apt-get install slapd")
    server = slapd_server.Slapd(tmp_path_factory.mktemp("slapd")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[dovecot_server.Dovecot]:
    """A running Dovecot."""
    if dovecot_server.program() is None:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd dovecot-lmtpd")
    server = dovecot_server.Dovecot().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[samba_controller.Samba]:
    """A running domain controller. It takes many seconds to make: whoever asks is of the xdist group ``samba``."""
    if reason := samba_controller.missing():
        pytest.skip(reason)
    pytest.importorskip("ldap", reason="python-ldap is not installed: pip install 'mimas[ldap]'")
    server = samba_controller.Samba(tmp_path_factory.mktemp("samba")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Servers]":
    """Directories of several products, none of which runs yet."""
    if importlib.util.find_spec("ldap") is None:
        pytest.skip("python-ldap is not installed: pip install 'mimas[ldap]'")
    from tests.servers.directories import Servers

    servers = Servers(tmp_path_factory.mktemp)
    yield servers
    servers.stop()


@pytest.fixture
def place(servers: "Servers", kind: str, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Place]":
    """A container of a directory of that kind that nobody else uses."""
    from tests.servers.directories import Place

    monkeypatch.setenv("LDAP_PASSWORD", slapd_server.PASSWORD)
    place = Place.of(servers, kind)
    yield place
    for one in place.made:
        one.close()


@pytest.fixture(scope="session")
def scim_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The root URL of a scim2-server; every path below it is a tenant of its own, empty at first."""
    if importlib.util.find_spec("scim2_server") is None:
        pytest.skip("scim2-server is not installed: pip install scim2-server")
    program, port = Path(sys.executable).with_name("scim2-server"), free_port()
    log = tmp_path_factory.mktemp("scim") / "log"
    with log.open("wb") as output:
        command = [str(program), "--port", str(port), "--bearer-token", SCIM_TOKEN, "--dynamic-tenants"]
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    wait_for_port(port, process, log)
    yield f"http://127.0.0.1:{port}"
    stop(process)


@pytest.fixture
def scim_url(scim_server: str) -> str:
    """The base URL of a new, empty SCIM service."""
    return f"{scim_server}/t{uuid4().hex}"
