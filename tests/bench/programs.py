"""The two programs that are measured, each as a process of its own: the bot and the bare echo."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from bot.demo.child import child
from bot.demo.servers.process import free_port
from bot.demo.workspace import Workspace

PATH = "/slack/events"


@dataclass(frozen=True)
class Program:
    """A running program with the workspace that it serves."""

    name: str
    workspace: Workspace
    url: str
    process: psutil.Process

    def resident(self) -> float:
        """Resident memory of the program and whatever it started, in MiB."""
        family = [self.process, *self.process.children(recursive=True)]
        # The leash is ours, not the program's.
        return sum(each.memory_info().rss for each in family[1:]) / 2**20


@contextlib.asynccontextmanager
async def running(
    name: str, command: list[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[Program]:
    """Start a program that takes Slack's events by HTTP, with a workspace of its own."""
    port = free_port()
    url = f"http://127.0.0.1:{port}{PATH}"
    manifest = Path("manifest.yml")
    async with Workspace(manifest=manifest, request_url=url, limited=False) as workspace:
        slack = {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "HTTP_PORT": str(port),
            "PYTHONPATH": os.getcwd(),  # noqa: PTH109 - a text for the environment
        }
        async with child([sys.executable, *command], log, {**environment, **slack}) as process:
            await _answers(url)
            yield Program(name, workspace, url, psutil.Process(process.pid))


async def _answers(url: str) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.TransportError):
                await client.get(url)
                return
            await asyncio.sleep(0.05)
