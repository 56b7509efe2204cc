"""How many of the ten questions about Chinook a real small model answers rightly.

`python -m tests.bench.second`: first with the draft of `schema init` as nobody has edited it, then
with second.yml; the whole house, the demo's model. Prints a line a question: right, wrong (with its
SQL) or the refusal.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from bot.app import open_app, prepare
from bot.demo.model.weights import fetch_weights
from bot.demo.place import cache_folder
from bot.demo.servers import Servers, start_servers
from bot.demo.servers.databases import ensure_database
from bot.domain import Answer
from bot.semantic import load
from bot.settings import Settings
from tests.plugins.model import ModelServer, serving_model
from tests.second.conftest import Second, hardened, made
from tests.second.test_chinook import TEN, Facts, asked

EDITED = Path(__file__).with_name("second.yml")


async def edited(servers: Servers, second: Second) -> Second:
    """The same database as a person's edited model sees it."""
    model = load(EDITED)
    return Second(second.owner_url, await hardened(servers, "chinook", model), EDITED, model)


async def ask(servers: Servers, name: str, second: Second, model: ModelServer) -> None:
    """Ask all ten, and print what came of each."""
    settings = Settings(
        _env_file=None,
        database_url=second.reader_url,
        semantic_model=second.path,
        bot_database_url=await ensure_database(servers, name),
        redis_url=servers.redis_url,
        ollama_base_url=model.url,
        ollama_model=model.model,
        ollama_timeout=600,
    )
    facts, right = Facts(), 0
    async with open_app(settings) as app:
        await prepare(app)
        for text, (_sql, truth) in TEN.items():
            outcome = await app.answering.answer(asked(text))
            said = getattr(outcome, "message", "")
            if isinstance(outcome, Answer):
                good = sorted(map(tuple, outcome.table.rows), key=str) == sorted(
                    truth(facts), key=str
                )
                right += good
                said = "right" if good else f"wrong: {outcome.query.shown}"
            print(f"{text}  {said}")
    print(f"{name}: {right} of {len(TEN)} are right.")


def main() -> None:
    """On servers of its own, which are gone afterwards."""
    weights = fetch_weights(cache_folder() / "models")
    with (
        tempfile.TemporaryDirectory(prefix="gsb-") as name,
        start_servers(Path(name), durable=False) as servers,
        serving_model(weights) as model,
    ):
        draft = made(servers, Path(name) / "model.yml")
        asyncio.run(ask(servers, "draft", draft, model))
        asyncio.run(ask(servers, "edited", asyncio.run(edited(servers, draft)), model))


if __name__ == "__main__":
    main()
