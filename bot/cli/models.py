"""`models`: the language models and their server."""

from __future__ import annotations

from typing import Any

import typer

from bot import terminal
from bot.app import App
from bot.cli.shared import AsJson, with_app

cli = typer.Typer()


@cli.command()
def models(as_json: AsJson = False) -> None:
    """Show the language models and the last hour's answers."""

    async def run(app: App) -> Any:
        return await app.answering.status()

    terminal.print_status(with_app(run), as_json=as_json)
