"""`mimas secrets`: kept sealed, used by connectors and mails, and found nowhere in clear."""

import base64
import getpass
import io
import json
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from mimas.cli.installation import Installation
from mimas.mail.sending import MailError, send
from mimas.secrets.keys import add_key
from mimas.store.store import Store
from tests.servers.mailbox import PASSWORD, certify, mailbox
from tests.unit.cli.shell import Said, Shell

TOKEN = "hunter2-Qx7!"
APP = """\
kind: Connector
name: app
type: scim
settings:
  url: http://127.0.0.1:{port}/scim
  token: {{sealed: app-token}}
objects:
  User: {{anchor: [id], attributes: {{id: string, userName: string}}}}
---
kind: RunProfile
name: app
steps: [import app, sync]
"""


class _Answers(BaseHTTPRequestHandler):
    refuses: ClassVar[bool] = False

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "")
        good = given == f"Bearer {TOKEN}" and not self.refuses
        # There are services that repeat what they refuse.
        error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "401", "detail": f"No: {given}"}
        people = {"totalResults": 1, "Resources": [{"id": "1", "userName": "ann"}]}
        body = json.dumps(people if good else error).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    _Answers.refuses = False
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def keyed(used: Shell, tmp_path: Path) -> Shell:
    """A home whose key file is named, and not there yet."""
    used.monkeypatch.delenv("MIMAS_KEY", raising=False)
    used.set("MIMAS_KEY_FILE", str(tmp_path / "key"))
    return used


def given(shell: Shell, value: str | bytes, *command: str) -> Said:
    """Type a command that is given something on its standard input."""
    data = value.encode() if isinstance(value, str) else value
    shell.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return shell(*command)


def sealed(shell: Shell) -> dict[str, str]:
    with closing(Store(f"sqlite:///{shell.home / 'mimas.db'}")) as store, store.transaction() as tx:
        return dict(tx.rows("SELECT name, sealed FROM secret"))


def test_a_sealed_secret_is_used_and_is_left_nowhere_in_clear(keyed: Shell, tmp_path: Path, port: int) -> None:
    said = [given(keyed, f"{TOKEN}\n", "secrets", "set", "app-token")]
    assert (said[0].code, "app-token is sealed" in said[0].out) == (0, True)
    assert "A key was made" in said[0].err
    keyed.write("documents/app.yaml", APP.format(port=port))
    drop = str(keyed.home / "app.jsonl")
    commands = ["check", "config apply", "check", f"import app --to {drop}"]
    said += [keyed(*command.split()) for command in commands]
    assert [one.code for one in said] == [0, 5, 0, 0, 0], said
    _Answers.refuses = True
    commands = ["run app", "connector test app", "runs --json", "runs", "status --json", "secrets list --json", "check"]
    said += [keyed(*command.split()) for command in commands]
    number = keyed("runs", "--json").json[0]["id"]
    said += [keyed("runs", str(number)), keyed("runs", str(number), "--json")]
    assert "401" in said[-1].out
    left = {str(path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    left |= {f"command {index}": f"{one.out}{one.err}".encode() for index, one in enumerate(said)}
    assert any(path.endswith("mimas.db") for path in left)
    key = left.pop(str(tmp_path / "key")).strip()
    for form in (TOKEN.encode(), base64.b64encode(TOKEN.encode()), TOKEN.encode().hex().encode(), key):
        assert [path for path, data in left.items() if form in data] == []


def test_what_a_document_names_is_checked_and_told_with_the_connector(keyed: Shell, tmp_path: Path, port: int) -> None:
    keyed.write("documents/app.yaml", APP.format(port=port))
    place = f"documents/app.yaml:{keyed.line('documents/app.yaml', 'token:')}: warning: app: "
    said = keyed("check")
    assert (said.code, f"{place}the sealed secret 'app-token' is not set" in said.err) == (5, True), said
    said = keyed("config", "apply")
    assert (said.code, "mimas secrets set app-token" in said.err) == (0, True)
    said = keyed("import", "app")
    assert said.code == 1
    assert "Connector app: the sealed secret 'app-token' is not set. Set it: `mimas secrets set app-token`." in said.out
    given(keyed, TOKEN, "secrets", "set", "app-token")
    assert keyed("check").err == ""
    (tmp_path / "key").chmod(0o644)
    assert "MIMAS_KEY_FILE: warning: the key file" in keyed("check").err
    (tmp_path / "key").rename(tmp_path / "away")
    assert f"{place}the sealed secret 'app-token' cannot be opened: the key file" in keyed("check").err
    keyed.monkeypatch.delenv("MIMAS_KEY_FILE")
    assert "cannot be opened: no key is there: neither MIMAS_KEY_FILE nor" in keyed("check").err
    said = keyed("connector", "test", "app")
    assert (said.code, "Connector app: the sealed secret 'app-token' cannot be opened" in said.err) == (1, True)


def test_names_are_listed_and_removed_once_nobody_uses_them(keyed: Shell, port: int) -> None:
    assert "No secret is sealed" in keyed.done("secrets", "list")
    for name in ("app-token", "old"):
        assert given(keyed, TOKEN, "secrets", "set", name).code == 0
    keyed.write("documents/app.yaml", APP.format(port=port))
    keyed.done("config", "apply")
    listed = keyed("secrets", "list", "--json").json
    assert [(one["name"], one["used_by"]) for one in listed] == [("app-token", ["Connector app"]), ("old", [])]
    assert "Connector app" in keyed.done("secrets", "list")
    said = keyed("secrets", "remove", "app-token")
    assert (said.code, "app-token is used by Connector app" in said.err) == (2, True)
    said = keyed("secrets", "remove", "odl")
    assert (said.code, "did you mean 'old'?" in said.err) == (2, True)
    keyed.done("secrets", "remove", "old")
    assert set(sealed(keyed)) == {"app-token"}


def test_a_home_that_was_never_applied_takes_secrets(new: Shell, tmp_path: Path) -> None:
    new.set("MIMAS_KEY_FILE", str(tmp_path / "key"))
    assert given(new, TOKEN, "secrets", "set", "app-token").code == 0
    new.done("config", "apply")
    assert set(sealed(new)) == {"app-token"}


def test_rotating_makes_a_new_key_and_old_backups_stay_readable(keyed: Shell, tmp_path: Path, port: int) -> None:
    assert keyed("secrets", "rotate").code == 2
    for name in ("app-token", "other"):
        given(keyed, TOKEN, "secrets", "set", name)
    old, first = sealed(keyed), (tmp_path / "key").read_text()
    assert "app-token, other" in keyed.done("secrets", "rotate")
    new, keys = sealed(keyed), (tmp_path / "key").read_text()
    assert keys.endswith(first)
    assert len(keys.split()) == 2
    assert all(old[name] != new[name] for name in old)
    # With the new key alone everything works; the old one opens none of it.
    keyed.write("documents/app.yaml", APP.format(port=port))
    (tmp_path / "key").write_text(keys.split()[0])
    assert keyed("check").err == ""
    (tmp_path / "key").write_text(first)
    assert "cannot be opened: it was sealed with another key" in keyed("check").err
    said = keyed("secrets", "rotate")
    assert (said.code, "opens app-token, other. Nothing was changed" in said.err) == (1, True)
    assert sealed(keyed) == new


def test_a_rotation_that_broke_off_goes_on_with_the_key_it_had_made(keyed: Shell, tmp_path: Path) -> None:
    given(keyed, TOKEN, "secrets", "set", "app-token")
    add_key(tmp_path / "key")
    keys = (tmp_path / "key").read_text()
    keyed.done("secrets", "rotate")
    assert (tmp_path / "key").read_text() == keys


def test_a_key_in_the_environment_is_rotated_by_who_sets_it(keyed: Shell) -> None:
    keyed.monkeypatch.delenv("MIMAS_KEY_FILE")
    said = given(keyed, TOKEN, "secrets", "set", "app-token")
    assert (said.code, "no key is there" in said.err) == (1, True)
    one, two = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    keyed.set("MIMAS_KEY", one)
    assert given(keyed, TOKEN, "secrets", "set", "app-token").code == 0
    said = keyed("secrets", "rotate")
    assert (said.code, "Put a new one before it" in said.err) == (2, True)
    keyed.set("MIMAS_KEY", f"{two} {one}")
    keyed.done("secrets", "rotate")
    keyed.set("MIMAS_KEY", two)
    keyed.write("documents/app.yaml", APP.format(port=1))
    assert keyed("check").err == ""


def test_no_key_is_made_beside_the_database_nor_in_place_of_a_lost_one(keyed: Shell, tmp_path: Path) -> None:
    keyed.set("MIMAS_KEY_FILE", str(keyed.home / "secret.key"))
    said = given(keyed, TOKEN, "secrets", "set", "app-token")
    assert (said.code, "lies in the folder of the database" in said.err) == (2, True)
    assert (sealed(keyed), (keyed.home / "secret.key").exists()) == ({}, False)
    keyed.set("MIMAS_KEY_FILE", str(tmp_path / "no" / "key"))
    assert "No key file can be made" in given(keyed, TOKEN, "secrets", "set", "app-token").err
    keyed.set("MIMAS_KEY_FILE", str(tmp_path / "key"))
    given(keyed, TOKEN, "secrets", "set", "app-token")
    (tmp_path / "key").unlink()
    said = given(keyed, TOKEN, "secrets", "set", "app-token")
    assert (said.code, "Put it back" in said.err, (tmp_path / "key").exists()) == (1, True, False)


def test_a_lost_key_is_told_until_every_secret_is_set_anew(keyed: Shell, tmp_path: Path) -> None:
    for name in ("app-token", "other"):
        given(keyed, TOKEN, "secrets", "set", name)
    (tmp_path / "key").write_text(base64.b64encode(os.urandom(32)).decode())
    said = given(keyed, TOKEN, "secrets", "set", "app-token")
    assert (said.code, "Another key has sealed other" in said.err) == (0, True)
    assert "Another key" not in given(keyed, TOKEN, "secrets", "set", "other").err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("app token", TOKEN, "A name has letters"),
        ("app-token", "", "is empty"),
        ("app-token", "\r\n", "is empty"),
        ("app-token", b"hunter2\xff", "is not UTF-8"),
        ("app-token", "hunter2\0", "no system takes"),
    ],
)
def test_what_is_no_secret_is_refused(keyed: Shell, name: str, value: str | bytes, said: str) -> None:
    found = given(keyed, value, "secrets", "set", name)
    assert (found.code, said in found.err, "hunter2" in found.err) == (2, True, False)
    assert sealed(keyed) == {}


def test_a_person_types_it_twice_and_no_argument_holds_it(keyed: Shell) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter([TOKEN, TOKEN, TOKEN, "another"])
    keyed.monkeypatch.setattr(sys, "stdin", Terminal())
    keyed.monkeypatch.setattr("mimas.cli.sealing.getpass", lambda _: next(typed))
    keyed.done("secrets", "set", "app-token")
    before = sealed(keyed)
    said = keyed("secrets", "set", "app-token")
    assert (said.code, "two different ones" in said.err) == (2, True)
    assert keyed("secrets", "set", "app-token", TOKEN).code == 2

    def echoing(_: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=1)
        return TOKEN

    keyed.monkeypatch.setattr("mimas.cli.sealing.getpass", echoing)
    said = keyed("secrets", "set", "app-token")
    assert (said.code, "Give it on standard input" in said.err) == (2, True)
    assert sealed(keyed) == before


def test_a_sealed_secret_on_postgresql(new: Shell, tmp_path: Path, postgresql_url: str, port: int) -> None:
    # The store is elsewhere, so here the home is a place for the key.
    new.set("MIMAS_DATABASE", postgresql_url)
    new.set("MIMAS_KEY_FILE", str(new.home / "secret.key"))
    new.write("documents/app.yaml", APP.format(port=port))
    for value in ("first", TOKEN):
        assert given(new, value, "secrets", "set", "app-token").code == 0
    assert new("config", "apply").err == ""
    new.done("secrets", "rotate")
    new.done("import", "app")
    assert [one["name"] for one in new("secrets", "list", "--json").json] == ["app-token"]


def test_mails_are_sent_with_a_sealed_password_even_while_the_database_is_away(keyed: Shell, tmp_path: Path) -> None:
    certificate = certify(tmp_path)
    with mailbox(certificate) as box:
        text = f"kind: Mail\nname: post\nhost: 127.0.0.1\nport: {box.port}\nfrom: mimas@example.com\n"
        keyed.write("documents/post.yaml", f"{text}ca_file: {certificate}\nuser: mimas\npassword: {{sealed: post}}\n")
        assert (
            "documents/post.yaml:8: warning: post: the sealed secret 'post' is not set" in keyed("config", "apply").err
        )
        said = keyed("mail", "it@example.com")
        assert (said.code, "for want of its password: the sealed secret 'post' is not set" in said.err) == (1, True)
        given(keyed, PASSWORD, "secrets", "set", "post")
        keyed.done("mail", "it@example.com")
        assert keyed("secrets", "list", "--json").json[0]["used_by"] == ["Mail post"]
        installation = Installation(keyed.home)
        server = installation.engine.setup.mail
        installation.close()
        assert server is not None
        (keyed.home / "mimas.db").unlink()
        send(server, ["it@example.com"], "The database is away", "")
        assert box.subjects[-1] == "The database is away"
        (tmp_path / "key").unlink()
        with pytest.raises(MailError, match=r"sealed secret 'post' cannot be opened: the key file"):
            send(server, ["it@example.com"], "Nothing", "")
