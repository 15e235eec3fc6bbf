"""A simulated system by itself."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mimas.testing import Nature, RefusalError, Stored, System, Write


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[System]:
    """Two containers, and a person in one of them who leads another."""
    with System(tmp_path / "a.system", Nature(repairs=True)) as system:
        for name in ("ou=a", "ou=b"):
            system.put("unit", {"ou": name[3:]}, anchor=name[3:], name=name)
        system.put("person", {"cn": "Ann"}, anchor="1", name="cn=Ann,ou=a")
        system.put("person", {"cn": "Bob", "boss": "cn=Ann,ou=a"}, anchor="2", name="cn=Bob,ou=b")
        yield system


def names(system: System) -> set[str | None]:
    return {entry.name for entry in system.entries().values()}


def test_what_lies_in_a_container_goes_along_and_references_follow(tree: System) -> None:
    tree.rename("a", "ou=c")
    assert names(tree) == {"ou=c", "ou=b", "cn=Ann,ou=c", "cn=Bob,ou=b"}
    assert tree.entries()["2"].values["boss"] == ["cn=Ann,ou=c"]


def test_a_system_that_repairs_nothing_leaves_references_as_they_are(tree: System) -> None:
    tree.nature = Nature()
    tree.rename("a", "ou=c")
    assert tree.entries()["2"].values["boss"] == ["cn=Ann,ou=a"]


def test_what_is_removed_is_referred_to_no_longer(tree: System) -> None:
    tree.remove("1")
    assert tree.entries()["2"] == Stored("person", "2", "cn=Bob,ou=b", {"cn": ["Bob"]})


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (Write("add", "person", "1"), "cd-existing-object"),
        (Write("add", "person", "3", "CN=ann, ou=A"), "cd-existing-object"),
        (Write("update", "person", "3"), "cd-missing-object"),
        (Write("delete", "person", "3"), "cd-missing-object"),
        (Write("delete", "unit", "a"), "unsupported-container-delete"),
        (Write("update", "person", "2", new_name="cn=Ann,ou=a"), "rename-to-existing-dn"),
    ],
)
def test_it_refuses_what_cannot_be_and_stays_as_it_was(tree: System, write: Write, code: str) -> None:
    before = tree.entries()
    with pytest.raises(RefusalError) as refused:
        tree.answer(write)
    assert refused.value.code == code
    assert tree.entries() == before
    assert tree.journal()[-1] == (write.operation, write.anchor, write.name, code)
    assert tree.asked()[-1] == (write, code)


def test_values_are_set_added_and_removed(tree: System) -> None:
    tree.answer(Write("update", "person", "1", values={"cn": ["Anna"], "tags": ["a", "b"]}))
    tree.answer(Write("update", "person", "1", added={"tags": ["c", "a"]}, removed={"tags": ["b"], "other": ["x"]}))
    tree.answer(Write("update", "person", "1", values={"cn": []}))
    assert tree.entries()["1"].values == {"tags": ["a", "c"]}


def test_what_was_late_is_done_after_the_next_reading(tmp_path: Path) -> None:
    with System(tmp_path / "a.system", Nature(late=1)) as system:
        anchor = system.answer(Write("add", "person", None, values={"cn": ["Ann"]}))
        system.begin_reading()
        assert system.entries() == {}
        system.begin_reading()
        assert system.entries()[anchor].values == {"cn": ["Ann"]}


def test_it_outlives_whoever_opened_it(tree: System, tmp_path: Path) -> None:
    with System(tmp_path / "a.system") as again:
        assert again.nature == Nature(repairs=True)
        assert again.entries() == tree.entries()


def test_chance_depends_on_the_seed_and_on_what_was_asked_before(tmp_path: Path) -> None:
    def outcomes(file: str, seed: int) -> list[str]:
        with System(tmp_path / file, Nature(seed=seed, refuses=0.3, ignores=0.3, late=0.3)) as system:
            for _ in range(20):
                try:
                    system.answer(Write("add", "person", None))
                except RefusalError:
                    continue
            return [outcome for *_, outcome in system.journal()]

    assert outcomes("a", 1) == outcomes("b", 1)
    assert outcomes("a", 1) != outcomes("c", 2)
    assert set(outcomes("d", 3)) == {"done", "ignored", "late", "constraint-violation"}


def test_the_journal_says_what_was_made_and_under_which_anchor(tree: System) -> None:
    write = Write("add", "person", None, "cn=Cid,ou=a", values={"cn": ["Cid"]})
    anchor = tree.answer(write)
    assert tree.asked() == [(replace(write, anchor=anchor), "done")]


def test_a_copy_lives_a_life_of_its_own(tmp_path: Path) -> None:
    with System(tmp_path / "app.system", Nature(seed=3)) as system:
        system.put("user", {"cn": "Ann"}, anchor="1")
        with system.copy() as copy:
            copy.put("user", {"cn": "Bea"}, anchor="2")
            assert copy.nature == system.nature
            assert (sorted(copy.entries()), sorted(system.entries())) == (["1", "2"], ["1"])
