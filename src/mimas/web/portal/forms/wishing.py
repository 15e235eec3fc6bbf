"""What somebody wishes who has filled in a form: the changes to what stood in it, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from mimas.requests.assignments import AssignmentError, value
from mimas.requests.wishes import Change, Mode
from mimas.schema.attributes import Attribute
from mimas.schema.values import Scalar
from mimas.web.portal.forms.field import Control, Field
from mimas.web.portal.visit import RefusedError

WAS = "was:"
"""What stands before the name of the field that says what was there when the form was shown."""


def wishes(fields: Sequence[Field], form: Mapping[str, Sequence[str]]) -> tuple[tuple[Change, ...], list[Field]]:
    """The changes, and the fields with what was filled in, and what is wrong with it.

    Of a list it is wished what is added and what is taken away, so that two people can do so at a time. A field that
    was not sent is left alone.
    """
    changes: list[Change] = []
    filled: list[Field] = []
    for one in fields:
        if f"{WAS}{one.name}" not in form:
            filled.append(one)
            continue
        texts, kept = given(one, form.get(one.name, ())), _was(form[f"{WAS}{one.name}"][0])
        problem = ""
        try:
            changes += _changes(one.attribute, kept, texts)
        except AssignmentError as error:
            problem = str(error)
        filled.append(replace(one, texts=texts, kept=kept, problem=problem))
    return tuple(changes), filled


def given(one: Field, sent: Iterable[str]) -> list[str]:
    """The texts of a field, as the browser sends it."""
    if one.control is Control.LINES and not one.attribute.structured:
        lines = (line.strip() for text in sent for line in text.splitlines())
        return list(dict.fromkeys(filter(None, lines)))
    texts = (text.replace("\r\n", "\n") if one.control is Control.SECRET else text.strip() for text in sent)
    return list(dict.fromkeys(filter(None, texts)))


def _was(text: str) -> list[str]:
    """What a field held as it was shown."""
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.DecodeError, msgspec.ValidationError):
        # No browser sends that.
        raise RefusedError(400) from None


def _changes(attribute: Attribute, before: Sequence[str], after: Sequence[str]) -> Iterable[Change]:
    if before == after:
        return
    if not attribute.multivalued:
        yield Change(attribute.name, Mode.REPLACE, _values(attribute, after[:1]))
        return
    if added := [text for text in after if text not in set(before)]:
        yield Change(attribute.name, Mode.INSERT, _values(attribute, added))
    if removed := [text for text in before if text not in set(after)]:
        yield Change(attribute.name, Mode.REMOVE, _values(attribute, removed))


def _values(attribute: Attribute, texts: Iterable[str]) -> tuple[Scalar, ...]:
    return tuple(value(attribute, text, _referred) for text in texts)


def _referred(attribute: Attribute, text: str) -> int:
    if not text.isdecimal():
        raise AssignmentError(f"'{text}' is none of those that can be chosen for {attribute.name}.")
    return int(text)
