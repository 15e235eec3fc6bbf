"""`mimas bench directory` against OpenLDAP."""

import json
import os
import subprocess
import sys

import ldap
import pytest

from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd

pytestmark = pytest.mark.slow


def bench(uri: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mimas.cli.main", "bench", "directory", uri, "30", "--json"]
    environment = os.environ | {"MIMAS_BENCH_PASSWORD": PASSWORD}
    given = ["--base", SUFFIX, "--bind-dn", ADMIN]
    return subprocess.run([*command, *given], env=environment, capture_output=True, text=True, check=False)


def test_it_writes_reads_and_clears_away(slapd: Slapd) -> None:
    done = bench(slapd.uri)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    steps = [("writing, beside ldapadd", 30), ("writing, beside 4 ldapadd at once", 30), ("reading", 90)]
    assert [(figure["step"], figure["count"]) for figure in figures] == steps
    link = ldap.initialize(slapd.uri)
    link.simple_bind_s(ADMIN, PASSWORD)
    assert link.search_s(SUFFIX, ldap.SCOPE_ONELEVEL, "(ou=mimas-bench*)", ["1.1"]) == []


@pytest.mark.parametrize(
    ("uri", "said"), [("ldap://127.0.0.1:1", "Can't contact LDAP server"), ("ldap://far.example", "unencrypted")]
)
def test_what_is_wrong_is_said(uri: str, said: str) -> None:
    done = bench(uri)
    assert done.returncode == 1
    assert said in done.stderr
    assert "mistake in Mimas" not in done.stderr
