"""What several commands need: the app around a coroutine, common options, exit codes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.answering.parts import EVERYTHING, Parts
from bot.app import App, open_app, prepare, read_settings
from bot.domain import Answer, Clarification, Kind, Outcome
from bot.llm import Kept
from bot.settings import Settings

ModelFile = Annotated[Path | None, typer.Option(help="Another semantic model than the settings'.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


def with_app(
    run: Callable[[App], Awaitable[Any]],
    settings: Settings | None = None,
    parts: Parts = EVERYTHING,
    drafts: Kept | None = None,
) -> Any:
    """What `run` gives, with an app that is open and prepared around it."""

    async def opened() -> Any:
        async with open_app(settings or read_settings(), parts, drafts) as app:
            await prepare(app)
            return await run(app)

    return asyncio.run(opened())


def model_file(given: Path | None) -> Path:
    """The semantic model's file: the one given, else the settings'."""
    return given or read_settings().semantic_model


def exit_code(outcome: Outcome) -> int:
    """0 for an answer, 1 for a refusal or a question back, 3 for an outage or a bug."""
    if isinstance(outcome, Answer):
        return 0
    if isinstance(outcome, Clarification):
        return 1
    return 1 if outcome.code.kind is Kind.REFUSAL else 3
