"""The Ollama server: is it one, has it the models, does the schema fit what they are given?"""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from bot.answering.retrieval.budget import CHARACTERS_A_TOKEN, RESERVED, Budget, costs
from bot.app import POSTGRES, ConfigError, needed
from bot.doctor.clock import Clock
from bot.doctor.finding import Finding, down, fails, ok, warning
from bot.domain import Dialect
from bot.llm import LanguageModelError, OllamaClient, listed, open_ollama, read_routes
from bot.llm.errors import BadAnswerError, RequestError
from bot.llm.protocol import same_model
from bot.semantic import SemanticModel, SemanticModelError, load, schema_prompt
from bot.settings import Settings
from bot.store import StoreError
from bot.store.look import look_at_database

_OLDEST = (0, 3, 0)
"""The first Ollama that surely has /api/embed."""


async def check_models(settings: Settings, clock: Clock) -> tuple[Finding, ...]:
    """Each server of the settings' models, then whether the schema fits."""
    names = (settings.ollama_model, *listed(settings.ollama_fallback_models))
    routes = read_routes(names, settings.ollama_base_url)
    found: list[Finding] = []
    for address in dict.fromkeys(route.address for route in routes):
        models = [route.model for route in routes if route.address == address]
        try:
            async with open_ollama(address) as client:
                found += await _server(client, models, settings.ollama_num_ctx)
        except LanguageModelError as error:
            found.append(_unreachable(address, error))
        else:
            await _date(address, clock)
    return (*found, *await _fits(settings))


def _unreachable(address: str, error: LanguageModelError) -> Finding:
    if isinstance(error, RequestError):
        mend = "OLLAMA_BASE_URL=http://host:11434"
        return fails("ollama", "ollama_address", error.message, mend)
    if isinstance(error, BadAnswerError):
        says = f"What answers at {_safe(address)} is not Ollama."
        return fails("ollama", "not_ollama", says, f"curl {_safe(address)}/api/version")
    mend = f"Start it (ollama serve), or set OLLAMA_BASE_URL; curl {_safe(address)}/api/version"
    return down("ollama", "ollama_down", f"{_safe(address)} does not answer.", mend)


async def _server(client: OllamaClient, models: list[str], num_ctx: int) -> list[Finding]:
    version = await client.version()
    installed = [model.name for model in await client.installed()]
    if not version:
        raise BadAnswerError("It says no version.")
    found = [_version(version)]
    for model in models:
        if not any(same_model(model, name) for name in installed):
            says = f"{_safe(client.address)} does not have {model}."
            found.append(fails("model", "model_missing", says, f"ollama pull {model}"))
            continue
        found.append(await _holds(client, model, num_ctx))
    return found


def _version(version: str) -> Finding:
    parts = version.partition("-")[0].split(".")
    number = tuple(int(part) for part in parts if part.isdigit())
    if (0, 0, 0) < number < _OLDEST:
        says = f"Ollama {version} is older than {'.'.join(map(str, _OLDEST))}."
        return warning("ollama", "ollama_old", says, "Install a newer Ollama.")
    return ok("ollama", f"Ollama {version} answers.")


async def _holds(client: OllamaClient, model: str, num_ctx: int) -> Finding:
    try:
        most = (await client.show(model)).context_length
    except LanguageModelError:
        most = 0  # a server that does not say; the model is there
    if 0 < most < num_ctx:
        says = f"OLLAMA_NUM_CTX is {num_ctx}, but {model} was made for {most} tokens."
        return warning("model", "num_ctx_too_large", says, f"OLLAMA_NUM_CTX={most}")
    return ok("model", f"{model} is there.")


async def _date(address: str, clock: Clock) -> None:
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            reply = await http.get(f"{address}/api/version")
    except httpx.HTTPError:
        return
    clock.saw_header("Ollama", reply.headers.get("date"))


async def _fits(settings: Settings) -> list[Finding]:
    """Whether the schema fits the context; if not, what chooses tables for a question."""
    try:
        model = load(settings.semantic_model)
    except SemanticModelError:
        return []  # said with the database
    budget = Budget.of(settings.ollama_num_ctx, settings.ollama_num_predict)
    if budget.holds(model):
        says = f"The whole schema fits OLLAMA_NUM_CTX={settings.ollama_num_ctx}."
        return [ok("context", says)]
    enough = _enough(model, settings.ollama_num_predict)
    largest = max(costs(model).values())
    if largest > budget.characters:
        says = f"OLLAMA_NUM_CTX={settings.ollama_num_ctx} holds not even one table with a question."
        return [fails("context", "num_ctx_too_small", says, f"OLLAMA_NUM_CTX={enough}")]
    says = (
        f"The schema does not fit OLLAMA_NUM_CTX={settings.ollama_num_ctx}: for each question some "
        "tables are chosen, not always the right ones."
    )
    mend = f"OLLAMA_NUM_CTX={enough} holds all, if the machine has the memory for it."
    return [
        warning("context", "num_ctx_small", says, mend),
        *(await _chooses(settings)),
    ]


def _enough(model: SemanticModel, num_predict: int) -> int:
    """The least num_ctx, in steps of 1024 tokens, that holds the whole schema."""
    schema = len(schema_prompt(model, Dialect.POSTGRES)) // CHARACTERS_A_TOKEN + 1
    return -(-(schema + RESERVED + num_predict) // 1024) * 1024


async def _chooses(settings: Settings) -> list[Finding]:
    name = settings.ollama_embed_model
    if not name:
        says = "OLLAMA_EMBED_MODEL is empty: tables are chosen by words alone."
        return [warning("embeddings", "no_embed_model", says, "OLLAMA_EMBED_MODEL=all-minilm")]
    try:
        async with open_ollama(settings.ollama_base_url) as client:
            there = any(same_model(name, each.name) for each in await client.installed())
    except LanguageModelError:
        return []  # said of the server
    found = list(_embeds(name, there=there))
    try:
        own = await look_at_database(
            needed(settings.bot_database_url, "BOT_DATABASE_URL", POSTGRES)
        )
    except (ConfigError, StoreError):
        return found  # said of the bot's database
    if not own.vector:
        says = "The bot's database has no pgvector: tables are chosen by words alone."
        mend = 'psql "$BOT_DATABASE_URL" -c "CREATE EXTENSION vector"'
        if not own.vector_possible:
            mend = "Install pgvector on that server (postgresql-N-pgvector), then: " + mend
        found.append(warning("embeddings", "no_pgvector", says, mend))
    return found or [ok("embeddings", f"{name} and pgvector choose tables.")]


def _embeds(name: str, *, there: bool) -> Iterator[Finding]:
    if not there:
        says = f"The server does not have {name}: tables are chosen by words alone."
        yield warning("embeddings", "embed_model_missing", says, f"ollama pull {name}")


def _safe(address: str) -> str:
    """An address without the name and password that it may carry."""
    return str(httpx.URL(address).copy_with(username=None, password=None))
