"""What the prefix cache saves: the prompt's evaluation for a second question, with and without.

    nice -n 19 python -m tests.bench.prefix

The bot's own prompt (built-in semantic model) on llama.cpp behind the adapter. "With" is as the bot
asks; "without" puts the varying part first, as a prompt that begins with the question does.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.answering import prompt_maker
from bot.demo.model.weights import fetch_weights
from bot.llm import OllamaClient, Options, open_ollama, profile_for
from bot.llm.protocol import ModelRequest, Usage
from bot.semantic import load
from tests.plugins.model import ModelServer, serving_model

ROUNDS = 3
QUESTIONS = (
    "How many games were played on Saturday?",
    "Which team has the best spirit score?",
    "Who threw the most assists for Sharks?",
)
NOTES = ("Today is Saturday 2026-05-16.",)


async def usage(client: OllamaClient, request: ModelRequest, *, varying_first: bool) -> Usage:
    """What one request cost."""
    body: dict[str, Any] = dict(request.body)
    if varying_first:
        first: Mapping[str, str] = body["messages"][0]
        content = f"{uuid.uuid4()}\n{first['content']}"
        body["messages"] = [{**first, "content": content}, *body["messages"][1:]]
    return (await client.complete(ModelRequest(request.path, body), seconds=300)).usage


async def measure(server: ModelServer) -> None:
    """Ask in turn, both ways, and print the medians."""
    make = prompt_maker(load(Path("bot/semantic/game_stats.yml")), 4096 - 512)
    profile = profile_for(server.model)
    options = replace(Options(seed=1), num_predict=1)
    async with open_ollama(server.url) as client:
        for name, varying_first in (("prefix stable", False), ("varying part first", True)):
            costs = []
            for number in range(ROUNDS + 1):
                question = QUESTIONS[number % len(QUESTIONS)]
                prompt = make.prompt(question, NOTES)(profile.dialect)
                request = profile.request(server.model, prompt, options)
                costs.append(await usage(client, request, varying_first=varying_first))
            first, *later = costs
            times = sorted(each.prompt_seconds for each in later)
            print(
                f"{name:<20} {later[0].prompt_tokens} tokens, first {first.prompt_seconds:.2f} s, "
                f"later median {statistics.median(times):.2f} s ({times[0]:.2f} to {times[-1]:.2f})"
            )


def main() -> None:
    """Measure."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    with serving_model(fetch_weights(cache / "game-stats-bot" / "models")) as server:
        asyncio.run(measure(server))


if __name__ == "__main__":
    main()
