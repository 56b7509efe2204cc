"""`database`: prepare the tournament's database for the bot."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.shared import ModelFile, model_file
from bot.semantic import harden_sql, load

cli = typer.Typer()
database_cli = typer.Typer(help="Prepare the tournament database.", no_args_is_help=True)
cli.add_typer(database_cli, name="database")


@database_cli.command("harden")
def database_harden(
    role: Annotated[str, typer.Argument(help="The database role that the bot reads with.")],
    semantic_model: ModelFile = None,
) -> None:
    """Print grants and row-level security for the bot's role; run them as the owner."""
    print(harden_sql(load(model_file(semantic_model)), role))  # noqa: T201 - its output
