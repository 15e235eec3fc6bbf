"""The examples of the repository do what their page says."""

import re
import shutil
import tomllib
from base64 import b64decode
from pathlib import Path

import pytest

from tests.played import Played
from tests.unit.cli.shell import Shell

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    shell = Shell(Path(shutil.copytree(EXAMPLES / name, tmp_path / "home")), monkeypatch)
    assert "warning" not in shell("check").err
    shell.done("config", "apply")
    return shell


def entries(path: Path) -> dict[str, dict[str, list[str]]]:
    """Name → attribute → values."""
    found = {}
    for block in path.read_text(encoding="utf-8").strip().split("\n\n")[1:]:
        values: dict[str, list[str]] = {}
        for name, colons, value in re.findall(r"^([\w-]+)(::?) (.*)$", block, re.MULTILINE):
            values.setdefault(name, []).append(b64decode(value).decode() if colons == "::" else value)
        found[values.pop("dn")[0]] = values
    return found


def test_several_forests_into_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = example("forests", tmp_path, monkeypatch)
    shell.done("run", "daily")
    people, groups = ",ou=people,dc=corp,dc=example", ",ou=groups,dc=corp,dc=example"
    master = entries(shell.home / "master.ldif")
    assert set(master) == {f"uid={uid}{people}" for uid in ("ada", "grace", "kpaulus", "dora", "erik")} | {
        f"cn={cn}{groups}" for cn in ("Engineers", "Pilots")
    }
    grace = master[f"uid=grace{people}"]
    assert (grace["title"], grace["telephoneNumber"]) == (["Compiler Engineer"], ["+44 20 2"])
    assert grace["manager"] == [f"uid=ada{people}"]
    engineers = master[f"cn=Engineers{groups}"]
    assert engineers["description"] == ["Everybody who builds"]
    assert sorted(engineers["member"]) == [f"uid={uid}{people}" for uid in ("ada", "grace", "kpaulus")]
    assert "nothing to do" in shell.done("run", "daily").splitlines()[3]

    (shell.home / "documents" / "forest-b.yaml").unlink()
    shell.edit("documents/profiles.yaml", "  - import forest-b\n", "")
    shell.done("config", "apply")
    shell.done("run", "daily")
    master = entries(shell.home / "master.ldif")
    assert set(master) == {f"uid={uid}{people}" for uid in ("ada", "grace", "dora")} | {f"cn=Engineers{groups}"}
    assert sorted(master[f"cn=Engineers{groups}"]["member"]) == [f"uid={uid}{people}" for uid in ("ada", "grace")]
    assert master[f"uid=grace{people}"] == grace
    assert "nothing to do" in shell.done("run", "daily").splitlines()[2]


def test_two_address_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = example("address-lists", tmp_path, monkeypatch)
    before = {name: entries(shell.home / f"{name}.ldif") for name in "ab"}
    shell.done("run", "hourly")
    after = {name: entries(shell.home / f"{name}.ldif") for name in "ab"}
    contacts = {name: {dn: after[name][dn] for dn in after[name].keys() - before[name].keys()} for name in "ab"}
    assert [values["mail"] for values in contacts["a"].values()] == [["kaethe@b.example"]]
    assert contacts["b"] == {
        "CN=Ada Lovelace,OU=Address list,DC=b,DC=example": {
            "objectClass": ["contact"],
            "displayName": ["Ada Lovelace"],
            "mail": ["ada@a.example"],
            "telephoneNumber": ["+44 20 1"],
        },
        "CN=Grace Hopper,OU=Address list,DC=b,DC=example": {
            "objectClass": ["contact"],
            "displayName": ["Grace Hopper"],
            "mail": ["grace@a.example"],
        },
    }
    assert all(after[name][dn] == values for name in "ab" for dn, values in before[name].items())

    text = (shell.home / "a.ldif").read_text(encoding="utf-8")
    shell.write("a.ldif", "\n\n".join(block for block in text.split("\n\n") if "grace@" not in block))
    shell.done("run", "hourly")
    assert set(entries(shell.home / "b.ldif")) == set(before["b"]) | {"CN=Ada Lovelace,OU=Address list,DC=b,DC=example"}


def test_a_connector_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = EXAMPLES / "connector"
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    installed = tmp_path / f"folder_connector-{project['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n")
    (installed / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
            for group, points in project["entry-points"].items()
        )
    )
    for path in (tmp_path, package):
        monkeypatch.syspath_prepend(path)
    report = Shell(tmp_path, monkeypatch).done("connector", "grade", "folder")
    page = (EXAMPLES.parent / "docs" / "writing-a-connector.md").read_text(encoding="utf-8")
    for name in ("connector", "subject"):
        assert (package / "folder_connector" / f"{name}.py").read_text(encoding="utf-8") in page
    assert report in page


def test_joiner_mover_leaver_does_what_its_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (EXAMPLES.parent / "docs" / "joiner-mover-leaver.md").read_text(encoding="utf-8")
    home = Path(shutil.copytree(EXAMPLES / "joiner-mover-leaver", tmp_path / "home"))
    shell = Shell(home, monkeypatch)
    assert Played(shell, monkeypatch).play(page) == page
    directory = (home / "directory.ldif").read_text(encoding="utf-8")
    assert "klee" not in directory
    assert "description: disabled" in directory.partition("dn: uid=bstone")[2].partition("\n\n")[0]
    groups = {block.split("\n")[0]: block for block in directory.split("\n\n") if "groupOfNames" in block}
    assert ["alee" in groups[f"dn: cn={name},ou=Groups,dc=corp,dc=example"] for name in ("Sales", "Buying")] == [
        False,
        True,
    ]
    assert "bstone" not in "".join(groups.values())
