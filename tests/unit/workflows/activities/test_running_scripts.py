"""Scripts that workflows run."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.workflows.activities.conftest import Staffed
from tests.unit.workflows.conftest import update


@pytest.fixture
def scripts(office: Staffed, tmp_path: Path) -> Path:
    """The folder of the home's scripts."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    office.requests.scripts = folder
    return folder


def _write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def _run(name: str, **others: Any) -> dict[str, Any]:
    return {"activity": "RunScript", "script": name, "tries": 1, **others}


def test_json_in_and_json_out(office: Staffed, scripts: Path) -> None:
    _write(scripts, "grade.sh", f"cat > {scripts}/given", 'echo \'{"grade": 4, "words": ["a", "b"], "more": "x"}\'')
    given = {"who": "[//Target/displayName]", "team": "[//Queries/team]", "none": "[//Target/skills]"}
    office.happen(
        _run("grade.sh", input=given, queries={"team": "/person[department = 'IT']"}, outputs=["grade", "words"]),
        update("[//Target/grade]", "[//WorkflowData/grade]"),
        update("[//Target/skills]", "[//WorkflowData/words]"),
        update("[//Target/mobile]", "[//WorkflowData/more]", allow_null=False),
    )
    ann = office.values("Ann")
    assert (ann["grade"], ann["skills"], ann["mobile"]) == ([4], ["a", "b"], ["7"])
    assert (scripts / "given").read_text() == f'{{"none": null, "team": {office.ids["Ada"]}, "who": "Ann"}}'


def test_arguments_are_no_shell(office: Staffed, scripts: Path) -> None:
    _write(scripts, "echo.sh", f'printf %s "$1" > {scripts}/given')
    office.modify(None, "Ann", "displayName=$(id); `id` && x")
    office.happen(_run("echo.sh", arguments=["[//Target/displayName]"]))
    assert (scripts / "given").read_text() == "$(id); `id` && x"


def test_it_gets_no_secrets_of_the_process(office: Staffed, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIMAS_KEY", "confidential")
    _write(scripts, "env.sh", f"env > {scripts}/given")
    office.happen(_run("env.sh"))
    assert "confidential" not in (scripts / "given").read_text()
    assert "PATH=" in (scripts / "given").read_text()


@pytest.mark.parametrize("name", ["../evil.sh", "sub/evil.sh", "link.sh", "[//Target/mobile]", ".hidden", "/bin/sh"])
def test_nothing_but_a_file_of_the_folder(office: Staffed, scripts: Path, name: str) -> None:
    for path in (scripts.parent / "evil.sh", scripts / "sub" / "evil.sh"):
        path.parent.mkdir(exist_ok=True)
        _write(path.parent, path.name, f"touch {scripts}/done")
    (scripts / "link.sh").symlink_to(scripts.parent / "evil.sh")
    office.happen(_run(name))
    assert not (scripts / "done").exists()
    assert office.statuses() == ["Suspended"]


def test_a_failure_is_told_and_not_tried_again(office: Staffed, scripts: Path) -> None:
    _write(scripts, "fail.sh", f"echo x >> {scripts}/count", "echo 'no such mailbox' >&2", "exit 3")
    office.happen(_run("fail.sh", tries=5))
    office.later(hours=1)
    assert office.detail() == "fail.sh has failed with the code 3: no such mailbox."
    assert (scripts / "count").read_text() == "x\n"


def test_what_may_be_repeated_is_tried_again(office: Staffed, scripts: Path) -> None:
    _write(scripts, "fail.sh", f"echo x >> {scripts}/count", f"test $(wc -l < {scripts}/count) -ge 3")
    office.happen(_run("fail.sh", tries=5, repeatable=True))
    for _ in range(4):
        office.later(hours=1)
    assert office.statuses() == ["Completed"]
    assert (scripts / "count").read_text() == "x\nx\nx\n"


def test_it_is_ended_when_it_takes_too_long(office: Staffed, scripts: Path) -> None:
    _write(scripts, "slow.sh", f"sleep 60 & echo $! > {scripts}/child", "wait")
    office.happen(_run("slow.sh", timeout="1 second"))
    assert "it took longer than 0:00:01" in office.detail()
    child = Path("/proc", (scripts / "child").read_text().strip(), "stat")
    assert not child.exists() or child.read_text().split()[2] == "Z", "it runs on"


def test_it_is_ended_when_it_writes_too_much(office: Staffed, scripts: Path) -> None:
    _write(scripts, "loud.sh", "yes")
    office.happen(_run("loud.sh", timeout="1 minute"))
    assert "wrote more than 1,048,576 bytes" in office.detail()


@pytest.mark.parametrize(
    ("text", "said"), [("hello", "no JSON"), ("[1]", "no object"), ('{"a": {"b": 1}}', "no value")]
)
def test_what_it_writes_has_to_be_an_object_of_values(office: Staffed, scripts: Path, text: str, said: str) -> None:
    _write(scripts, "say.sh", f"echo '{text}'")
    office.happen(_run("say.sh"))
    assert said in office.detail()


def test_a_script_that_is_not_there(office: Staffed, scripts: Path) -> None:
    office.happen(_run("gone.sh"))
    assert "There is no file gone.sh in" in office.detail()


def test_what_cannot_be_executed(office: Staffed, scripts: Path) -> None:
    _write(scripts, "plain.sh", "exit 0").chmod(0o644)
    office.happen(_run("plain.sh"))
    assert "chmod +x" in office.detail()


def test_powershell_where_it_is(office: Staffed, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(scripts, "set.ps1", "exit 0")
    monkeypatch.setenv("PATH", "/nowhere")
    office.happen(_run("set.ps1"))
    assert "install `pwsh`" in office.detail()
    folder = scripts.parent / "bin"
    folder.mkdir()
    _write(folder, "pwsh", f'echo "$@" > {scripts}/given')
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    office.modify("Max", "Ann", "mobile=8")
    office.worker.work()
    assert (scripts / "given").read_text() == f"-NoLogo -NoProfile -NonInteractive -File {scripts}/set.ps1\n"


def test_after_a_death_it_is_not_run_again(office: Staffed, scripts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mimas.workflows.activities.scripts import RunScript

    class Death(BaseException):
        """The process dies."""

    def die(*_: Any) -> Any:
        raise Death

    _write(scripts, "once.sh", f"echo x >> {scripts}/count")
    with monkeypatch.context() as patch:
        patch.setattr(RunScript, "act", die)
        with pytest.raises(Death):
            office.happen(_run("once.sh", tries=5))
    office.later(hours=1)
    assert not (scripts / "count").exists()
    assert "It is not known how far it came" in office.detail()
