"""The commands about what waits for somebody's consent."""

from typing import Annotated

import typer

from mimas.cli.commands.requests import As
from mimas.cli.given import Json, end, installation

approvals = typer.Typer(
    help="What waits for somebody's consent: over what, of whom, and what would come of it.",
    invoke_without_command=True,
)

Numbers = Annotated[list[int], typer.Argument(metavar="ID…", help="The approvals, as `mimas approvals` shows them.")]
Who = Annotated[str, typer.Option("--as", metavar="TYPE/KEY", help="Who decides, as person/ada.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, for whoever has asked.")]


@approvals.callback()
def approvals_list(
    context: typer.Context,
    who: As = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that are decided; with --as those they see.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many at most.")] = 50,
    json: Json = False,
) -> None:
    """What waits for consent, the oldest first; with --as what waits for somebody, or for whom they stand in."""
    if context.invoked_subcommand is None:
        from mimas.cli.approving import listing

        listing(installation(context), who, every=every, limit=limit, json=json)


@approvals.command()
def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="An approval, as `mimas approvals` shows it.")],
    who: As = None,
    json: Json = False,
) -> None:
    """One approval: what is asked, what would come of it, and who has said what."""
    from mimas.cli.approving import show

    show(installation(context), number, who, json=json)


@approvals.command()
def approve(context: typer.Context, numbers: Numbers, who: Who, because: Because = "", json: Json = False) -> None:
    """Consent to what is asked, as somebody who is asked, or who stands in for them. Each by itself."""
    from mimas.cli.approving import decide

    end(decide(installation(context), numbers, who, "approve", because, json=json))


@approvals.command()
def reject(context: typer.Context, numbers: Numbers, who: Who, because: Because = "", json: Json = False) -> None:
    """Reject what is asked: nothing of it is done."""
    from mimas.cli.approving import decide

    end(decide(installation(context), numbers, who, "reject", because, json=json))
