"""Batches come to the end of a change file, each once."""

import os
from pathlib import Path

import pytest

from mimas.connectors.changefile import ChangeFile
from mimas.connectors.contract import ConnectorError

HEAD, ONE, TWO = b"head\n", b"one\n", b"two\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.csv"


def beside(path: Path) -> list[str]:
    return sorted(one.name.rpartition(".")[2] for one in path.parent.glob(".*"))


def test_a_batch_is_there_when_it_is_handed_over_and_a_new_file_has_its_head(path: Path) -> None:
    name = ChangeFile(path).put(ONE)
    assert not path.exists()
    assert beside(path) == ["mimas-batch"]
    ChangeFile(path).hand_over(name, HEAD)
    ChangeFile(path).hand_over(ChangeFile(path).put(TWO), HEAD)
    assert path.read_bytes() == HEAD + ONE + TWO
    assert beside(path) == []


def test_a_batch_comes_once_however_often_it_is_handed_over(path: Path) -> None:
    name = ChangeFile(path).put(ONE)
    for _ in range(3):
        ChangeFile(path).hand_over(name, HEAD)
    assert path.read_bytes() == HEAD + ONE


def test_what_was_put_ready_and_is_not_asked_for_is_dropped(path: Path) -> None:
    ChangeFile(path).put(ONE)
    other = ChangeFile(path.with_name("out.csv.more"))
    theirs = other.put(TWO)
    ChangeFile(path).hand_over("", HEAD)
    assert not path.exists()
    other.hand_over(theirs, HEAD)
    assert other.path.read_bytes() == HEAD + TWO


def test_what_an_earlier_batch_has_left_says_nothing_of_this_one(path: Path) -> None:
    path.write_bytes(HEAD + ONE)
    os.link(path, path.with_name(f".{path.name}.abc-5.mimas-begun"))
    ChangeFile(path).hand_over(ChangeFile(path).put(TWO), HEAD)
    assert path.read_bytes() == HEAD + ONE + TWO
    assert beside(path) == []


class TestAfterAKill:
    """The batch is still there, and the file was begun to be appended to."""

    @pytest.fixture(params=[b"", HEAD + ONE])
    def before(self, request: pytest.FixtureRequest, path: Path) -> bytes:
        before: bytes = request.param
        if before:
            path.write_bytes(before)
        return before

    def left(self, path: Path, before: bytes, written: bytes) -> str:
        """As a kill leaves it that comes when so much is written."""
        name = ChangeFile(path).put(TWO)
        path.write_bytes(before + written)
        os.link(path, path.with_name(f".{path.name}.{name}-{len(before)}.mimas-begun"))
        return name

    def whole(self, before: bytes) -> bytes:
        return (b"" if before else HEAD) + TWO

    @pytest.mark.parametrize("part", [0, 1, 5, 7])
    def test_a_part_is_taken_out_and_all_of_it_appended(self, path: Path, before: bytes, part: int) -> None:
        name = self.left(path, before, self.whole(before)[:part] if part < len(self.whole(before)) else b"t")
        ChangeFile(path).hand_over(name, HEAD)
        assert path.read_bytes() == before + self.whole(before)
        assert beside(path) == []

    def test_what_is_whole_stays(self, path: Path, before: bytes) -> None:
        name = self.left(path, before, self.whole(before))
        ChangeFile(path).hand_over(name, HEAD)
        assert path.read_bytes() == before + self.whole(before)
        assert beside(path) == []

    @pytest.mark.parametrize("deleted", [False, True])
    def test_another_program_may_have_taken_it_away_whole(self, path: Path, before: bytes, deleted: bool) -> None:
        name = self.left(path, before, self.whole(before))
        path.unlink() if deleted else path.rename(path.with_name("taken"))
        ChangeFile(path).hand_over(name, HEAD)
        assert not path.exists()

    def test_another_program_may_have_taken_away_a_part_of_it(self, path: Path, before: bytes) -> None:
        name = self.left(path, before, self.whole(before)[:2])
        taken = path.rename(path.with_name("taken"))
        ChangeFile(path).hand_over(name, HEAD)
        assert taken.read_bytes() == before
        assert path.read_bytes() == HEAD + TWO


def test_a_file_that_somebody_else_left_without_a_line_end_is_told(path: Path) -> None:
    assert not ChangeFile(path).has_lines()
    path.write_bytes(b"")
    assert not ChangeFile(path).has_lines()
    path.write_bytes(HEAD)
    assert ChangeFile(path).has_lines()
    path.write_bytes(b"hea")
    with pytest.raises(ConnectorError, match="middle of a line"):
        assert ChangeFile(path).has_lines()


class TestWithAnEnd:
    """A file that is one element, as of XML: batches come before its end."""

    END = b"</end>\n"

    def test_each_batch_comes_before_it(self, path: Path) -> None:
        for batch in (ONE, TWO):
            ChangeFile(path).hand_over(ChangeFile(path).put(batch), HEAD, self.END)
            assert path.read_bytes().endswith(batch + self.END)
        assert path.read_bytes() == HEAD + ONE + TWO + self.END
        assert beside(path) == []

    @pytest.mark.parametrize("part", range(1 + len(TWO + END)))
    def test_after_a_kill_it_is_there_again(self, path: Path, part: int) -> None:
        before = HEAD + ONE
        name = ChangeFile(path).put(TWO)
        whole = TWO + self.END
        path.write_bytes(before + whole[:part] + self.END[part:])
        os.link(path, path.with_name(f".{path.name}.{name}-{len(before)}.mimas-begun"))
        ChangeFile(path).hand_over(name, HEAD, self.END)
        assert path.read_bytes() == before + whole
        assert beside(path) == []

    @pytest.mark.parametrize("part", range(len(TWO + END)))
    def test_what_another_program_has_taken_away_has_its_end_again(self, path: Path, part: int) -> None:
        before = HEAD + ONE
        name = ChangeFile(path).put(TWO)
        path.write_bytes(before + (TWO + self.END)[:part] + self.END[part:])
        os.link(path, path.with_name(f".{path.name}.{name}-{len(before)}.mimas-begun"))
        taken = path.rename(path.with_name("taken"))
        ChangeFile(path).hand_over(name, HEAD, self.END)
        assert taken.read_bytes() == before + self.END
        assert path.read_bytes() == HEAD + TWO + self.END

    def test_a_full_disk_leaves_the_file_as_it_was(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        ChangeFile(path).hand_over(ChangeFile(path).put(ONE), HEAD, self.END)
        name = ChangeFile(path).put(TWO)

        def refuse(_: int) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refuse)
            with pytest.raises(ConnectorError, match="No space left"):
                ChangeFile(path).hand_over(name, HEAD, self.END)
        assert path.read_bytes() == HEAD + ONE + self.END
        ChangeFile(path).hand_over(name, HEAD, self.END)
        assert path.read_bytes() == HEAD + ONE + TWO + self.END

    def test_a_file_without_it_is_left_alone(self, path: Path) -> None:
        path.write_bytes(HEAD + ONE)
        name = ChangeFile(path).put(TWO)
        with pytest.raises(ConnectorError, match="does not end with </end>"):
            ChangeFile(path).hand_over(name, HEAD, self.END)
        assert path.read_bytes() == HEAD + ONE
        path.unlink()
        ChangeFile(path).hand_over(name, HEAD, self.END)
        assert path.read_bytes() == HEAD + TWO + self.END


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="cannot be written"):
        ChangeFile(tmp_path / "no" / "out.csv").put(ONE)


def test_a_file_system_without_links_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    ChangeFile(path).hand_over(ChangeFile(path).put(ONE), HEAD)
    assert path.read_bytes() == HEAD + ONE
