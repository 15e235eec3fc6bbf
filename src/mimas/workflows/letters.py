"""Letters that workflows write: a template in the language of whoever gets one, filled with what look-ups find."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TypeAlias

from mimas.mail import layout
from mimas.mail.asking import ways
from mimas.mail.standard import NAMES, standard
from mimas.mail.templates import LookUp, Template, asking, fill, localised, look_ups, parse
from mimas.requests.target import load
from mimas.schema.values import Scalar, as_list
from mimas.store.letters import Letter, new_mark
from mimas.store.subjects import Resource
from mimas.workflows.changes import changed
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import ActivityError
from mimas.workflows.people import address, language
from mimas.workflows.situation import Situation
from mimas.workflows.wording import shown

TEMPLATE = "EmailTemplate"

Given: TypeAlias = Mapping[str, Callable[[], Sequence[object]]]
"""What look-ups below ``Approval`` find, by the folded name: asked only where a template has it."""


class Letters:
    """The letters of one turn of a workflow."""

    def __init__(self, at: Situation) -> None:
        self.at = at
        self._templates: dict[str, _Texts] = {}

    def to(
        self,
        person: int,
        template: str,
        *,
        about: int | None = None,
        given: Given | None = None,
        until: datetime | None = None,
        follows: str | None = None,
    ) -> Letter | None:
        """A letter to somebody; none where nobody knows their address.

        ``template``: the name of an EmailTemplate, or of one of Mimas's own. ``about``: the resource that it tells of;
        ``until``: they are asked to decide over that, until this instant; ``follows``: the mark of an earlier letter.
        Raises `ActivityError` where there is no such template.
        """
        at = self.at
        resource = at.lookups.subjects.other(person)
        where = address(at.store, resource) if resource is not None else ""
        if resource is None or not where:
            return None
        tongue, mark, asks = language(at.store, resource), new_mark(), until is not None
        subject, body = self._texts(template)(tongue)
        parsed = _parsed(subject, asking(body) if asks else body)
        values: dict[str, Sequence[object]] = {
            str(one): self._values(one, resource, given or {}) for one in look_ups(parsed)
        }
        if asks:
            answering = at.requests.answering
            values |= ways(mark, answering.base, answering.server, tongue)
        filled = fill(parsed, values)
        return Letter(
            (where,),
            filled.subject,
            filled.text,
            filled.html,
            about,
            person if asks else None,
            until,
            follows,
            mark,
        )

    def _texts(self, name: str) -> "_Texts":
        if name not in self._templates:
            self._templates[name] = self._found(name)
        return self._templates[name]

    def _found(self, name: str) -> "_Texts":
        if name in NAMES:
            return standard(name).texts
        for text in (f"{TEMPLATE}/{name}", name):
            ids = _ids(self.at, text)
            resource = load(self.at.tx, self.at.store, ids[0], ()) if ids else None
            if resource is not None and resource.type == TEMPLATE:
                return _Kept(resource.values)
        raise ActivityError(f"There is no {TEMPLATE} '{name}', by which a letter was to be written.", final=True)

    def _values(self, look_up: LookUp, recipient: Resource, given: Given) -> Sequence[object]:
        lookups, rest = self.at.lookups, tuple(name.casefold() for name in look_up.attributes)
        if look_up.root == "RequestParameter":
            return [self._changes]
        if look_up.root == "Recipient":
            found = lookups.along([recipient.id], rest)
        elif look_up.root == "Approval":
            return given[rest[0]]() if len(rest) == 1 and rest[0] in given else ()
        else:
            found = lookups(f"//{look_up}")
        return [self._readable(value) for value in found]

    def _readable(self, value: Scalar) -> object:
        return shown([value], self.at.lookups) if isinstance(value, Id) else value

    @cached_property
    def _changes(self) -> object:
        request = self.at.about.request
        return layout.changes(changed(self.at.tx, self.at.store, request.wish) if request is not None else ())


_Texts: TypeAlias = Callable[[str | None], tuple[str, str]]


class _Kept:
    """The texts of a resource of the type EmailTemplate, by language."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    def __call__(self, tongue: str | None) -> tuple[str, str]:
        return self._one("EmailSubject", tongue), self._one("EmailBody", tongue)

    def _one(self, name: str, tongue: str | None) -> str:
        others: Iterable[Scalar] = as_list(self.values.get(f"Localized{name}"))  # type: ignore[arg-type]
        return localised(str(self.values.get(name, "")), map(str, others), tongue)


def _ids(at: Situation, text: str) -> list[int]:
    try:
        return at.resources(text)
    except ActivityError:
        return []


@lru_cache(maxsize=256)
def _parsed(subject: str, body: str) -> Template:
    return parse(subject, body)
