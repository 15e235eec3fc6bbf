"""`grant`, `grants`, `revoke`: a reference value for a time; `learned`: how a system alters values."""

from tests.unit.cli.shell import Shell


def test_a_grant_is_given_listed_and_revoked(used: Shell) -> None:
    said = used.done("grant", "person", "1003", "manager", "1001", "--until", "2099-12-31", "--reason", "ticket 815")
    assert "grant 1:" in said
    assert "until 2099-12-31" in said
    used.done("sync")
    assert "(grant)" in used.done("show", "person", "1003")
    (listed,) = used("grants", "--json").json
    assert (listed["attribute"], listed["reason"], listed["from"]) == ("manager", "ticket 815", None)
    assert listed["until"] > "2099-12-31"
    assert "ticket 815" in used.done("grants")
    assert "has ended" in used.done("revoke", "1")
    used.done("sync")
    assert "(grant)" not in used.done("show", "person", "1003")
    assert "Nothing is granted" in used.done("grants")


def test_what_cannot_be_granted_is_told(used: Shell) -> None:
    assert "no reference 'mail'" in used("grant", "person", "1003", "mail", "1001").err
    assert "is no date" in used("grant", "person", "1003", "manager", "1001", "--until", "tomorrow").err
    assert "not in the past" in used("grant", "person", "1003", "manager", "1001", "--until", "2001-01-01").err
    assert "no grant 7" in used("revoke", "7").err


def test_nothing_was_learned(used: Shell) -> None:
    assert "Nothing has been learned" in used.done("learned")
    assert used("learned", "--json").json == []
    assert "Nothing was learned of mail" in used("learned", "forget", "hr", "mail").err
