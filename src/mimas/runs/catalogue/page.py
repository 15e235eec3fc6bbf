"""The page of the catalogue, made from the registry: ``python -m mimas.runs.catalogue.page``."""

import sys
from collections.abc import Iterator, Mapping

from mimas.runs.catalogue import COUNTERS, ERRORS, RESULTS, WITHOUT_OBJECTS, Entry
from mimas.runs.tally import KEPT

_INTRODUCTION = """\
# Errors, results, counters

Everything that the run history can say. `mimas runs ID` shows it, `mimas errors CODE` explains it at the prompt. A note
in the history says what is here of its one object, and more: which value, which rule, which line.

*Discovery* is what an import reads and stages, *synchronization* what the rules make of it. The terms are MIM's where
MIM has one.
"""
_ERRORS = """\
## Errors

What is said of single objects. None of them stops the others: what an object could not have done is tried again at the
next run of that kind.
"""
_RESULTS = """\
## Results

How a step can end.
"""
_COUNTERS = """\
## Counters

What a step has done, in numbers. What is zero is left out. `mimas runs ID --of COUNTER` lists the objects behind one,
by the names they had then: the first {kept:,} of each step, which is all of most daily runs.
"""


def page() -> str:
    """The page, in Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    yield _ERRORS
    yield from _entries(ERRORS)
    yield _RESULTS
    yield from _entries(RESULTS)
    yield _COUNTERS.format(kept=KEPT)
    yield "| counter | step | what it counts | in MIM |\n|---|---|---|---|"
    for entry in COUNTERS.values():
        yield f"| `{entry.name}` | {', '.join(entry.stages)} | {entry.meaning} | {_in_mim(entry)} |"
    yield "\nOf some the objects are not kept:\n"
    for name, why in WITHOUT_OBJECTS.items():
        yield f"- `{name}`: {why}."


def _entries(entries: Mapping[str, Entry]) -> Iterator[str]:
    for entry in entries.values():
        yield f"### {entry.name}\n"
        yield f"*{', '.join(entry.stages).capitalize()}.* {entry.meaning}\n"
        if entry.advice:
            yield f"*What to do.* {entry.advice}\n"
        if entry.mim is not None:
            yield f"*In MIM.* {_in_mim(entry).capitalize()}.\n"


def _in_mim(entry: Entry) -> str:
    if entry.mim is None:
        return "the same"
    return ", ".join(f"`{name}`" for name in entry.mim) or "nothing of the kind"


if __name__ == "__main__":
    sys.stdout.write(page())
