"""`database`: prepare the tournament's database for the bot, and check that it is."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.app import check_role, read_settings
from bot.cli.shared import ModelFile, model_file
from bot.semantic import harden_sql, load

cli = typer.Typer()
database_cli = typer.Typer(help="Prepare the tournament database.", no_args_is_help=True)
cli.add_typer(database_cli, name="database")


@database_cli.command("harden")
def database_harden(
    role: Annotated[
        str | None, typer.Argument(help="The database role that the bot reads with.")
    ] = None,
    semantic_model: ModelFile = None,
    check: Annotated[
        bool, typer.Option("--check", help="Connect by DATABASE_URL and say what is left to do.")
    ] = False,
) -> None:
    """Print grants and row-level security for the bot's role; run them as a superuser.

    With --check: 0 all is well, 1 a line for each thing to mend, 3 the database is down.
    """
    model = load(model_file(semantic_model))
    if not check:
        if role is None:
            raise typer.BadParameter("name the role, or use --check")
        print(harden_sql(model, role))  # noqa: T201 - its output
        return
    faults = asyncio.run(check_role(read_settings(), model))
    for fault in faults:
        print(fault)  # noqa: T201 - its output
    raise typer.Exit(1 if faults else 0)
