"""What a person is told when the database or the store fails a question, on real servers."""

from __future__ import annotations

import pytest

from bot.domain import Code, GuardedQuery, Kind, Refusal, ResultTable
from bot.store import StoreDown
from bot.store.limits import Limits
from bot.warehouse import DatabaseBusy, DatabaseDown, TimedOut, Warehouse, WarehouseError
from tests.plugins.house import House


async def _refused(house: House, text: str) -> Refusal:
    house.ollama.answers["count"] = "SELECT count(*) AS teams FROM teams"
    outcome = await house.app.answering.answer(house.question(text))
    assert isinstance(outcome, Refusal), outcome
    return outcome


async def test_a_query_that_costs_too_much_is_refused_with_a_way_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner's estimate is held against the limit, and the model is not asked again."""
    # The names that are linked are read, and kept, with the first question.
    await house.app.answering.answer(house.question("which teams?"))
    house.ollama.asked.clear()
    monkeypatch.setattr(house.app.answering.warehouse, "_max_cost", 0.001)
    outcome = await _refused(house, "count the teams")
    assert outcome.code is Code.TOO_COSTLY
    assert outcome.code.kind is Kind.REFUSAL
    assert "fewer things at once" in outcome.message
    assert len(house.ollama.asked) == 1


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (TimedOut(), Code.TIMED_OUT, "took too long"),
        (DatabaseDown(), Code.DATABASE_DOWN, "not reachable right now"),
        (DatabaseBusy(), Code.BUSY, "in a minute"),
    ],
)
async def test_a_failing_database_is_told_as_what_it_is(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    error: WarehouseError,
    code: Code,
    words: str,
) -> None:
    """Too slow is the question's, down and busy are not; none is repaired by another draft."""
    real = Warehouse.run

    async def run(warehouse: Warehouse, query: GuardedQuery) -> ResultTable:
        if house.ollama.asked:  # the names that are linked have been read by then
            raise error
        return await real(warehouse, query)

    monkeypatch.setattr(Warehouse, "run", run)
    outcome = await _refused(house, "count the teams")
    assert outcome.code is code
    assert words in outcome.message
    assert len(house.ollama.asked) == 1


async def test_a_store_that_is_down_is_an_outage(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit that cannot be counted stops the question; nothing else is tried."""

    async def down(_limits: Limits, _asker: object, **_rate: object) -> None:
        raise StoreDown("Redis does not answer")

    monkeypatch.setattr(Limits, "hit", down)
    outcome = await _refused(house, "count the teams")
    assert outcome.code is Code.STORE_DOWN
    assert outcome.code.kind is Kind.OUTAGE
    assert "try again" in outcome.message
    assert house.ollama.asked == []


async def test_a_refusal_shows_what_the_semantic_model_has(house: House) -> None:
    """What can be asked instead comes from the model's file, so any database has its own words."""
    model = house.app.answering.model
    outcome = await _refused(house, "what is the weather?")
    assert outcome.code is Code.NOT_ABOUT_DATA
    assert f"“{model.verified[0].question}”" in outcome.message
    assert "standings, pool standings, games" in outcome.message
    assert "and more" in outcome.message
    empty = await _refused(house, " ")
    assert f"“{model.verified[0].question}”" in empty.message
