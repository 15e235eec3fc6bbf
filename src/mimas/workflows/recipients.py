"""To whom letters go that a text names: people, groups and sets, and addresses."""

import re
from collections.abc import Iterator

from mimas.workflows.outcome import ActivityError
from mimas.workflows.people import address, expanded
from mimas.workflows.situation import Situation

_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,255}")


def recipients(at: Situation, text: str) -> list[int | str]:
    """Ids of resources, and addresses, each once.

    Separated by ``;`` stand addresses, and whatever `Situation.resources` understands. A group or a set that has an
    address is written to there (MIM does so with every group); without one, it stands for its members.
    Raises `ActivityError` for words that are neither an address nor anybody.
    """
    found: dict[int | str, None] = {}
    groups: list[int] = []
    for one in _named(at, text):
        resource = at.lookups.subjects.other(one) if isinstance(one, int) else None
        if resource is not None and not address(at.store, resource):
            groups.append(resource.id)
        elif resource is not None or isinstance(one, str):
            found[one] = None
    known = {address(at.store, one).casefold() for one in at.lookups.subjects.load(i for i in found if type(i) is int)}
    found.update(dict.fromkeys(expanded(at.tx, at.store, groups)))
    return [one for one in found if isinstance(one, int) or one.casefold() not in known]


def _named(at: Situation, text: str) -> Iterator[int | str]:
    if text.startswith("/"):
        yield from at.lookups.select(text)
        return
    for part in [text] if text.startswith("=") else filter(None, map(str.strip, text.split(";"))):
        for value in at.values(part):
            if isinstance(value, str) and "@" in value:
                yield from (_checked(one) for one in filter(None, map(str.strip, value.split(";"))))
            else:
                yield from at.known(part, [value])


def _checked(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ActivityError(f"'{text}' is no mail address.")
    return text
