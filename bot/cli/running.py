"""`serve`, `worker` and `demo`: what runs until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated

import typer

from bot.app import read_settings
from bot.serving import run_server

cli = typer.Typer()


@cli.command()
def serve(
    worker: Annotated[bool, typer.Option(help="Also answer questions in this process.")] = True,
) -> None:
    """Listen to Slack and HTTP."""
    asyncio.run(run_server(read_settings(), listen=True, work=worker))


@cli.command()
def worker() -> None:
    """Answer questions that `serve` took in; health and metrics over HTTP."""
    asyncio.run(run_server(read_settings(), listen=False, work=True))


@cli.command()
def demo() -> None:
    """Start the demo: a local workspace, databases and a small model, on this machine alone."""
    # The demo knows the bot; the bot knows nothing of the demo, so it becomes another program.
    os.execv(sys.executable, [sys.executable, "-m", "bot.demo"])  # noqa: S606 - this interpreter
