"""`mimas migrate state` as it is typed: the example, with entries of an old product under names of its own."""

import pytest

from tests.unit.cli.shell import Shell
from tests.unit.migrate.state.space_files import guid, space

OLD = {"1001": ("ada", "Ada Lovelace"), "1002": ("grace.h", "Grace Hopper"), "1003": ("käthe", "Käthe Paulus")}


@pytest.fixture
def moved(new: Shell) -> Shell:
    """A home after the imports, and the files of the old product in it."""
    entries = [
        f"dn: uid={uid},ou=People,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {name}\n"
        for uid, name in OLD.values()
    ]
    new.write("data/directory.ldif", "version: 1\n\n" + "\n".join(entries))
    hr = (space(number, number, agent="HR", lineage="projection-rules") for number in OLD)
    new.write("hr.xml", f"<cs-objects>{''.join(hr)}</cs-objects>")
    names = ((f"UID={uid}, OU=People,DC=example,DC=com", number) for number, (uid, _) in OLD.items())
    accounts = (space(name, number, agent="directory", lineage="provisioning-rules") for name, number in names)
    new.write("directory.xml", f"<cs-objects>{''.join(accounts)}</cs-objects>")
    new.done("config", "apply")
    new.done("import", "hr")
    new.done("import", "directory")
    return new


def test_the_first_sync_creates_nothing_and_names_stay(moved: Shell) -> None:
    files = [str(moved.home / name) for name in ("hr.xml", "directory.xml")]
    said = moved.done("migrate", "state", *files)
    for line in ("6  links made", "3  GUIDs kept", "3  values kept", "Next: mimas sync"):
        assert line in said
    synced = moved.done("sync")
    assert not any(word in synced for word in ("joined", "new", "to create", "to take away", "deleted"))
    (shown,) = moved("show", "person", "1002", "--json").json
    assert shown["values"]["accountName"] == "grace.h"
    assert shown["guid"] == guid("1002").strip("{}").lower()
    assert f"GUID {shown['guid']}" in moved.done("show", "person", "1002")
    again = moved("migrate", "state", *files, "--json").json
    assert (again["counts"]["linked"], again["counts"]["linked-before"]) == (0, 6)
    assert "links of the old product" in moved.done("runs", "show", "3")


def test_what_is_left_to_a_person_is_named(moved: Shell) -> None:
    said = moved("migrate", "state", str(moved.home / "directory.xml"))
    assert said.code == 3
    assert "3 resources that no rule in force would keep alive" in " ".join(said.out.split())
    assert "connectors without a file:\n  hr" in said.out


def test_a_broken_file_is_told_and_nothing_written(moved: Shell) -> None:
    moved.write("broken.xml", "<cs-objects>")
    said = moved("migrate", "state", str(moved.home / "hr.xml"), str(moved.home / "broken.xml"))
    assert (said.code, said.out) == (1, "")
    assert "broken.xml is no XML" in said.err
    assert "Nothing was written." in said.err
    unknown = moved("migrate", "state", str(moved.home / "hr.xml"), "--connector", "sap")
    assert (unknown.code, "There is no connector 'sap'" in unknown.err) == (2, True)
