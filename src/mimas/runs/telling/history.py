"""What has happened to a resource or an object, in sentences."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mimas.runs.images import same
from mimas.runs.telling.texts import cell, instant
from mimas.store.grants import FOREVER
from mimas.store.history.biography import Change
from mimas.store.referring import OWN

_NAMED = 5
"""How many of the references that were added or removed together are named."""


def lines(changes: list[Change]) -> Iterator[str]:
    """The changes of one entry as sentences: of the resource, then object by object."""
    told: dict[str, list[str]] = defaultdict(list)
    together: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for change in changes:
        about = f"{change['connector']} {change['object']}" if "connector" in change else ""
        if change["what"] in _REFERENCES:
            origin = _from(change.get("from") or change.get("from-before"), change.get("from-before"))
            together[about, change["what"], change["attribute"], origin].append(change["name"])
        else:
            told[about].append(_SENTENCES[change["what"]](change))
    for (about, what, attribute, origin), names in together.items():
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        verb, sign = _REFERENCES[what]
        told[about].append(f"{verb}{attribute}: {sign} {', '.join(names[:_NAMED])}{more}{origin}")
    yield from told.pop("", ())
    for about, sentences in told.items():
        yield about
        yield from (f"  {sentence}" for sentence in sentences)


_REFERENCES = {
    "reference added": ("", "+"),
    "reference removed": ("", "-"),
    "reference kept": ("", "="),
    "seen reference added": ("shows ", "+"),
    "seen reference removed": ("shows ", "-"),
    "wanted reference added": ("should hold ", "+"),
    "wanted reference removed": ("should hold ", "-"),
}
"""What is said before the attribute, and before the names."""


def _from(origin: Mapping[str, str] | None, before: Mapping[str, str] | None = None) -> str:
    """The rule that gave a value, and the one of before where that was another."""
    texts = [f"{o['connector']}: {o['rule']}" if o["connector"] else o["rule"] for o in (origin, before) if o]
    if not texts or set(texts) == {OWN}:
        return ""
    return f"  ({texts[0]})" if len(set(texts)) == 1 else f"  ({texts[0]}; before: {texts[1]})"


def _arrow(change: Change) -> str:
    """``before → after``; of a list what has come and gone."""
    before, after = change["before"], change["after"]
    if isinstance(before, list) or isinstance(after, list):
        old, new = ({*value} if isinstance(value, list) else {value} - {None} for value in (before, after))
        signs = [f"+ {cell(v)}" for v in sorted(new - old, key=str)] + [
            f"- {cell(v)}" for v in sorted(old - new, key=str)
        ]
        return ", ".join(signs)
    if before is None or after is None:
        return f"+ {_value(after)}" if before is None else f"- {_value(before)}"
    return f"{_value(before)} → {_value(after)}"


def _value(value: Any) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else cell(value)


def _to(change: Change) -> str:
    """To whom; within the history of a resource everybody knows."""
    return f" to {change['name']} ({change['resource']})" if change["name"] else ""


def _told_value(change: Change) -> str:
    same = change["before"] == change["after"]
    moved = f"{_value(change['after'])}, the same from another rule" if same else _arrow(change)
    return f"{change['attribute']}: {moved}{_from(change['from'] or change['from-before'], change['from-before'])}"


def _told_seen(change: Change) -> str:
    by = ""
    if "wanted" in change:
        as_wanted = same(change["attribute"], change["after"], change["wanted"])
        by = ", as it should" if as_wanted else f", by itself; it should hold {_value(change['wanted']) or 'nothing'}"
    return f"shows {change['attribute']}: {_arrow(change)}{by}"


def _told_presence(change: Change) -> str:
    before, after = change["before"], change["after"]
    said = {
        "present": "is there" if before in (None, "not seen yet") else "is there again",
        "gone": "is gone",
        "not seen yet": "is to be made" if before is None else "is gone; others still refer to it",
        None: "is forgotten: nothing is left of it",
    }
    return f"{said[after]}"


def _told_fact(change: Change) -> str:
    kind, _, about = change["kind"].partition(":")
    value, given = change["after"] or change["before"], change["after"] is not None
    said = {
        "unique": f"{about} {value} {'given out' if given else 'free for others again'}",
        "once": f"once only, {about}: {value}" if given else f"once only, {about}: forgotten",
        "left": f"{about} {'has left' if given else 'is back'}",
        "guid": f"GUID {value}{'' if given else ' forgotten'}",
    }
    return said.get(kind, f"{change['kind']}: {_arrow(change)}")


def _told_grant(change: Change) -> str:
    until = "" if change["ends"] == FOREVER else f" until {instant(change['ends'])}"
    to = change["name"] if change["of"] == "resource" else f"in {change['name']}"
    reason = f", “{change['reason']}”" if change["reason"] else ""
    return f"grant {change['grant']}, {change['attribute']} {to}: {change['what']}{until}, by {change['by']}{reason}"


def _told_decision(change: Change) -> str:
    said = {"linked-by-hand": "belongs here, by hand", "disconnected-by-hand": "belongs to nobody, by hand"}
    return said.get(change["decision"], "whom it belongs to is decided by the rules again")


_SENTENCES: dict[str, Callable[[Change], str]] = {
    "made": lambda _: "made",
    "deleted": lambda _: "deleted",
    "erased": lambda _: "what was known of it was erased",
    "restored": lambda _: "restored",
    "value": _told_value,
    "link made": lambda c: f"linked{_to(c)} by {c['rule']}",
    "link broken": lambda c: f"no longer linked{_to(c)}",
    "presence": _told_presence,
    "seen": _told_seen,
    "wanted": lambda c: f"should hold {c['attribute']}: {_arrow(c)}",
    "to be deleted": lambda _: "is to be deleted",
    "left alone": lambda _: "is left alone: no rule wants anything of it",
    "sent": lambda c: f"{c['operation']} sent",
    "confirmed": lambda c: f"{c['operation']} confirmed",
    "withdrawn": lambda c: f"{c['operation']} is no longer to be confirmed: the rules want something else",
    "not kept": lambda c: f"{c['operation']} was sent, and the system does not show it",
    "fact": _told_fact,
    "decided": _told_decision,
    "granted": _told_grant,
    "grant changed": _told_grant,
    "grant ended": _told_grant,
}
