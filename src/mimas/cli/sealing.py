"""What ``mimas secrets`` does."""

import sys
import warnings
from getpass import GetPassWarning, getpass
from pathlib import Path

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, errors, instant, out, table
from mimas.configuration.apply import in_force
from mimas.configuration.problem import suggest
from mimas.configuration.sealed import sealed_in
from mimas.secrets.errors import SecretError
from mimas.secrets.keys import MAKE, TEXT, add_key, exposed, find_keys, key_file, make_key_file
from mimas.secrets.sealing import Keys
from mimas.secrets.secret import is_name, unfit
from mimas.store import sealed
from mimas.store.runs import now
from mimas.store.store import Store


def seal(installation: Installation, name: str) -> None:
    """Keep a secret. The database is made ready if need be: what a connector needs comes before the first try."""
    if not is_name(name):
        raise CommandError(
            "A name has letters, digits, '.', '_' and '-', 100 at most, and begins with a letter or digit."
        )
    store = installation.any_store
    store.prepare()
    keys = _keys(installation, store)
    value = asked(name)
    with store.transaction(durable=True) as tx:
        sealed.put(tx, name, keys.seal(name, value), now())
        closed = _closed(keys, sealed.everything(tx))
    out.print(f"{name} is sealed.", markup=False)
    if closed:
        text = f"Another key has sealed {', '.join(closed)}: nothing in {keys.place} opens them. Set them anew, too."
        errors.print(text, style="yellow", markup=False)


def listing(installation: Installation, *, json: bool) -> None:
    """The names, and nothing of what they stand for."""
    store = installation.store
    users = _users(store)
    with store.reading() as tx:
        found = [{"name": name, "set": at, "used_by": users.get(name, [])} for name, at in sealed.dates(tx)]
    if json:
        as_json(found)
    elif not found:
        out.print("No secret is sealed. `mimas secrets set NAME` seals one.", markup=False)
    else:
        table(("name", "set", "used by"), ((one["name"], instant(one["set"]), one["used_by"]) for one in found))


def remove(installation: Installation, name: str) -> None:
    """Forget a secret that nobody uses."""
    store = installation.store
    if users := _users(store).get(name):
        raise CommandError(
            f"{name} is used by {' and '.join(users)}. Nothing was removed: change the documents and apply them first."
        )
    with store.transaction(durable=True) as tx:
        known = sealed.everything(tx)
        if name not in known:
            raise CommandError(f"No sealed secret is called {name}; {suggest(name, known)}".rstrip("; "))
        sealed.remove(tx, name)
    out.print(f"{name} is removed.", markup=False)


def rotate(installation: Installation) -> None:
    """Seal every secret anew. It may break off anywhere: every key stays until a person takes it away."""
    store = installation.store
    with store.transaction(durable=True) as tx:
        before = sealed.everything(tx)
        if not before:
            raise CommandError("No secret is sealed, so there is nothing to seal anew.")
        keys = _newer(before)
        sealed.reseal(tx, {name: (old, keys.seal(name, keys.open(name, old))) for name, old in before.items()})
    out.print(
        f"Sealed anew with the first key in {keys.place}: {', '.join(sorted(before))}. The keys after it are needed "
        "for backups of the database made until now, and by runs that have begun; then take them away.",
        markup=False,
    )


def _keys(installation: Installation, store: Store) -> Keys:
    """The keys; for the first secret of all, a key file that is named and not there is made."""
    path = key_file()
    with store.reading() as tx:
        first = not sealed.everything(tx)
    if path and first and not path.exists():
        _made(path, installation.database_file)
    elif path and not path.exists():
        raise CommandError(
            f"The key file {path} is not there, and secrets are sealed with it. Put it back. If it is lost, make a new "
            f"key with `{MAKE}` and set every secret anew.",
            Exit.FAILED,
        )
    return find_keys()


def _made(path: Path, database: Path | None) -> None:
    if unsafe := exposed(path, database):
        raise CommandError(f"{unsafe} Nothing was sealed.")
    try:
        make_key_file(path)
    except FileExistsError:
        return  # somebody else was as quick
    except OSError as error:
        raise CommandError(
            f"No key file can be made at {path}: {error.strerror}. Make its folder, in which the account that Mimas "
            "runs as may read it, or name another one.",
            Exit.FAILED,
        ) from None
    errors.print(
        f"A key was made: {path}. Keep a copy where the backups of the database are not: without it the sealed secrets "
        "are lost.",
        markup=False,
    )


def _newer(secrets: dict[str, str]) -> Keys:
    """Keys of which the first has not sealed all of these yet; a new one where there is none such."""
    keys = find_keys()
    if closed := _closed(keys, secrets):
        raise CommandError(
            f"Nothing in {keys.place} opens {', '.join(closed)}. Nothing was changed: add the key that sealed them, or "
            "set them anew first.",
            Exit.FAILED,
        )
    if not all(keys.is_newest(name, value) for name, value in secrets.items()):
        return keys
    path = key_file()
    if path is None:
        raise CommandError(
            f"The first key in {TEXT} has sealed every secret already. Put a new one before it, with a space between, "
            f"and run this again: `{MAKE}` makes one."
        )
    try:
        add_key(path)
    except OSError as error:
        raise CommandError(
            f"No key can be added to {keys.place}: {error.strerror}. Nothing was changed. Put a new one on a line "
            f"before the others and run this again: `{MAKE}` makes one.",
            Exit.FAILED,
        ) from None
    return find_keys()


def _closed(keys: Keys, secrets: dict[str, str]) -> list[str]:
    """The names of those that none of the keys opens."""
    closed = []
    for name, value in sorted(secrets.items()):
        try:
            keys.open(name, value)
        except SecretError:
            closed.append(name)
    return closed


def _users(store: Store) -> dict[str, list[str]]:
    """Name → the documents in force that name it: ``Connector ad``."""
    users: dict[str, list[str]] = {}
    for document, _, name in sealed_in(in_force(store)):
        users.setdefault(name, []).append(f"{document.kind} {document.name}")
    return {name: sorted(set(found)) for name, found in users.items()}


def asked(name: str, undone: str = "Nothing was sealed.") -> str:
    """The secret: typed twice without an echo, or all of standard input but the line end at its end."""
    if sys.stdin.isatty():
        value = _typed(f"{name}: ")
        if value != _typed("The same again: "):
            raise CommandError(f"These were two different ones. {undone}")
    else:
        try:
            value = sys.stdin.buffer.read().decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise CommandError(f"Standard input is not UTF-8 text. {undone}") from None
    if not value or unfit(value):
        said = "holds a character that no system takes" if value else "is empty"
        raise CommandError(f"The secret {said}. {undone}")
    return value


def _typed(prompt: str) -> str:
    with warnings.catch_warnings():
        # Where the echo cannot be switched off, the secret would stand on the screen.
        warnings.simplefilter("error", GetPassWarning)
        try:
            return getpass(prompt)
        except (GetPassWarning, EOFError):
            raise CommandError("The secret cannot be asked for here. Give it on standard input.") from None
