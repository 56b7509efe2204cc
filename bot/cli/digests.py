"""`digest`: look at what a channel would be sent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot import terminal
from bot.app import App
from bot.cli.shared import with_app

cli = typer.Typer()
digest_cli = typer.Typer(help="Look at a digest.", no_args_is_help=True)
cli.add_typer(digest_cli, name="digest")


@digest_cli.command("preview")
def digest_preview(event: Annotated[str, typer.Argument(help="Slug or UUID.")]) -> None:
    """Print today's digest of an event."""

    async def run(app: App) -> Any:
        return await terminal.digest(app, event)

    terminal.print_digest(with_app(run))
