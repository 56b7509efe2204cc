"""The composition root: settings in, a running app out.

It opens every resource in order, closes it in the other, and holds no logic of its own.

ConfigError     a setting is missing or makes no sense: one line, exit 2
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationError

from bot.answering import Answering, Directory, Drafting, prompt_maker
from bot.answering.everyday import everyday
from bot.answering.models import ModelAdmin
from bot.answering.parts import EVERYTHING, Parts
from bot.answering.retrieval import Budget, Retrieval, retrieval_for
from bot.answering.verified import index
from bot.digests import Digests, Live
from bot.evaluation import Elsewhere, open_elsewhere
from bot.jobs import Jobs, Pace, open_jobs
from bot.llm import (
    Kept,
    ModelRouter,
    OllamaClient,
    Options,
    RouterOptions,
    listed,
    open_ollama,
    read_routes,
)
from bot.logs import set_up_logs
from bot.metrics import Metrics, new_metrics
from bot.semantic import SemanticModel, check_catalog, load
from bot.semantic.draft import draft
from bot.settings import Settings
from bot.store import Database, Store, open_database, open_store
from bot.traces import Traces, open_traces
from bot.warehouse import RoleFault, open_warehouse

WARM_UP = "How many teams are there?"
"""The question that a model is warmed with; what it answers does not matter."""

CONCURRENCY = 32
"""Jobs that one process works on at once."""

POSTGRES = ("postgresql://", "postgres://")
REDIS = ("redis://", "rediss://", "unix://")
"""What an address of each kind of server begins with."""


class ConfigError(Exception):
    """A setting is missing or makes no sense; the text names it."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs, wired together."""

    settings: Settings
    model: SemanticModel
    metrics: Metrics
    answering: Answering
    digests: Digests
    jobs: Jobs
    traces: Traces


def read_settings() -> Settings:
    """The environment. Raises ConfigError naming each bad variable."""
    try:
        settings = Settings()
        ZoneInfo(settings.timezone)
    except ValidationError as error:
        faults = [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
        raise ConfigError("; ".join(faults)) from None
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError("TIMEZONE is not an IANA name such as Europe/Berlin.") from None
    try:
        set_up_logs(settings.log_level)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    return settings


@contextlib.asynccontextmanager
async def open_app(
    settings: Settings, parts: Parts = EVERYTHING, drafts: Kept | None = None
) -> AsyncIterator[App]:
    """The app without its surfaces. The servers behind it may be down; ConfigError if misnamed.

    What language models answered before, as far as it is in `drafts`, is given in their place.
    """
    database = needed(settings.database_url, "DATABASE_URL", POSTGRES)
    own = needed(settings.bot_database_url, "BOT_DATABASE_URL", POSTGRES)
    parts = replace(parts, repair=parts.repair and settings.model_repair)
    redis = needed(settings.redis_url, "REDIS_URL", REDIS)
    metrics = new_metrics()
    model = load(settings.semantic_model)
    async with contextlib.AsyncExitStack() as stack:
        collector, show_text = settings.otel_exporter_otlp_endpoint, settings.otel_show_text
        if collector and not collector.startswith(("http://", "https://")):
            raise ConfigError("OTEL_EXPORTER_OTLP_ENDPOINT is an address such as http://host:4318.")
        traces = await stack.enter_async_context(open_traces(collector, show_text=show_text))
        warehouse = await stack.enter_async_context(
            open_warehouse(
                database,
                timeout=settings.query_timeout,
                max_cost=settings.query_max_cost,
                metrics=metrics,
            )
        )
        kept = open_store(
            own, redis, rate=settings.rate_limit, cache_seconds=settings.cache_seconds
        )
        try:
            store = await stack.enter_async_context(kept)
        except ValueError as error:
            raise ConfigError(f"RATE_LIMIT or REDIS_URL cannot be read: {error}") from None
        # Slots are cheap: the language model has a line of its own, and a reply must show at once.
        waited = metrics.wait_seconds.labels("worker").observe
        jobs = await stack.enter_async_context(
            open_jobs(redis, Pace(concurrency=CONCURRENCY), waited=waited, traces=traces)
        )
        models = (settings.ollama_model, *listed(settings.ollama_fallback_models))
        routes = read_routes(models, settings.ollama_base_url)
        clients = [
            await stack.enter_async_context(open_ollama(address, drafts))
            for address in dict.fromkeys(
                (settings.ollama_base_url.rstrip("/"), *(route.address for route in routes))
            )
        ]
        router = _router(settings, tuple(clients), models, metrics)
        retrieval = _retrieval(settings, model, clients[0], store) if parts.retrieval else None
        drafting = Drafting(
            model,
            router,
            store,
            prompt_maker(
                model,
                settings.ollama_num_ctx - settings.ollama_num_predict,
                parts,
                retrieval.stable if retrieval else None,
            ),
            metrics,
            settings.ollama_timeout,
            everyday(model),
            parts,
            retrieval,
        )
        answering = Answering(
            model=model,
            router=router,
            warehouse=warehouse,
            store=store,
            metrics=metrics,
            drafting=drafting,
            directory_of_events=Directory(model, warehouse, settings.timezone),
            verified=index(model),
            queue_depth=jobs.depth,
            models=ModelAdmin(router, store, models, lambda: drafting.prompts.prompt(WARM_UP, ())),
            parts=parts,
        )
        yield App(
            settings=settings,
            model=model,
            metrics=metrics,
            answering=answering,
            digests=Digests(
                answering, jobs, settings.timezone, Live(answering, jobs, settings.timezone)
            ),
            jobs=jobs,
            traces=traces,
        )


def open_own_store(settings: Settings) -> contextlib.AbstractAsyncContextManager[Store]:
    """All that the bot itself remembers, for commands that need no more. Raises ConfigError."""
    return open_store(
        needed(settings.bot_database_url, "BOT_DATABASE_URL", POSTGRES),
        needed(settings.redis_url, "REDIS_URL", REDIS),
    )


def open_own_database(settings: Settings) -> contextlib.AbstractAsyncContextManager[Database]:
    """The bot's own database alone, for commands that need no more. Raises ConfigError."""
    return open_database(needed(settings.bot_database_url, "BOT_DATABASE_URL", POSTGRES))


def _retrieval(
    settings: Settings, model: SemanticModel, client: OllamaClient, store: Store
) -> Retrieval | None:
    budget = Budget.of(settings.ollama_num_ctx, settings.ollama_num_predict)
    return retrieval_for(model, budget, client, store.embeddings, settings.ollama_embed_model)


def _router(
    settings: Settings,
    clients: tuple[OllamaClient, ...],
    models: tuple[str, ...],
    metrics: Metrics,
) -> ModelRouter:
    return ModelRouter(
        clients,
        models,
        Options(
            temperature=settings.ollama_temperature,
            top_p=settings.ollama_top_p,
            num_ctx=settings.ollama_num_ctx,
            num_predict=settings.ollama_num_predict,
            keep_alive=settings.ollama_keep_alive,
        ),
        metrics,
        RouterOptions(
            num_parallel=settings.ollama_num_parallel, queue_wait=settings.queue_wait_seconds
        ),
    )


def elsewhere(app: App) -> AbstractAsyncContextManager[Elsewhere]:
    """The databases that an evaluation judges on beside the app's own. Raises ConfigError."""
    settings = app.settings
    opens = partial(
        open_warehouse,
        timeout=settings.query_timeout,
        max_cost=settings.query_max_cost,
        metrics=new_metrics(),
    )
    return open_elsewhere(
        app.model,
        opens,
        again_url=plain(settings.eval_database_url),
        alone_url=plain(settings.eval_alone_url),
    )


async def prepare(app: App) -> None:
    """Bring the bot's tables up to date and hold the model file against the live database.

    Raises:
        StoreError, WarehouseError: when a database is down.
        SemanticModelError: when the file names what the database does not have.
    """
    await app.answering.store.database.bring_up_to_date()
    check_catalog(app.model, await app.answering.warehouse.catalog())


async def check_role(settings: Settings, model: SemanticModel) -> tuple[RoleFault, ...]:
    """What the role of DATABASE_URL can do beyond what it needs, and what it lacks.

    Raises:
        ConfigError: without a DATABASE_URL.
        WarehouseError: when the database is down.
    """
    url = needed(settings.database_url, "DATABASE_URL", POSTGRES)
    async with open_warehouse(
        url,
        timeout=settings.query_timeout,
        max_cost=settings.query_max_cost,
        metrics=new_metrics(),
    ) as warehouse:
        return await warehouse.role_faults(model)


async def draft_schema(settings: Settings, root: str) -> str:
    """A semantic model, as YAML, of the database at DATABASE_URL; `root` "" is the likeliest.

    Raises:
        ConfigError: without a DATABASE_URL.
        WarehouseError: when the database is down.
        DraftError: when `root` cannot be the root.
    """
    url = needed(settings.database_url, "DATABASE_URL", POSTGRES)
    async with open_warehouse(
        url,
        timeout=max(settings.query_timeout, 60),  # it reads every table once
        max_cost=settings.query_max_cost,
        metrics=new_metrics(),
    ) as warehouse:
        return draft(await warehouse.survey(), root)


def needed(value: SecretStr | None, name: str, schemes: tuple[str, ...]) -> str:
    """The address in a setting that has to be there. Raises ConfigError naming it."""
    text = plain(value)
    if not text:
        raise ConfigError(f"Set {name} (see .env.example), or try the bot with `make demo`.")
    if not text.startswith(schemes):
        raise ConfigError(f"{name} is an address that begins with {' or '.join(schemes)}.")
    return text


def plain(value: SecretStr | None) -> str:
    """A secret's text; empty if it is not set."""
    return value.get_secret_value() if value is not None else ""
