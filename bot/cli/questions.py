"""`ask`: one question through the whole pipeline."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import terminal
from bot.app import App
from bot.cli.shared import AsJson, exit_code, with_app
from bot.domain import Outcome

cli = typer.Typer()


@cli.command()
def ask(
    question: str,
    event: Annotated[list[str], typer.Option(help="Slug or UUID of an event; may be repeated.")],
    after: Annotated[str, typer.Option(help="The `id` of an answer to go on from.")] = "",
    as_json: AsJson = False,
) -> None:
    """Ask one question of one or more events."""

    async def run(app: App) -> Outcome:
        return await terminal.ask(app, question, event, quiet=as_json, after=after)

    outcome = with_app(run)
    terminal.print_outcome(outcome, as_json=as_json)
    raise typer.Exit(exit_code(outcome))
