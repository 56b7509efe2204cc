"""`schema` shows what a language model sees; `schema init` drafts it from a live database."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.app import draft_schema, read_settings
from bot.cli.shared import ModelFile, model_file
from bot.domain import Dialect
from bot.semantic import load, schema_prompt
from bot.semantic.draft import DraftError

cli = typer.Typer()
schema_cli = typer.Typer(invoke_without_command=True)
cli.add_typer(schema_cli, name="schema")


@schema_cli.callback()
def schema(
    context: typer.Context,
    semantic_model: ModelFile = None,
    dialect: Annotated[Dialect, typer.Option(help="SQL to show it in.")] = Dialect.POSTGRES,
) -> None:
    """Print the schema as a language model sees it, or draft one (init)."""
    if context.invoked_subcommand is None:
        print(schema_prompt(load(model_file(semantic_model)), dialect))  # noqa: T201 - its output


@schema_cli.command("init")
def init(
    root: Annotated[
        str, typer.Option(help="The table of the tenants; else the one most others belong to.")
    ] = "",
) -> None:
    """Draft a semantic model from the database at DATABASE_URL.

    Run it as a role that can read the tables. A person reads the draft before anybody asks.
    Exit codes: 0 done, 2 there is no such table or setting, 3 the database is down.
    """
    try:
        print(asyncio.run(draft_schema(read_settings(), root)), end="")  # noqa: T201 - its output
    except DraftError as error:
        raise typer.BadParameter(str(error)) from None
