"""`serve` and `worker`: one process with its surfaces and jobs, until it is told to stop.

Servers behind it may be down when it starts: it waits for them and says so, in the log and at
`/readyz`. On SIGTERM or SIGINT it takes nothing new, ends what runs, and closes everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import httpx
import structlog
import uvicorn
from starlette.routing import BaseRoute

from bot.app import App, ConfigError, open_app, plain, prepare
from bot.distribution import check_tokens, read_distribution
from bot.http import SECRET_BYTES, Fetch, Health, Keys, Life, TokenRules, build_http
from bot.http.health import OK, Check, look
from bot.http.server import new_server
from bot.jobs import cleaning
from bot.llm import CircuitState, LanguageModelError
from bot.settings import Settings
from bot.slack.app import SlackConfig, SlackSurface, open_slack
from bot.slack.web import is_local
from bot.store import StoreError
from bot.store.tasks import end
from bot.warehouse import WarehouseError

log = structlog.get_logger()

RETRY_SECONDS = 5.0
"""Between two tries to reach a server that is down."""

WATCH_SECONDS = 15.0
"""Between two looks at the servers, for the metrics."""

LANGUAGE_MODEL = "language model"
"""The dependency without which checked and cached questions are still answered."""

_CIRCUIT = {CircuitState.CLOSED: 0, CircuitState.HALF_OPEN: 1, CircuitState.OPEN: 2}

STUCK_SECONDS = 60.0
"""Without a turn of the loop that takes jobs for so long, the process counts as dead."""

KEYS_SECONDS = 5.0
KEYS_BYTES = 256_000
"""What fetching the keys that sign tokens may take."""


async def run_server(settings: Settings, *, listen: bool, work: bool) -> None:
    """Serve until SIGTERM or SIGINT: Slack and HTTP if `listen`, jobs and digests if `work`."""
    async with contextlib.AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings))
        stop = _stop_on_signals()
        slack = await _slack(app, stack)
        if listen and slack is None:
            log.warning("no Slack: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN")
        routes = slack.routes() if slack is not None and listen else []
        # A worker has no connection of its own to Slack that could be watched.
        checks = _checks(app, slack if listen else None)
        life = partial(_life, app, slack if listen else None, work=work)
        health = Health(checks, life, optional=frozenset({LANGUAGE_MODEL}))
        server = _http_server(app, routes, health)
        listening = server.serve([_listening(settings.http_host, settings.http_port)])
        tasks = [asyncio.create_task(listening, name="http")]
        if slack is not None and listen:
            tasks.append(asyncio.create_task(slack.listen(), name="slack"))
        tasks.append(asyncio.create_task(_work(app, slack, work=work), name="work"))
        tasks.append(asyncio.create_task(_watch(app, checks), name="watch"))
        await _until_stopped(stop, tasks)
        server.should_exit = True
        await _end(tasks)


async def _slack(app: App, stack: contextlib.AsyncExitStack) -> SlackSurface | None:
    settings = app.settings
    distribution = read_distribution(settings, app.answering.store)
    if distribution is None and settings.slack_bot_token is None:
        return None
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise ConfigError(
            "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) beside the bot token."
        )
    config = SlackConfig(
        bot_token=plain(settings.slack_bot_token),
        app_token=plain(settings.slack_app_token),
        signing_secret=plain(settings.slack_signing_secret),
        api_url=settings.slack_api_url,
        admins=frozenset(name.strip() for name in settings.bot_admins.split(",") if name.strip()),
        reactions=settings.slack_reactions,
        distribution=distribution,
    )
    return await stack.enter_async_context(
        open_slack(config, app.answering, app.digests, app.jobs, app.metrics, app.answering.store)
    )


def _listening(host: str, port: int) -> socket.socket:
    """An open port. Raises ConfigError; uvicorn would end the process by itself."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(f"HTTP_HOST, HTTP_PORT: {host}:{port} is no use: {error}.") from None


def _http_server(app: App, routes: list[BaseRoute], health: Health) -> uvicorn.Server:
    registry, rules = app.metrics.registry, _token_rules(app.settings)
    # Signals are ours: the jobs must end before the process does.
    return new_server(build_http(app.answering, registry, health, rules, routes, app.traces))


def _token_rules(settings: Settings) -> TokenRules | None:
    """What a token must satisfy; None without any key. Raises ConfigError."""
    secret, url = plain(settings.jwt_secret), settings.jwt_jwks_url
    if secret and len(secret.encode()) < SECRET_BYTES:
        raise ConfigError(f"JWT_SECRET is too short: HS256 wants {SECRET_BYTES} bytes or more.")
    if url and not url.startswith(("https://", "http://")):
        raise ConfigError("JWT_JWKS_URL is an address that begins with https:// or http://.")
    if not secret and not url:
        return None
    keys = Keys(key_set(url)) if url else None
    return TokenRules(secret, keys, settings.jwt_issuer, settings.jwt_audience)


def key_set(url: str) -> Fetch:
    """Fetches the JSON Web Key Set at `url`."""

    async def fetch() -> bytes:
        body = b""
        try:
            async with (
                httpx.AsyncClient(timeout=KEYS_SECONDS, trust_env=not is_local(url)) as client,
                client.stream("GET", url) as reply,
            ):
                reply.raise_for_status()
                async for piece in reply.aiter_bytes():
                    body += piece
                    if len(body) > KEYS_BYTES:
                        raise ValueError("the key set is too long")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectionError(f"{url}: {error!r}") from error
        return body

    return fetch


def _life(app: App, slack: SlackSurface | None, *, work: bool) -> Life:
    """Whether jobs are taken, if that is this process's work; and how Slack's connection is."""
    age = app.jobs.age() if work else None
    stuck = age is not None and age > STUCK_SECONDS
    return Life("stuck" if stuck else "ok", age, slack.ping_age() if slack else None)


def _checks(app: App, slack: SlackSurface | None) -> dict[str, Check]:
    checks: dict[str, Check] = {
        "database": app.answering.warehouse.ping,
        "store": lambda: _store_is_up(app),
        LANGUAGE_MODEL: lambda: _model_is_up(app),
    }
    if slack is not None:
        checks["slack"] = slack.check
    return checks


async def _watch(app: App, checks: Mapping[str, Check]) -> None:
    """Set the gauges from what a look at each server tells, until cancelled."""
    metrics = app.metrics
    while True:
        for name, state in (await look(checks)).items():
            metrics.dependency_up.labels(name).set(state.state == OK)
        for model, circuit in app.answering.router.circuits().items():
            metrics.circuit.labels(model).set(_CIRCUIT[circuit])
        with contextlib.suppress(StoreError):  # `dependency_up` says it
            metrics.queue_depth.set(await app.jobs.depth())
        await asyncio.sleep(WATCH_SECONDS)


async def _store_is_up(app: App) -> None:
    if down := await app.answering.store.down():
        raise ConnectionError(", ".join(down))


async def _model_is_up(app: App) -> None:
    status = await app.answering.router.status()
    if not status.answers:
        raise ConnectionError(status.problem)


async def _work(app: App, slack: SlackSurface | None, *, work: bool) -> None:
    """Prepare the databases; then jobs, digests and the warm language model, until cancelled."""
    await _until_done(lambda: prepare(app))
    if slack is not None and (ours := slack.config.distribution):
        await _until_done(lambda: check_tokens(ours.installations))
    await _until_done(lambda: _warn_of_role(app))
    if not work:
        return
    cleaning.register(app.jobs, app.answering.store, app.settings.audit_days)
    async with asyncio.TaskGroup() as group:
        group.create_task(app.jobs.work())
        group.create_task(app.digests.keep_time())
        group.create_task(cleaning.keep_clean(app.jobs))
        group.create_task(app.answering.models.keep_warm())
        group.create_task(_until_done(lambda: _embed(app)))


async def _warn_of_role(app: App) -> None:
    """A line in the log for each thing that `database harden --check` would say."""
    for fault in await app.answering.warehouse.role_faults(app.model):
        log.warning("database role", fault=fault.what, mend=fault.mend)


async def _embed(app: App) -> None:
    retrieval = app.answering.drafting.retrieval
    if retrieval is not None:
        await retrieval.fill()


async def _until_done(step: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            return await step()
        except (StoreError, WarehouseError, LanguageModelError) as error:
            # The cause tells an operator a wrong password from a server that is down.
            log.warning("waiting", error=str(error), cause=type(error.__cause__).__name__)
            await asyncio.sleep(RETRY_SECONDS)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _until_stopped(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Return on a signal; raise what a task died of."""
    waiting = asyncio.create_task(stop.wait(), name="stop")
    pending: set[asyncio.Task[None]] = set(tasks)
    while pending and not waiting.done():
        done, _ = await asyncio.wait({waiting, *pending}, return_when=asyncio.FIRST_COMPLETED)
        pending -= done
        for task in done - {waiting}:
            if error := task.exception():
                waiting.cancel()
                await _end(tasks)
                raise error


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        if task.get_name() != "http":
            await end(task)
    await asyncio.gather(*tasks, return_exceptions=True)
