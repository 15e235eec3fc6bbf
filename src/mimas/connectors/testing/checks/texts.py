"""Any text comes back as it was, or is refused: in values, in names, in references to those names."""

from collections.abc import Sequence

from mimas.connectors.testing.check import FailedError, UntriedError, check, ensure, listed, short
from mimas.connectors.testing.terms import TERMS
from mimas.connectors.testing.trial import Thing, Trial
from mimas.schema import names
from mimas.schema.values import many

_SCRIPTS = (
    "Zoë", "Zoe\u0308", "李小龍", "Ольга", "שָׁלוֹם", "مُحَمَّد", "\u202eabc", "👩‍💻", "ẞß", "İı", "𝔘", "a\u200bb", "ﬁ",
)  # fmt: skip
"""Composed and decomposed, from right to left, beyond 16 bits, and what changes with its case or form."""
_SIGNS = (
    '"quoted"', 'a"b', "O'Brien", "a,b", "a;b", "a+b", "a\\b", "a\\", "a|b", "#a", "a=b", "<a>", "a/b", "../a", "a%20b",
    "*", "(a)", "a@b", "a:b", ": a", "&amp;", "=1+1", "null", "NULL", "true", "007", "1e5", "-",
)  # fmt: skip
_BLANKS = (" a", "a ", "a  b", " ", "\u00a0c", "\u3000")
_CONTROLS = ("two\nlines", "a\rb", "a\r\nb", "end\n", "tab\tbed", "a\x1bb", "\u2028c", "\ufeffd")
_NULS = ("a\0b", "\0")
_LENGTHS = tuple(character * length for length in (300, 5_000, 70_000, 200_000) for character in "aü")
"""Longer than a column or the name of a file, than 16 bits, than what the csv module reads at first."""


@check(offers="text")
def values_of_any_script(trial: Trial) -> None:
    """Values in any script come back as they were, composed or not, or are refused."""
    _in_values(trial, _SCRIPTS)


@check(offers="text")
def values_with_signs(trial: Trial) -> None:
    """Values with quotes, commas, backslashes and the like come back as they were, or are refused."""
    _in_values(trial, _SIGNS)


@check(offers="text")
def values_with_blanks(trial: Trial) -> None:
    """Values with blanks around them come back with them, or are refused."""
    _in_values(trial, _BLANKS)


@check(offers="text")
def values_with_controls(trial: Trial) -> None:
    """Values with line ends and other controls come back as they were, or are refused."""
    _in_values(trial, _CONTROLS)


@check(offers="text")
def values_with_nul(trial: Trial) -> None:
    """Values with a NUL are refused, or come back whole; other objects are written."""
    _in_values(trial, _NULS)


@check(offers="text")
def values_of_any_length(trial: Trial) -> None:
    """Long values come back whole, or are refused."""
    _in_values(trial, _LENGTHS)


def _in_values(trial: Trial, texts: Sequence[str]) -> None:
    one, several = trial.subject.text, trial.subject.texts
    people = [trial.person().having(one, text) for text in texts]
    if several:
        people.append(trial.person().having(several, many([*texts, "a"])))
    plain = trial.person()
    done = trial.send(*((None, each) for each in (*people, plain)))
    listing = trial.read()
    images = listing.images
    for thing, anchor in zip((*people, plain), trial.found(images, *people, plain), strict=True):
        result = done[thing.id]
        if result.error:
            ensure(thing is not plain, f"{thing}, in which nothing is special, was refused: {result.message}")
            ensure(result.error in TERMS, f"expected a term of the catalogue, saw {result.error!r}")
            shown = images[anchor].values if anchor else {}
            for attribute in {one, several} & shown.keys():
                ensure(shown[attribute] == thing.values[attribute], _altered(thing.values[attribute], shown[attribute]))
            continue
        if anchor is None:
            sent = thing.values.get(several) or thing.values.get(one)
            raise FailedError(
                f"{short(sent)} was taken, and its object is not shown; errors: {listed(listing.errors.values())}"
            )
        for attribute in {one, several} & thing.values.keys():
            seen = images[anchor].values.get(attribute)
            ensure(seen == thing.values[attribute], _altered(thing.values[attribute], seen))


def _altered(sent: object, seen: object) -> str:
    return f"{short(sent)} was taken and came back as {short(seen)}"


@check()
def names_of_any_script(trial: Trial) -> None:
    """What objects are known by may be in any script; it comes back as it was, or is refused."""
    _in_keys(trial, _SCRIPTS)


@check()
def names_with_signs(trial: Trial) -> None:
    """What objects are known by may hold quotes, commas and the like, and references lead there; or it is refused."""
    _in_keys(trial, _SIGNS)


@check()
def names_with_blanks(trial: Trial) -> None:
    """What objects are known by may have blanks around it, or it is refused."""
    _in_keys(trial, _BLANKS)


@check()
def names_with_controls(trial: Trial) -> None:
    """What objects are known by may hold controls, or it is refused."""
    _in_keys(trial, _CONTROLS)


@check()
def names_with_nul(trial: Trial) -> None:
    """What objects are known by holds no NUL: it is refused, and other objects are written."""
    _in_keys(trial, _NULS)


@check()
def names_of_any_length(trial: Trial) -> None:
    """What objects are known by may be long, or it is refused."""
    _in_keys(trial, _LENGTHS[:4])


def _in_keys(trial: Trial, keys: Sequence[str]) -> None:
    if trial.subject.numbered:
        raise UntriedError("keys are whole numbers here")
    people = _of_their_own(trial, keys)
    plain = trial.person()
    done = trial.send(*((None, each) for each in (*people, plain)))
    for result in done.values():
        ensure(not result.error or result.error in TERMS, f"expected a term of the catalogue, saw {result.error!r}")
    ensure(not done[plain.id].error, f"{plain}, in which nothing is special, was refused: {done[plain.id].message}")
    taken = [one for one in (*people, plain) if not done[one.id].error]
    listing = trial.read()
    ensure(not any("\0" in key for key, _ in listing.shown), "an anchor holds a NUL")
    found = trial.found(listing.images, *taken)
    lost = [short(one.key) for one, anchor in zip(taken, found, strict=True) if anchor is None]
    ensure(not lost, f"{listed(lost)} were taken and are not shown, or otherwise")
    trial.learn(listing, *taken)
    ensure(len(set(found)) == len(taken), "two of them are shown as one")
    trial.shown(listing, *taken)
    if trial.subject.group and trial.subject.member:
        team = trial.group(*taken)
        result = trial.send((None, team))[team.id]
        if result.error:
            ensure(result.error in TERMS, f"expected a term of the catalogue, saw {result.error!r}")
            return
        listing = trial.read()
        trial.learn(listing, team)
        trial.shown(listing, team)


def _of_their_own(trial: Trial, keys: Sequence[str]) -> list[Thing]:
    """A person of each key; of names that are the same when case and blanks do not count, the first one only."""
    people = [trial.person(key=key) for key in keys]
    told_apart = {person.name if person.name is None else names.key(person.name): person for person in reversed(people)}
    return people if None in told_apart else list(told_apart.values())
