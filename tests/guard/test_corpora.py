"""Two lists of statements: attacks, each with its code, and what honest models write.

Lines of attacks.jsonl are {id, category, dialect, sql, code}. Those of the category "harmless" look
like attacks and are taken; what they give is the event's own (`test_isolation`). Lines of
honest.jsonl are {id, dialect, sql}, with "open": true where SQL itself leaves the result open
(ties, the clock).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain import GuardedQuery, Refusal
from bot.metrics import new_metrics
from bot.warehouse import WarehouseError, open_warehouse

Guarding = Callable[..., GuardedQuery | Refusal]
HERE = Path(__file__).parent


def corpus(name: str) -> list[dict[str, Any]]:
    """The lines of a corpus."""
    return [json.loads(line) for line in (HERE / name).read_text().splitlines()]


EVERY_ATTACK = corpus("attacks.jsonl")
ATTACKS = [line for line in EVERY_ATTACK if line["category"] != "harmless"]
HARMLESS = [line for line in EVERY_ATTACK if line["category"] == "harmless"]
HONEST = corpus("honest.jsonl")


@pytest.mark.parametrize("line", ATTACKS, ids=[line["id"] for line in ATTACKS])
def test_an_attack_is_refused_with_its_code(guarded: Guarding, line: dict[str, Any]) -> None:
    """Each attack ends as a refusal with the code that the corpus names, and with a sentence."""
    refusal = guarded(line["sql"], line["dialect"])
    assert isinstance(refusal, Refusal)
    assert refusal.code == line["code"]
    assert refusal.message.endswith((".", "…", "?"))


TAKEN = HONEST + HARMLESS


def test_the_corpora_are_large() -> None:
    """There are 400 attacks in 20 categories and 250 honest queries, each written once."""
    assert len(ATTACKS) >= 400
    assert len({line["category"] for line in ATTACKS}) >= 20
    assert len(HONEST) >= 250
    for lines in (EVERY_ATTACK, HONEST):
        assert len({line["id"] for line in lines}) == len(lines)
        assert len({(line["dialect"], line["sql"]) for line in lines}) == len(lines)


@pytest.mark.parametrize("line", TAKEN, ids=[line["id"] for line in TAKEN])
def test_an_honest_query_is_taken(guarded: Guarding, line: dict[str, Any]) -> None:
    """No query that asks for the data alone is refused."""
    query = guarded(line["sql"], line["dialect"])
    assert isinstance(query, GuardedQuery), query.message


@pytest.mark.parametrize("line", HONEST, ids=[line["id"] for line in HONEST])
def test_what_is_shown_means_the_same(guarded: Guarding, line: dict[str, Any]) -> None:
    """The text that people see is taken again, as PostgreSQL, and comes out unchanged."""
    query = guarded(line["sql"], line["dialect"])
    assert isinstance(query, GuardedQuery)
    again = guarded(query.shown)
    assert isinstance(again, GuardedQuery), again.message
    assert (again.sql, again.shown) == (query.sql, query.shown)


async def test_honest_queries_run(tournament: Any, guarded: Guarding) -> None:
    """Every honest query runs on PostgreSQL as the bot's role, in the bot's own way."""
    failed = {}
    metrics = new_metrics()
    url = tournament.reader_url
    async with open_warehouse(url, timeout=30, max_cost=1e7, metrics=metrics) as warehouse:
        for line in HONEST:
            query = guarded(line["sql"], line["dialect"], (tournament.events[0].id,))
            assert isinstance(query, GuardedQuery), line["id"]
            try:
                await warehouse.run(query)
            except WarehouseError as error:
                failed[line["id"]] = f"{error}: {error.__cause__}"
    assert failed == {}
