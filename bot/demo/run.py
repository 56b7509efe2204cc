"""The demo as a whole: page, servers, sample, bot and language model, until Ctrl-C.

The page is up first and says what is still being started. The bot is a process of its own, started
with the environment variables that a real workspace would need, and no others.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from rich.console import Console

from bot.demo import language
from bot.demo.child import child
from bot.demo.sample import Copies, SampleError, SampleSpec, copies_of, open_copies, open_sample
from bot.demo.servers import Servers, start_servers
from bot.demo.servers.databases import ensure_database
from bot.demo.servers.process import free_port, tail
from bot.demo.workspace import MAYA, Workspace
from bot.domain import Event
from bot.semantic import load
from bot.settings import Settings
from bot.store import open_store

T = TypeVar("T")

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
CHANNEL = "spring-classic"
"""The channel that is bound from the start; another one is left to be bound by hand."""

RETRIES = (0.0, 1.0, 2.0, 4.0, 8.0, 60.0, 300.0)
"""Seconds before each try of an event: closer than Slack's, as the bot is often just starting."""

SUGGESTIONS = (
    "top 5 teams by spirit score",
    "who captains Sharks?",
    "when does Tides play next?",
    "how many teams are entered?",
)


class DemoError(Exception):
    """The demo cannot start, or a part of it ended; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """`folder` holds everything that lasts, `port` is the page's, `gguf` another model file.

    `model` is another one to fetch than the smallest, by name.
    """

    folder: Path
    port: int
    gguf: Path | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class _Places:
    """What the bot is told of databases; `events` is empty where they are the person's own.

    `copies` are for `eval`, and made by `copy`, for which nobody waits.
    """

    database_url: str
    bot_database_url: str
    redis_url: str
    events: tuple[Event, ...] = ()
    copies: Copies | None = None
    copy: Callable[[], Awaitable[object]] | None = None


async def run_demo(settings: Settings, options: Options, console: Console) -> None:
    """Run until SIGINT or SIGTERM. Raises DemoError, ServersError, SampleError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    options.folder.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        workspace = await stack.enter_async_context(_page(options))
        console.print(f"Open {workspace.url} (Ctrl-C ends the demo).", highlight=False)
        workspace.notice("Starting the databases.", kind="busy")
        places = await _until(stop, _places(settings, options, stack))
        if places is None:
            return
        chosen = await language.choose(settings, options.gguf, options.model)
        await _bind(workspace, places)
        said = language.Said()
        notices = asyncio.create_task(_show(workspace, said))
        stack.callback(notices.cancel)
        await stack.enter_async_context(
            language.served(chosen, options.gguf, options.folder, console, said)
        )
        log = options.folder / "bot.log"
        environment = _environment(workspace, places, chosen)
        _write_environment(options.folder / "demo.env", environment)
        bot = [sys.executable, "-m", "bot.cli", "serve"]
        process = await stack.enter_async_context(child(bot, log, environment))
        copying = asyncio.create_task(_copy(places, console))
        stack.callback(copying.cancel)
        console.print(f"The bot's log is {log}; its settings are demo.env beside it.")
        ended = await _until(stop, process.wait())
        if ended is not None:
            raise DemoError(f"the bot ended with code {ended}. Its log says:\n{tail(log)}")


async def _copy(places: _Places, console: Console) -> None:
    """Make the databases that `eval` judges on. Without them it judges on one, and says so."""
    if places.copy is None:
        return
    try:
        await places.copy()
    except (SampleError, OSError, asyncpg.PostgresError) as error:
        console.print(f"No copies to evaluate on: {error}", markup=False, highlight=False)


async def _show(workspace: Workspace, said: language.Said) -> None:
    """Keep the page's notice true: without the bot nobody answers, so that is said first."""
    while True:
        shown = ("Starting the bot.", "", "busy")
        if workspace.connected():
            shown = (said.text, said.detail, said.kind)
        if shown != tuple(workspace.state.notice.values()):
            text, detail, kind = shown
            workspace.notice(text, detail=detail, kind=kind)
        await asyncio.sleep(0.2)


@contextlib.asynccontextmanager
async def _page(options: Options) -> AsyncIterator[Workspace]:
    try:
        workspace = Workspace(
            manifest=MANIFEST, port=options.port, suggestions=SUGGESTIONS, retries=RETRIES
        )
        await workspace.__aenter__()
    except OSError as error:
        raise DemoError(
            f"port {options.port} is taken ({error.strerror}). Use another: make demo PORT=8001."
        ) from None
    try:
        yield workspace
    finally:
        await workspace.__aexit__(None)


async def _places(
    settings: Settings, options: Options, stack: contextlib.AsyncExitStack
) -> _Places:
    """The person's own servers where they are set, the embedded ones for the rest."""
    own = {
        "database": settings.database_url,
        "bot database": settings.bot_database_url,
        "redis": settings.redis_url,
    }
    given = {name: url.get_secret_value() for name, url in own.items() if url is not None}
    if len(given) == len(own):
        return _Places(given["database"], given["bot database"], given["redis"])
    servers = await _start(options.folder / "data", stack)
    places = _Places(given.get("database", ""), "", given.get("redis", servers.redis_url))
    if not places.database_url:
        spec, model = SampleSpec(today=datetime.now(UTC).date()), load(settings.semantic_model)
        sample = await open_sample(servers, spec, model)
        places = replace(
            places,
            database_url=sample.reader_url,
            events=sample.events,
            copies=copies_of(servers),
            copy=partial(open_copies, servers, spec, model),
        )
    if "bot database" not in given:
        given["bot database"] = await ensure_database(servers, "game_stats_bot")
    return replace(places, bot_database_url=given["bot database"])


async def _start(folder: Path, stack: contextlib.AsyncExitStack) -> Servers:
    # In a thread: the page answers meanwhile.
    opened = start_servers(folder)
    servers = await asyncio.to_thread(opened.__enter__)
    stack.callback(opened.__exit__, None, None, None)
    return servers


async def _bind(workspace: Workspace, places: _Places) -> None:
    """Bind the first channel to the event being played, so that the first question is answered."""
    if not places.events:
        return
    team, channel = workspace.state.team, workspace.channel(CHANNEL).id
    async with open_store(places.bot_database_url, places.redis_url) as store:
        if not await store.bindings.get(team, channel):
            await store.bindings.bind(team, channel, (places.events[0].id,), MAYA.id)


def _environment(
    workspace: Workspace, places: _Places, chosen: language.Language
) -> dict[str, str]:
    evaluation = {}
    if places.copies is not None:
        evaluation = {
            "EVAL_DATABASE_URL": places.copies.again_url,
            "EVAL_ALONE_URL": places.copies.alone_url,
        }
    return {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "DATABASE_URL": places.database_url,
        "BOT_DATABASE_URL": places.bot_database_url,
        "REDIS_URL": places.redis_url,
        "OLLAMA_BASE_URL": chosen.base_url,
        "OLLAMA_MODEL": chosen.model,
        "HTTP_PORT": str(free_port()),
        "JWT_SECRET": secrets.token_hex(32),
        **evaluation,
    }


def _write_environment(path: Path, environment: dict[str, str]) -> None:
    """For `game-stats-bot ask` and its like in another terminal; only we can read it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{name}='{value}'\n" for name, value in environment.items()))


async def _until(stop: asyncio.Event, step: Coroutine[Any, Any, T]) -> T | None:
    """What `step` gives, or None if the demo is to end first."""
    work, stopped = asyncio.create_task(step), asyncio.create_task(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not work.done():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        return None
    return work.result()
