from collections.abc import Iterator

import pytest

from mimas.authentication.passwords import PasswordError, set_password, verified
from mimas.store import credentials
from mimas.store.store import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def test_only_the_last_one_lets_in(store: Store) -> None:
    with store.transaction() as tx:
        for password in ("the first of them all", "and another one then"):
            set_password(tx, 7, password)
        assert verified(tx, 7, "and another one then")
        assert not verified(tx, 7, "the first of them all")
        assert not verified(tx, 8, "and another one then")
        assert not verified(tx, None, "nobody has this one")


def test_it_is_kept_as_argon2_makes_of_it(store: Store) -> None:
    with store.transaction() as tx:
        set_password(tx, 7, "the first of them all")
        kept = credentials.secret(tx, 7, "password")
        assert kept is not None
        assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert "first" not in kept


def test_the_same_keys_give_the_same_password(store: Store) -> None:
    with store.transaction() as tx:
        set_password(tx, 7, "ﬁfteen Ångströms")
        assert verified(tx, 7, "fifteen Ångströms")


@pytest.mark.parametrize("password", ["", "fourteen-marks", "x" * 201])
def test_what_is_too_short_or_too_long(store: Store, password: str) -> None:
    with (
        store.transaction() as tx,
        pytest.raises(PasswordError, match=f"15 to 200 characters; this one has {len(password)}"),
    ):
        set_password(tx, 7, password)
