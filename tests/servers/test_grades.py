"""Mimas's own connectors, graded by the conformance kit. What is not tried of each is said here, and nothing more."""

from collections.abc import Iterable
from functools import partial

import pytest

from mimas.connectors.testing import Maker, Verdict, grade
from tests.servers import subjects
from tests.servers.samba import Samba
from tests.servers.slapd import Slapd
from tests.simulated import Simulated, SimulatedByAnchor

pytestmark = pytest.mark.slow


def passes(subject: Maker, *, untried: Iterable[str] = ()) -> None:
    report = grade(subject)
    report.raise_if_failed()
    assert {one.check for one in report.outcomes if one.verdict is Verdict.UNTRIED} == set(untried), report


SECRETS = ("passwords-are-not-told", "a-secret-value-is-not-told")


def test_delimited() -> None:
    passes(subjects.Delimited, untried=SECRETS)


def test_delimited_change_file() -> None:
    passes(subjects.DelimitedChanges, untried=SECRETS)


def test_fixed_width() -> None:
    passes(subjects.FixedWidth, untried=(*SECRETS, "readings-are-bounded"))


def test_avp() -> None:
    passes(subjects.Avp, untried=SECRETS)


def test_ldif() -> None:
    passes(subjects.Ldif, untried=SECRETS)


def test_dsml() -> None:
    passes(subjects.Dsml, untried=SECRETS)


def test_dsml_change_file() -> None:
    passes(subjects.DsmlChanges, untried=SECRETS)


def test_sqlite() -> None:
    passes(subjects.Sql, untried=(*SECRETS, "a-cut-reading-is-not-complete", "several-values-are-changed-one-by-one"))


def test_postgresql(postgresql_url: str) -> None:
    passes(
        partial(subjects.PostgreSql, url=postgresql_url),
        untried=("a-secret-value-is-not-told", "several-values-are-changed-one-by-one"),
    )


def test_openldap(slapd: Slapd) -> None:
    passes(partial(subjects.Ldap, server=slapd))


@pytest.mark.xdist_group("samba")
def test_active_directory(samba: Samba) -> None:
    passes(
        partial(subjects.ActiveDirectory, server=samba),
        untried=("a-cut-reading-is-not-complete", "readings-are-bounded", "a-secret-value-is-not-told"),
    )


def test_scim(scim_server: str) -> None:
    passes(partial(subjects.Scim, root=scim_server), untried=("a-secret-value-is-not-told",))


@pytest.mark.parametrize("subject", [Simulated, SimulatedByAnchor])
def test_simulators(subject: Maker) -> None:
    passes(subject, untried=("passwords-are-not-told", "a-bad-value-fails-alone"))
