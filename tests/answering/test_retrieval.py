"""Tables chosen for a question, on a schema of 200 tables: what is found, and what may fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from bot.answering.retrieval import Budget, Retrieval, retrieval_for
from bot.answering.retrieval.choose import choose
from bot.answering.retrieval.retrieval import by_words
from bot.app import open_app, prepare
from bot.demo.servers import Servers
from bot.domain import Answer, Asker, Dialect, Question
from bot.llm import open_ollama
from bot.llm.errors import LanguageModelError
from bot.semantic import SemanticModel, load, schema_prompt
from bot.settings import Settings
from bot.store import StoreError, open_store
from tests.plugins.big_schema import BigSchema, big_schema
from tests.plugins.embedding import Embedder
from tests.plugins.house import MODEL, ScriptedOllama

HERE = Path(__file__).parent
QUESTIONS = [
    json.loads(line)
    for line in (HERE.parent / "plugins" / "big_questions.jsonl").read_text().splitlines()
]
BUDGET = Budget.of(4096, 512)
GAME_STATS = load(HERE.parents[1] / "bot" / "semantic" / "game_stats.yml")


@pytest.fixture(scope="module")
def big() -> BigSchema:
    """The schema of 200 tables."""
    return big_schema(seed=1)


@pytest.fixture(scope="module")
def model(big: BigSchema, tmp_path_factory: pytest.TempPathFactory) -> SemanticModel:
    """Its semantic model."""
    path = tmp_path_factory.mktemp("big") / "big.yml"
    path.write_text(big.model, encoding="utf-8")
    return load(path)


@pytest.fixture
async def own_url(fresh_database: Callable[[], Awaitable[str]]) -> str:
    """An empty database for the bot."""
    return await fresh_database()


@pytest.fixture
async def retrieval(
    model: SemanticModel, own_url: str, redis_url: str, ollama: ScriptedOllama, embedder: Embedder
) -> AsyncIterator[Retrieval]:
    """A retrieval on real PostgreSQL with pgvector and a real embedding model."""
    ollama.embedder = embedder.embed
    async with open_store(own_url, redis_url) as store, open_ollama(ollama.url) as client:
        made = retrieval_for(model, BUDGET, client, store.embeddings, "all-minilm")
        assert made is not None
        yield made


def recall(found: dict[str, tuple[str, ...]]) -> float:
    """The share of needed tables that were found."""
    needed = [(each["question"], table) for each in QUESTIONS for table in each["tables"]]
    return sum(table in found[question] for question, table in needed) / len(needed)


def test_the_schema_is_big_and_drawn_by_seed(big: BigSchema, model: SemanticModel) -> None:
    """Two hundred tables, the same for a seed and others for another, far beyond the budget."""
    assert len(model.tables) == 200
    assert big_schema(seed=1) == big
    assert big_schema(seed=2).model != big.model
    assert len(schema_prompt(model, Dialect.POSTGRES)) > 5 * BUDGET.characters


async def test_a_model_that_fits_is_never_chosen_from(ollama: ScriptedOllama) -> None:
    """The game-stats model goes into the prompt whole."""
    async with open_ollama(ollama.url) as client:
        assert retrieval_for(GAME_STATS, BUDGET, client, None, "x") is None  # type: ignore[arg-type]


async def test_the_needed_tables_are_found(retrieval: Retrieval) -> None:
    """Nearly all needed tables of 48 questions fit the budget with what embeddings choose."""
    assert await retrieval.fill()
    found = {each["question"]: await retrieval.tables(each["question"]) for each in QUESTIONS}
    assert recall(found) >= 0.95
    for tables in found.values():
        told = schema_prompt(retrieval.model, Dialect.POSTGRES, tables=tables + retrieval.stable)
        assert len(told) <= BUDGET.characters


async def test_without_embeddings_words_decide(
    retrieval: Retrieval, ollama: ScriptedOllama
) -> None:
    """A server without the model costs recall, and no question."""
    ollama.embedder = None
    found = {each["question"]: await retrieval.tables(each["question"]) for each in QUESTIONS}
    assert recall(found) >= 0.7
    with pytest.raises(LanguageModelError):
        await retrieval.fill()


async def test_before_the_schema_is_embedded_words_decide(retrieval: Retrieval) -> None:
    """A question that comes at once after the start is answered all the same."""
    question = "Which sponsors have contracts?"
    assert "sponsors" in by_words(question, retrieval.documents)
    assert {"sponsors", "contracts"} <= set(await retrieval.tables(question))


async def test_tables_in_use_come_first(retrieval: Retrieval) -> None:
    """What the shown examples use is there, whatever the question is about."""
    assert "libraries" in await retrieval.tables("Who won gold?", ["libraries"])
    assert "squads" in retrieval.stable


def test_tables_between_come_too(model: SemanticModel) -> None:
    """Two chosen tables are linked by those in between, as far as the budget goes."""
    scores, cost = {"medicines": 0.9, "injuries": 0.8}, dict.fromkeys(model.tables, 100)
    assert choose(model, scores, cost, 300) == ("injuries", "treatments", "medicines")
    assert choose(model, scores, cost, 200) == ("injuries", "medicines")
    assert choose(model, scores, cost, 100) == ("medicines",)
    assert choose(model, scores, cost, 200, there=["injuries"]) == ("treatments", "medicines")
    assert choose(model, scores, cost, 0) == ()


async def test_two_starts_embed_once(retrieval: Retrieval, ollama: ScriptedOllama) -> None:
    """Of two processes one embeds, and both end with the whole set."""
    assert await asyncio.gather(retrieval.fill(), retrieval.fill()) == [True, True]
    texts = [text for request in ollama.embedded for text in request]
    assert len(texts) == len(retrieval.documents)


async def test_a_fill_that_broke_leaves_nothing(
    retrieval: Retrieval, ollama: ScriptedOllama, own_url: str, embedder: Embedder
) -> None:
    """An end in the middle leaves no half set, and the next start makes it whole."""

    def broken(texts: list[str]) -> list[list[float]]:
        if len(ollama.embedded) > 2:
            raise OSError("gone")
        return embedder.embed(texts)

    ollama.embedder = broken
    with pytest.raises(LanguageModelError):
        await retrieval.fill()
    connection = await asyncpg.connect(own_url)
    assert await connection.fetchval("SELECT count(*) FROM bot.embeddings") == 0
    ollama.embedder = embedder.embed
    assert await retrieval.fill()
    count = await connection.fetchval("SELECT count(*) FROM bot.embeddings")
    await connection.close()
    assert count == len(retrieval.documents)


async def test_a_cancelled_fill_frees_the_lock(
    retrieval: Retrieval, ollama: ScriptedOllama, embedder: Embedder
) -> None:
    """A process that is stopped while it embeds does not keep the others waiting."""
    under_way = asyncio.create_task(retrieval.fill())
    while not ollama.embedded:  # noqa: ASYNC110 - the server under test tells nobody else
        await asyncio.sleep(0.01)
    under_way.cancel()
    await asyncio.gather(under_way, return_exceptions=True)
    assert await retrieval.fill()


async def test_another_fingerprint_is_another_set(retrieval: Retrieval) -> None:
    """A changed file is embedded anew; the set before stays for processes that still use it."""
    await retrieval.fill()
    changed = replace(retrieval, model=replace(retrieval.model, fingerprint="changed"))
    await changed.fill()
    (vector,) = await retrieval.client.embed("all-minilm", ["rain"], seconds=5)
    for each in (retrieval, changed):
        assert await each.kept.nearest(each.model.fingerprint, "all-minilm", vector)


async def test_without_pgvector_the_bot_runs_and_says_so(
    servers: Servers, retrieval: Retrieval, own_url: str, ollama: ScriptedOllama
) -> None:
    """A role that may not make the extension gets tables by words, not an error."""
    admin = await asyncpg.connect(own_url)
    await retrieval.kept.possible()
    await admin.execute("DROP TABLE bot.embeddings; DROP EXTENSION vector")
    await admin.execute(
        "CREATE OR REPLACE FUNCTION bot.make_embeddings() RETURNS boolean"
        " LANGUAGE sql AS 'SELECT false'"
    )
    await admin.close()
    assert not await retrieval.fill()
    assert not ollama.embedded
    with pytest.raises(StoreError):
        await retrieval.kept.nearest("x", "y", [1.0])
    assert {"sponsors", "contracts"} <= set(
        await retrieval.tables("Which sponsors have contracts?")
    )


async def test_a_question_is_answered_over_two_hundred_tables(
    big: BigSchema,
    model: SemanticModel,
    fresh_database: Callable[[], Awaitable[str]],
    own_url: str,
    redis_url: str,
    ollama: ScriptedOllama,
    embedder: Embedder,
) -> None:
    """The whole way with num_ctx 4096: the model sees the tables it needs and few others."""
    url = await fresh_database()
    connection = await asyncpg.connect(url)
    await connection.execute(big.ddl)
    await connection.close()
    ollama.embedder = embedder.embed
    ollama.answers["unhappy"] = "SELECT count(*) AS complaints FROM complaints"
    settings = Settings(
        _env_file=None,
        database_url=url,
        bot_database_url=own_url,
        redis_url=redis_url,
        semantic_model=model.path,
        ollama_base_url=ollama.url,
        ollama_model=MODEL,
        ollama_num_ctx=4096,
    )
    async with open_app(settings) as app:
        await prepare(app)
        retrieval = app.answering.drafting.retrieval
        assert retrieval is not None
        await retrieval.fill()
        asker = Asker("slack", "T1", "U1")
        question = Question("q1", "What were guests unhappy about?", asker, "C1", big.events[:1])
        answer = await app.answering.answer(question)
    assert isinstance(answer, Answer)
    assert answer.table.rows == ((6,),)
    (prompt,) = ollama.prompts
    assert "CREATE TABLE complaints" in prompt
    assert prompt.count("CREATE TABLE") < 40
    assert prompt.index("CREATE TABLE squads") < prompt.index("CREATE TABLE complaints")
