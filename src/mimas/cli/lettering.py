"""``letters``: what is to be sent to people and what became of it, sending again, forgetting, and the templates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.store import letters
from mimas.store.letters import Kept, State
from mimas.store.runs import now as instant_now

if TYPE_CHECKING:
    from mimas.mail.standard import Standard

_OPEN = (State.WAITING, State.REFUSED, State.BOUNCED)


def listing(installation: Installation, *, every: bool, limit: int, json: bool) -> None:
    """The last letters, the newest first."""
    with installation.store.reading() as tx:
        found = letters.listed(tx, list(State) if every else _OPEN, limit)
        counts = letters.counts(tx)
    if json:
        as_json([_described(one) for one in found])
        return
    if found:
        rows = [(one.id, one.made[:10], ", ".join(one.to), one.subject, _WORDS[State(one.state)]) for one in found]
        table(("id", "made", "to", "subject", ""), rows)
        for one in found:
            if one.problem:
                out.print(f"{one.id}: {one.problem}", markup=False)
    out.print(_counted(counts), markup=False)
    if counts.get(State.WAITING) and installation.engine.setup.mail is None:
        out.print("Nothing is sent: no document of kind Mail is in force.", markup=False)


def _counted(counts: dict[str, int]) -> str:
    said = [f"{counts[state]:,} {words}" for state, words in _WORDS.items() if counts.get(state)]
    return f"{', '.join(said)}." if said else "No letter has been written."


_WORDS = {State.WAITING: "waiting", State.REFUSED: "refused", State.BOUNCED: "came back", State.SENT: "sent"}


def _standing(one: Kept) -> str:
    if one.state == State.SENT:
        return f"sent {instant(one.sent)}{f'; {one.problem}' if one.problem else ''}"
    if one.state == State.WAITING:
        return f"waits; tried {one.attempts} times, next {instant(one.due)}: {one.problem}" if one.problem else "waits"
    return f"{_WORDS[State(one.state)]}: {one.problem}"


def _described(one: Kept) -> dict[str, Any]:
    keys = ("id", "to", "subject", "made", "state", "due", "attempts", "sent", "problem", "about")
    return {key: getattr(one, key) for key in keys}


def show(installation: Installation, id_: int, *, json: bool) -> None:
    """One letter with its text. The word with which it is answered is in none: it is made when the letter is sent."""
    with installation.store.reading() as tx:
        one = letters.load(tx, id_)
    if one is None:
        raise CommandError(f"There is no letter {id_}; `mimas letters --all` lists them.")
    if json:
        as_json({**_described(one), "text": one.text, "html": one.html})
        return
    for name, text in (("To", ", ".join(one.to)), ("Subject", one.subject), ("Made", instant(one.made))):
        out.print(f"{name + ':':<9} {text}", markup=False)
    out.print(f"{'State:':<9} {_standing(one)}", markup=False)
    out.print(f"\n{one.text.strip()}", markup=False)


def again(installation: Installation, ids: Sequence[int]) -> None:
    """Have some sent again."""
    with installation.store.transaction() as tx:
        count = letters.again(tx, ids, instant_now())
    if count < len(set(ids)):
        out.print(f"{len(set(ids)) - count:,} of them were sent, or are not there any more.", markup=False)
    if not count:
        raise CommandError("No letter is sent again.", Exit.FAILED)
    out.print(f"{count:,} sent again by `mimas worker`.", markup=False)


def drop(installation: Installation, ids: Sequence[int]) -> None:
    """Forget some."""
    with installation.store.transaction() as tx:
        count = letters.drop(tx, ids)
    if not count:
        raise CommandError("There are no such letters; `mimas letters --all` lists them.")
    out.print(f"{count:,} forgotten.", markup=False)


def templates(name: str | None) -> None:
    """The templates that Mimas brings, or one of them as a document."""
    from mimas.mail.standard import NAMES, standard

    if name is None:
        table(("name", "type", "title"), [(one, standard(one).type, standard(one).title) for one in NAMES])
        out.print("One of them as a document, to be changed under a name of its own: mimas letters templates NAME")
    elif name not in NAMES:
        raise CommandError(f"There is no template '{name}'. There is: {', '.join(NAMES)}.", Exit.USAGE)
    else:
        print(_document(name, standard(name)), end="")


def _document(name: str, one: "Standard") -> str:
    lines = ["kind: EmailTemplate", f"name: my-{name}", f"DisplayName: {one.title}", f"EmailTemplateType: {one.type}"]
    lines += [f'EmailSubject: "{one.subject}"', "EmailBody: |", *_indented(one.body, "  ")]
    lines += ["LocalizedEmailSubject:", *(f'  - "{text}"' for text in one.subjects), "LocalizedEmailBody:"]
    for text in one.bodies:
        lines += ["  - |", *_indented(text, "    ")]
    return "\n".join(lines) + "\n"


def _indented(text: str, by: str) -> list[str]:
    return [f"{by}{line}" if line else "" for line in text.rstrip().split("\n")]
