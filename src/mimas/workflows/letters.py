"""Letters that workflows write: to whom, in which language, and what the look-ups of their templates find."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mimas.language.coercion import as_date
from mimas.mail.layout import Changed, changes
from mimas.mail.standard import standard
from mimas.mail.templates import Filled, LookUp, fill, localised, look_ups, parse
from mimas.requests.wishes import Change, Mode
from mimas.schema.attributes import Kind
from mimas.schema.values import Scalar
from mimas.store.identifying import finder
from mimas.store.letters import Letter
from mimas.store.subjects import Resource
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import ActivityError
from mimas.workflows.situation import ACTION, Situation
from mimas.workflows.wording import shown

_ADDRESSES = ("email", "mail", "emailaddress")
_LANGUAGES = ("locale", "preferredlanguage", "language")
_MEMBERS = ("computedmember", "explicitmember", "member", "members")
"""The attributes, folded, in which all this stands, whatever a home calls them; the first that has a value counts."""
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z")
_MOST = 5_000
"""Members of groups that get a letter each, at most."""

Others: TypeAlias = Mapping[str, Sequence[object]]
"""What a letter finds besides, by path: `Approval/Deadline`."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a letter: an address, whose it is if that is known, and in which language."""

    address: str
    id: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    """A template: its subject and body, and those in other languages, each as ``de: …``."""

    subject: str
    body: str
    subjects: Sequence[str] = ()
    bodies: Sequence[str] = ()


def recipients(at: Situation, text: str) -> tuple[list[Recipient], list[str]]:
    """Whom a text names, each once, and what those are called that have no address.

    Separated by ``;`` stand addresses, and whatever `Situation.resources` understands. A group or a set with an address
    is written to there; without one, its members are (MIM sends to the address of the group only).
    Raises `ActivityError` for words that are neither an address nor anybody.
    """
    ids: list[int] = []
    found: list[Recipient] = []
    for part in [text] if text[:1] in ("=", "/") else filter(None, map(str.strip, text.split(";"))):
        for value in at.lookups.select(part) if part.startswith("/") else at.values(part):
            if isinstance(value, str) and "@" in value:
                found += [Recipient(_checked(one)) for one in filter(None, map(str.strip, value.split(";")))]
            else:
                ids += at.known(part, [value])
    silent: list[str] = []
    found += list(_of(at, ids, silent, set()))
    return list({one.address.casefold(): one for one in found}.values()), silent


def template(at: Situation, name: str) -> Texts:
    """The template of a name, a GUID or an id. Raises `ActivityError`."""
    find = finder(at.tx)
    id_ = find(name) or find(f"EmailTemplate/{name}")
    resource = at.lookups.subjects.other(id_) if id_ is not None else None
    if resource is None or resource.type != "EmailTemplate":
        raise ActivityError(f"There is no EmailTemplate '{name}': `mimas list EmailTemplate` shows those there are.")

    def several(attribute: str) -> list[str]:
        return [str(value) for value in resource.values(attribute)]

    subject, body = "".join(several("EmailSubject")), "".join(several("EmailBody"))
    return Texts(subject, body, several("LocalizedEmailSubject"), several("LocalizedEmailBody"))


def standard_template(name: str) -> Texts:
    """One of the letters that Mimas writes by itself."""
    found = standard(name)
    return Texts(found.subject, found.body, found.subjects, found.bodies)


def letter(at: Situation, texts: Texts, to: Recipient, others: Others | None = None) -> Letter:
    """A letter about the target of a workflow, in the language of whoever gets it."""
    filled = filling(at, texts, to, others or {})
    return Letter((to.address,), filled.subject, filled.text, filled.html, at.about.target)


def filling(at: Situation, texts: Texts, to: Recipient, others: Others) -> Filled:
    """A template with what its look-ups find, in the language of whoever gets it."""
    subject = localised(texts.subject, texts.subjects, to.language)
    found = parse(subject, localised(texts.body, texts.bodies, to.language))
    given = {path.casefold(): values for path, values in others.items()}
    values = {str(one): given.get(str(one).casefold()) or _values(at, one, to) for one in look_ups(found)}
    return fill(found, values)


def changed(at: Situation) -> Iterator[Changed]:
    """What the request of a workflow changes; of what is done already nobody knows what was there before."""
    request = at.about.request
    for change in request.wish.changes if request is not None else ():
        values = _words(at, _meant(at, request.wish.type if request is not None else "", change))
        if change.mode is Mode.REMOVE:
            yield Changed(change.attribute, values, ())
        elif change.mode is Mode.INSERT or at.about.phase == ACTION:
            yield Changed(change.attribute, (), values)
        else:
            yield Changed(change.attribute, _words(at, at.lookups(f"//Target/{change.attribute}")), values)


def _meant(at: Situation, type_: str, change: Change) -> Sequence[Scalar]:
    attribute = at.store.catalogue.get(type_, {}).get(change.attribute)
    if attribute is None or attribute.kind is not Kind.REFERENCE:
        return change.values
    return [Id(value) for value in change.values]


def _words(at: Situation, found: Sequence[Scalar]) -> list[str]:
    return [shown([value], at.lookups) for value in found]


def _values(at: Situation, look_up: LookUp, to: Recipient) -> Sequence[object]:
    if look_up.root == "RequestParameter":
        rows = changes(changed(at))
        return [rows] if rows else []
    path = tuple(name.casefold() for name in look_up.attributes)
    if look_up.root != "Recipient":
        found = at.lookups(f"//{look_up}")
    elif to.id is None:
        found = () if path else [to.address]
    else:
        found = at.lookups.along([to.id], path)
    return [_value(at, value) for value in found]


def _value(at: Situation, value: Scalar) -> object:
    """A value for people: resources are called by their names, and instants are no texts."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return as_date(value)
    return shown([value], at.lookups) if isinstance(value, Id) else value


def _of(at: Situation, ids: Sequence[int], silent: list[str], met: set[int]) -> Iterator[Recipient]:
    """The recipients that resources stand for."""
    for resource in at.lookups.subjects.load(id_ for id_ in ids if id_ not in met):
        met.add(resource.id)
        if len(met) > _MOST:
            raise ActivityError(f"A letter would go to more than {_MOST:,} people: name fewer.", final=True)
        if address := _first(at, resource, _ADDRESSES):
            yield Recipient(address, resource.id, _first(at, resource, _LANGUAGES))
        elif members := next((some for name in _MEMBERS if (some := at.lookups.of(resource, [name]))), ()):
            yield from _of(at, [int(value) for value in members if isinstance(value, Id)], silent, met)
        else:
            silent.append(shown([Id(resource.id)], at.lookups))


def _first(at: Situation, resource: Resource, names: Sequence[str]) -> str:
    return next((str(found[0]) for name in names if (found := at.lookups.of(resource, [name]))), "")


def _checked(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ActivityError(f"'{text}' is no mail address.")
    return text
