import io
import re
import sys
from pathlib import Path

import pytest

from tests.unit.cli.shell import Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    made = Shell(tmp_path, monkeypatch)
    made.write("mimas.toml", '[mimas]\npublic_url = "https://id.example.com/"\n')
    made.write("documents/types.yaml", "kind: ObjectType\nname: person\nattributes:\n  accountName: string, indexed\n")
    made.done("config", "apply")
    made.done("request", "create", "person", "accountName=ann")
    return made


def types(shell: Shell, text: str) -> None:
    shell.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_a_link(shell: Shell) -> None:
    for who in ([], ["person/ann"]):
        said = shell.done("sign-in", "link", *who)
        assert re.match(
            r"https://id\.example\.com/sign-in/[\w-]{43}\nIt is good for one sign-in within 15 minutes\.", said
        )
    assert "There is no person 'bob'" in shell("sign-in", "link", "person/bob").err


def test_a_password(shell: Shell) -> None:
    types(shell, "three old ferries\n")
    assert shell.done("sign-in", "password", "person/ann") == "The password of person/ann was set.\n"
    types(shell, "too short")
    said = shell("sign-in", "password", "person/ann")
    assert (
        "The password of person/ann was not changed. A password has 15 to 200 characters; this one has 9." in said.err
    )
    assert shell.done("sign-in", "end", "person/ann") == "0 sessions were ended. The password was taken away.\n"
    assert shell.done("sign-in", "end", "person/ann") == "0 sessions were ended. There was no password.\n"
