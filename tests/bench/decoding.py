"""What structured output and sampling with a vote gain on the demo's small model.

    nice -n 19 python -m tests.bench.decoding --questions 40

Asks a spread of the tuning questions, tests/evaluation/questions.jsonl (none held out), each in
three ways: as the bot does; with `format` holding the model to {"sql": …}; and three times at
temperature 0.7, the result that most drafts agree on. Rows are judged like `eval` judges them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.answering import Answering
from bot.app import open_app, prepare
from bot.demo.model.weights import fetch_weights
from bot.demo.sample import SampleSpec, open_sample
from bot.demo.servers import start_servers
from bot.demo.servers.databases import ensure_database
from bot.domain import Asker, Dialect, Event, Question, Refusal, ResultTable
from bot.evaluation import Case, read_cases
from bot.evaluation.compare import Match, compare
from bot.guard import guard
from bot.llm import OllamaClient, Options, open_ollama, profile_for
from bot.llm.extract import enough, find_statement
from bot.llm.protocol import ModelRequest
from bot.semantic import load
from bot.settings import Settings
from bot.warehouse import WarehouseError
from tests.plugins.model import serving_model

SEMANTIC_MODEL = Path("bot/semantic/game_stats.yml")
SHAPE = {"type": "object", "properties": {"sql": {"type": "string"}}, "required": ["sql"]}
VOTES = 3
PATIENCE = 900
"""Seconds for a draft; other programs may take most of the machine."""

Way = Callable[["Bench", ModelRequest], Awaitable[list[str]]]


class Bench:
    """The pipeline's parts that a draft is judged with."""

    def __init__(self, answering: Answering, client: OllamaClient, model: str) -> None:
        self.answering = answering
        self.client = client
        self.model = model

    async def request(self, case: Case, event: Event) -> ModelRequest:
        """What the bot asks the model for this question."""
        asker = Asker("terminal", "", "bench")
        question = Question("bench", case.question, asker, events=(event.id,))
        drafting = self.answering.drafting
        names = await self.answering.directory_of_events.names((event,), self.answering.query)
        asked = drafting.asked(question.text, (event,), names, datetime.now(UTC))
        make = await drafting.prompt(asked)
        profile = profile_for(self.model)
        return profile.request(self.model, make(profile.dialect), Options(seed=1))

    async def rows(self, sql: str, event: Event) -> ResultTable | None:
        """What a draft gives; None if it is refused or fails."""
        profile = profile_for(self.model)
        query = guard(sql, profile.dialect, self.answering.model, (event.id,))
        if isinstance(query, Refusal):
            return None
        try:
            return await self.answering.warehouse.run(query)
        except WarehouseError:
            return None


async def plain(bench: Bench, request: ModelRequest) -> list[str]:
    """As the bot asks."""
    done = await bench.client.complete(request, seconds=PATIENCE, enough=enough)
    found = find_statement(done.text)
    return [found.sql] if found else []


async def shaped(bench: Bench, request: ModelRequest) -> list[str]:
    """Held to a JSON object with the SQL in it."""
    body = {**request.body, "format": SHAPE}
    done = await bench.client.complete(ModelRequest(request.path, body), seconds=PATIENCE)
    try:
        return [str(json.loads(done.text)["sql"])]
    except (json.JSONDecodeError, KeyError, TypeError):
        return []


async def voted(bench: Bench, request: ModelRequest) -> list[str]:
    """Several drafts, warm."""
    drafts = []
    for seed in range(VOTES):
        options: dict[str, Any] = {**request.body["options"], "temperature": 0.7, "seed": seed}
        body = {**request.body, "options": options}
        drafts += await plain(bench, ModelRequest(request.path, body))
    return drafts


def agreed(tables: list[ResultTable]) -> ResultTable | None:
    """The result that most others are the same as; of equals the first."""
    if not tables:
        return None
    return max(
        tables,
        key=lambda one: sum(compare(each, one, ordered=False) is Match.SAME for each in tables),
    )


async def measure(name: str, way: Way, bench: Bench, cases: list[tuple[Case, Event]]) -> None:
    """Ask every question one way and print what came of it."""
    right = valid = 0
    began = time.monotonic()
    for case, event in cases:
        drafts = await way(bench, await bench.request(case, event))
        tables = [table for sql in drafts if (table := await bench.rows(sql, event)) is not None]
        found = agreed(tables)
        valid += found is not None
        right += found is not None and await judged(bench, found, case, event)
    seconds = (time.monotonic() - began) / len(cases)
    print(
        f"{name:<12} right {right}, valid {valid} of {len(cases)}; {seconds:.1f} s each", flush=True
    )


async def judged(bench: Bench, found: ResultTable, case: Case, event: Event) -> bool:
    """Whether rows are those of a gold query."""
    for sql in case.gold:
        query = guard(sql, Dialect.POSTGRES, bench.answering.model, (event.id,))
        assert not isinstance(query, Refusal)
        gold = await bench.answering.warehouse.run(query)
        if compare(found, gold, ordered=case.ordered) is not Match.DIFFERENT:
            return True
    return False


async def run(questions: int, folder: Path) -> None:
    """Open everything, and measure each way."""
    model = load(SEMANTIC_MODEL)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    weights = fetch_weights(cache / "game-stats-bot" / "models")
    with start_servers(folder, durable=False) as servers:
        sample = await open_sample(servers, SampleSpec(), model)
        own = await ensure_database(servers, "bench")
        with serving_model(weights) as served:
            settings = Settings(
                _env_file=None,
                database_url=sample.reader_url,
                bot_database_url=own,
                redis_url=servers.redis_url,
                ollama_base_url=served.url,
                ollama_model=served.model,
            )
            async with open_app(settings) as app, open_ollama(served.url) as client:
                await prepare(app)
                bench = Bench(app.answering, client, served.model)
                events = {event.slug: event for event in await app.answering.directory()}
                cases = [
                    (case, events[case.event])
                    for case in read_cases(Path("tests/evaluation/questions.jsonl"))
                    if case.gold and not case.after
                ][::3][:questions]
                for name, way in (("plain", plain), ("format", shaped), ("vote of 3", voted)):
                    await measure(name, way, bench, cases)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.decoding", description=__doc__)
    parser.add_argument("--questions", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gsb-") as folder:
        asyncio.run(run(given.questions, Path(folder)))


if __name__ == "__main__":
    main()
