"""`models`: the language models and their server."""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from bot import terminal
from bot.answering import TRIALS
from bot.app import App
from bot.cli.shared import AsJson, with_app
from bot.domain import Answer, Refusal
from bot.llm import Pulled

cli = typer.Typer()
models = typer.Typer(invoke_without_command=True)
cli.add_typer(models, name="models")

Name = Annotated[str, typer.Argument(help="NAME, or NAME@http://server of the settings.")]


@models.callback()
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the language models and the last hour's answers; or manage them."""
    if context.invoked_subcommand is not None:
        return

    async def run(app: App) -> Any:
        return await app.answering.status()

    terminal.print_status(with_app(run), as_json=as_json)


@models.command()
def pull(name: Name) -> None:
    """Fetch a model onto its server."""

    async def run(app: App) -> None:
        with terminal.bytes_bar(f"Fetching {name}") as moved:

            async def told(pulled: Pulled) -> None:
                moved(pulled.status, pulled.done, pulled.total)

            await app.answering.models.pull(name, told)

    with_app(run)
    terminal.say(f"{name} is there. `game-stats-bot models use {name}` asks it from now on.")


@models.command()
def use(name: Annotated[str, typer.Argument(help="A name, or “default”.")]) -> None:
    """Ask this model first from now on, in every process."""

    async def run(app: App) -> tuple[str, ...]:
        admin = app.answering.models
        return await (admin.reset(_who()) if name == "default" else admin.use(name, _who()))

    terminal.say(f"Asked in this order from now on: {', '.join(with_app(run))}")


@models.command()
def fallback(
    names: Annotated[list[str], typer.Argument(help="In their order; “none” for none.")],
) -> None:
    """Ask these models, in this order, where the first cannot answer."""
    chosen = () if names == ["none"] else tuple(names)

    async def run(app: App) -> tuple[str, ...]:
        return await app.answering.models.fall_back(chosen, _who())

    terminal.say(f"Asked in this order from now on: {', '.join(with_app(run))}")


@models.command()
def warm() -> None:
    """Load the first model, with the unchanging part of the prompt in its cache."""

    async def run(app: App) -> float:
        return await app.answering.models.warm(_who())

    terminal.say(f"Warm after {with_app(run):.1f} s.")


@models.command()
def evict(name: Name) -> None:
    """Have a model out of its server's memory until it is asked or warmed."""

    async def run(app: App) -> str:
        return await app.answering.models.evict(name, _who())

    terminal.say(f"{with_app(run)} is unloaded; the next question loads it again.")


@models.command()
def test(
    event: Annotated[str, typer.Option(help="Slug or UUID of an event.")],
) -> None:
    """Ask the model three fixed questions about an event, and show times and rows."""

    async def run(app: App) -> list[Answer | Refusal]:
        events = (terminal.event_named(await app.answering.directory(), event),)
        return [await app.answering.trial(text, events) for text in TRIALS]

    for text, outcome in zip(TRIALS, with_app(run), strict=True):
        terminal.say(text)
        terminal.print_outcome(outcome, as_json=False)


def _who() -> str:
    return f"terminal:{getpass.getuser()}"
