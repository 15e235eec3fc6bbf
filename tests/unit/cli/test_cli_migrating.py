"""`mimas migrate` and `mimas shadow`: from an export to a home that checks and applies, and what is said on the way."""

from pathlib import Path

from tests.unit.cli.shell import Shell

DATA = Path(__file__).parents[2] / "data"
SPACE = '<cs-objects><cs-object cs-dn="mia" object-type="person">{}</cs-object></cs-objects>'


def test_a_server_configuration_becomes_a_home_that_applies(new: Shell, tmp_path: Path) -> None:
    home = tmp_path / "moved"
    said = new.done("migrate", "mim", str(DATA / "mim-sync"), "--to", str(home))
    assert "carried with a difference" in said
    assert "unknown" not in said
    assert f"files are in {home}; migration-report.html tells all." in said.replace("\n", "")
    assert (home / "migration-report.txt").is_file()
    new.set("MIMAS_HOME", str(home))
    assert "documents are in order" in new.done("check")
    new.done("config", "apply")
    assert "GrandHR" in new.done("status")


def test_entra_connect_becomes_a_home_that_checks(new: Shell, tmp_path: Path) -> None:
    home = tmp_path / "moved"
    said = new.done("migrate", "entra-connect", str(DATA / "entra-connect" / "export"), "--to", str(home))
    assert "58,500    in all" in said
    new.set("MIMAS_HOME", str(home))
    assert "81 documents are in order" in new.done("check")


def test_nothing_is_overwritten_and_a_folder_of_something_else_is_refused(new: Shell, tmp_path: Path) -> None:
    said = new("migrate", "mim", str(DATA / "mim-sync"), "--to", str(new.home))
    assert said.code == 2
    assert "is not empty" in said.err
    (tmp_path / "other").mkdir()
    for product in ("mim", "entra-connect"):
        said = new("migrate", product, str(tmp_path / "other"), "--to", str(tmp_path / "moved"))
        assert said.code == 2
        assert "holds no" in said.err
    assert not (tmp_path / "moved").exists()


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_carried(new: Shell, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    for path in (DATA / "mim-sync").glob("*.XML"):
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "MA-Bomb.xml").write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    said = new.done("migrate", "mim", str(folder), "--to", str(tmp_path / "moved"))
    assert "Not read: MA-Bomb.xml: MA-Bomb.xml has a document type" in said.replace("\n", " ")


def test_the_shadow_run_lists_what_would_be_exported_otherwise(used: Shell, tmp_path: Path) -> None:
    file = tmp_path / "space.xml"
    file.write_text("<cs-objects/>")
    said = used("shadow", "compare", "directory", str(file))
    assert said.code == 0, said
    assert "by both alike" in said.out
    added = '<unapplied-export><delta operation="add" dn="mia"><attr name="mail"><value>m@x</value></attr></delta>'
    file.write_text(SPACE.format(f"{added}</unapplied-export>"))
    said = used("shadow", "compare", "directory", str(file))
    assert said.code == 5
    assert "Differences: 1, in 1 objects" in said.out
    said = used("shadow", "compare", "directory", str(file), "--json")
    assert said.code == 5
    assert [one["name"] for one in said.json["differences"]] == ["mia"]
    file.write_text("<cs-objects>")
    said = used("shadow", "compare", "directory", str(file))
    assert said.code == 2
    assert "space.xml is no XML" in said.err
