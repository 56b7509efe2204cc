"""`workspaces`: those that have installed the bot, where it is one for many, and their keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from cryptography.fernet import Fernet

from bot.app import open_own_store, read_settings
from bot.distribution import read_installations
from bot.store import Installations

cli = typer.Typer()
workspaces_cli = typer.Typer(help="The workspaces of a bot for many.", no_args_is_help=True)
cli.add_typer(workspaces_cli, name="workspaces")

T = TypeVar("T")


@workspaces_cli.command("new-key")
def new_key() -> None:
    """Print a key for TOKEN_KEY. It is kept nowhere."""
    print(Fernet.generate_key().decode())  # noqa: T201 - its output


@workspaces_cli.command("list")
def list_workspaces() -> None:
    """Print each workspace's id, and whether TOKEN_KEY opens its token.

    0 all can be read, 1 one cannot, 3 the database is down.
    """
    teams = _with_installations(lambda installations: installations.teams())
    for team, opens in teams.items():
        print(team, "" if opens else "cannot be read: TOKEN_KEY lacks its key")  # noqa: T201 - output
    raise typer.Exit(0 if all(teams.values()) else 1)


@workspaces_cli.command("seal-anew")
def seal_anew() -> None:
    """Seal every token with the first key of TOKEN_KEY, so that the others can be dropped."""
    count = _with_installations(lambda installations: installations.seal_anew())
    print(f"{count} sealed anew.")  # noqa: T201 - its output


@workspaces_cli.command("remove")
def remove(
    team: Annotated[str, typer.Argument(help="The workspace's id (T…).")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete all that is kept of a workspace, as when the app is removed there in Slack."""
    if not yes:
        typer.confirm(f"Delete everything of {team}?", abort=True)
    was = _with_installations(lambda installations: installations.remove(team))
    print("Deleted." if was else "Nothing was installed there; what was left is deleted.")  # noqa: T201 - output


def _with_installations(run: Callable[[Installations], Awaitable[T]]) -> T:
    async def opened() -> T:
        settings = read_settings()
        async with open_own_store(settings) as store:
            return await run(read_installations(settings, store.database, store.redis))

    return asyncio.run(opened())
