"""What documents of resources are called: by what people call them, and no two of a kind alike."""

from collections.abc import Iterable, Mapping

from mimas.migrate.elements import printable
from mimas.migrate.service.objects import Exported, identifier

_LONGEST = 200


def names(found: Iterable[Exported], schema: Mapping[str, Exported]) -> dict[Exported, str]:
    """What the document of each object is called. ``schema``: the objects of the schema by their GUIDs.

    Where several are called the same, what tells them apart stands in brackets behind it, or a number.
    """
    alike: dict[tuple[str, str], dict[Exported, str]] = {}
    for one in found:
        name = _plain(one, schema)
        alike.setdefault((one.kind, name.casefold()), {})[one] = name
    taken: set[tuple[str, str]] = set()
    given: dict[Exported, str] = {}
    for same in alike.values():
        more = _apart(list(same)) if len(same) > 1 else {}
        for one, plain in same.items():
            name = f"{plain} ({more[one]})" if more.get(one) else plain
            free, number = name, 1
            while (one.kind, free.casefold()) in taken:
                number += 1
                free = f"{name} {number}"
            taken.add((one.kind, free.casefold()))
            given[one] = free
    return given


def _plain(one: Exported, schema: Mapping[str, Exported]) -> str:
    name = one.text("DisplayName") or one.text("Name") or one.text("AccountName") or one.id or "unnamed"
    if one.kind == "ConstantSpecifier":
        ends = (schema.get(identifier(one.text(end))) for end in ("BoundObjectType", "BoundAttributeType"))
        name = " ".join([*(end.text("Name") for end in ends if end is not None), one.text("ConstantValueKey") or name])
    # A name that begins with a slash would be a filter, where something refers to it.
    tidy = " ".join(printable(name).split()).lstrip("/ ") or "unnamed"
    return tidy if len(tidy) <= _LONGEST else tidy[: _LONGEST - 1] + "…"


def _apart(same: list[Exported]) -> dict[Exported, str]:
    """What tells objects of one name apart: where they are shown, or for what."""
    for name in ("UsageKeyword", "SearchScopeResultObjectType", "TargetObjectType", "AccountName"):
        values = {one: one.texts(name) for one in same}
        common = set.intersection(*map(set, values.values()))
        more = {
            one: ", ".join(printable(text) for text in texts if text not in common) for one, texts in values.items()
        }
        if len(set(more.values())) == len(same) and all(len(text) < _LONGEST // 4 for text in more.values()):
            return more
    return {}
