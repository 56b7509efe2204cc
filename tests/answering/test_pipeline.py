"""The way of a question, on real servers; only the language model's words are written here."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg

from bot.domain import Answer, Code, Kind, Outcome, Progress, Refusal, Source, Stage
from tests.plugins.house import House

COUNT = "SELECT count(*) AS teams FROM teams"


def answered(outcome: Outcome) -> Answer:
    """The outcome, which must be an answer."""
    assert isinstance(outcome, Answer), outcome
    return outcome


def refused(outcome: Outcome) -> Refusal:
    """The outcome, which must be a refusal."""
    assert isinstance(outcome, Refusal), outcome
    return outcome


async def test_a_drafted_question_is_answered_from_its_event_alone(house: House) -> None:
    """The model's SQL names no event; the answer counts this event's teams only."""
    house.ollama.answers["many teams has"] = COUNT
    outcome = answered(await house.app.answering.answer(house.question("how many teams has it")))
    owner = await asyncpg.connect(house.sample.owner_url)
    expected = await owner.fetchval(
        "SELECT count(*) FROM teams t JOIN division_pools d ON d.id = t.division_pool_teams"
        " WHERE d.event_division_pools = $1 AND t.deleted_at IS NULL AND d.deleted_at IS NULL",
        house.sample.events[0].id,
    )
    everywhere = await owner.fetchval("SELECT count(*) FROM teams")
    await owner.close()
    assert outcome.table.rows == ((expected,),)
    assert expected < everywhere
    assert outcome.query.tables == ("teams",)
    assert outcome.draft.source is Source.MODEL
    spent = outcome.timings
    assert min(spent.prompt, spent.generation, spent.guard, spent.database) > 0
    known = spent.queue + spent.prompt + spent.generation + spent.guard + spent.database
    assert known <= outcome.seconds


async def test_stages_are_reported_in_order(house: House) -> None:
    """Whoever waits sees checking, drafting, guarding, running."""
    house.ollama.answers["teams"] = COUNT
    seen: list[Stage] = []

    async def report(progress: Progress, /) -> None:
        seen.append(progress.stage)

    await house.app.answering.answer(house.question("count the teams"), report)
    assert seen == [Stage.CHECKING, Stage.DRAFTING, Stage.GUARDING, Stage.RUNNING]


async def test_a_second_asking_takes_the_sql_from_the_cache_and_runs_it_again(
    house: House,
) -> None:
    """SQL is cached under the normalised question; rows come from the database each time."""
    house.ollama.answers["teams"] = COUNT
    first = answered(await house.app.answering.answer(house.question("Count the teams")))
    second = answered(await house.app.answering.answer(house.question("count the teams?")))
    assert len(house.ollama.asked) == 1
    assert second.draft.source is Source.CACHE
    assert second.table.rows == first.table.rows
    assert second.table is not first.table


async def test_equal_questions_in_flight_share_one_generation(house: House) -> None:
    """Five people ask the same at once; the model is asked once."""
    house.ollama.answers["teams"] = COUNT
    house.ollama.seconds = 0.5
    asked = [house.question("count the teams", user=f"U{n}") for n in range(5)]
    outcomes = await asyncio.gather(*(house.app.answering.answer(each) for each in asked))
    assert [answered(each).table.rows for each in outcomes] == [
        answered(outcomes[0]).table.rows
    ] * 5
    assert len(house.ollama.asked) == 1


async def test_a_verified_question_needs_no_model(house: House) -> None:
    """While Ollama is broken, checked SQL still answers."""
    house.ollama.down = True
    outcome = await house.app.answering.answer(house.question("Top 5 teams by spirit score?"))
    assert answered(outcome).draft.source is Source.VERIFIED
    assert len(answered(outcome).table.rows) == 5


async def test_a_broken_model_is_an_outage(house: House) -> None:
    """A server error reaches the person as something that is down, not as their fault."""
    house.ollama.down = True
    outcome = refused(await house.app.answering.answer(house.question("count the teams")))
    assert outcome.code is Code.MODEL_DOWN
    assert outcome.code.kind is Kind.OUTAGE


async def test_a_wrong_column_is_repaired_once_with_the_real_names(house: House) -> None:
    """The second draft sees the first and the nearest names; the answer says that it was mended."""
    house.ollama.answers["Write the corrected SQL"] = "SELECT name FROM teams ORDER BY name"
    house.ollama.answers["list"] = "SELECT goals FROM games"
    outcome = answered(await house.app.answering.answer(house.question("list the teams")))
    assert outcome.repaired
    assert len(house.ollama.asked) == 2
    assert "player_stats.goals" in house.ollama.asked[1]


async def test_a_certain_name_is_mended_without_the_model(house: House) -> None:
    """A wrong name that can mean one thing only costs no second draft, and the answer says it."""
    house.ollama.answers["list"] = "SELECT team_name FROM team ORDER BY team_name"
    outcome = answered(await house.app.answering.answer(house.question("list the teams")))
    assert not outcome.repaired
    assert outcome.note == "read team as teams, read teams.team_name as name"
    assert len(house.ollama.asked) == 1


async def test_a_second_failure_is_the_last(house: House) -> None:
    """There is one repair, then the person is told what to do."""
    house.ollama.answers["list"] = "SELECT goals FROM games"
    house.ollama.answers["corrected"] = "SELECT wins FROM games"
    outcome = refused(await house.app.answering.answer(house.question("list the teams")))
    assert outcome.code is Code.UNKNOWN_COLUMN
    assert "another way" in outcome.message
    assert len(house.ollama.asked) == 2


async def test_sql_without_a_table_is_not_about_the_data(house: House) -> None:
    """A model that answers with a constant has not read the event."""
    house.ollama.answers["weather"] = "SELECT 'I do not know'"
    outcome = refused(await house.app.answering.answer(house.question("what is the weather")))
    assert outcome.code is Code.NOT_ABOUT_DATA


async def test_a_write_is_refused_without_a_repair(house: House) -> None:
    """DELETE is refused by the guard, and the model is not asked to try again."""
    house.ollama.answers["delete"] = "DELETE FROM games"
    outcome = refused(await house.app.answering.answer(house.question("delete all games")))
    assert outcome.code is Code.NOT_A_QUERY
    assert len(house.ollama.asked) == 1


async def test_the_rate_limit_says_when_to_come_back(house: House) -> None:
    """The sixth question of an hour is refused for this person, and for no one else."""
    ask = house.app.answering.answer
    for _ in range(5):
        answered(await ask(house.question("Top 5 teams by spirit score")))
    outcome = refused(await ask(house.question("Top 5 teams by spirit score")))
    assert outcome.code is Code.RATE_LIMITED
    assert outcome.retry_after is not None
    assert 0 < outcome.retry_after <= 3600
    answered(await ask(house.question("Top 5 teams by spirit score", user="U2")))


async def test_a_redelivered_question_counts_once(house: House) -> None:
    """The same id, answered five times over, uses one of five."""
    question = house.question("Top 5 teams by spirit score")
    for _ in range(6):
        answered(await house.app.answering.answer(question))
    answered(await house.app.answering.answer(replace(question, id="another")))


async def test_an_unbound_channel_is_told_who_can_bind_it(house: House) -> None:
    """Without a binding there is no event to ask about; with one there is."""
    answering = house.app.answering
    question = house.question("Top 5 teams by spirit score", bound=True)
    outcome = refused(await answering.answer(question))
    assert outcome.code is Code.NOT_BOUND
    assert "/stats-channel" in outcome.message
    await answering.bind("T1", "C1", (house.sample.events[1].id,), "U9")
    outcome = answered(await answering.answer(replace(question, id="again")))
    assert outcome.events[0].id == house.sample.events[1].id


async def test_rows_run_again_only_while_the_binding_stands(house: House) -> None:
    """“CSV” reads live rows, and nothing once the channel belongs to another event."""
    answering = house.app.answering
    await answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    question = house.question("Top 5 teams by spirit score", bound=True)
    first = answered(await answering.answer(question))
    again = answered(await answering.rows(question.id, "T1", "C1"))
    assert again.table.rows == first.table.rows
    assert refused(await answering.rows(question.id, "T1", "C2")).code is Code.NOT_BOUND
    await answering.bind("T1", "C1", (house.sample.events[1].id,), "U9")
    assert refused(await answering.rows(question.id, "T1", "C1")).code is Code.NOT_BOUND


async def test_a_stored_name_is_linked_in_the_prompt(house: House) -> None:
    """A name typed in lower case reaches the model as it is stored, after the stable prefix."""
    house.ollama.answers["tides"] = "SELECT seed FROM teams WHERE name = 'Tides'"
    answered(await house.app.answering.answer(house.question("which seed did tides begin with")))
    prefix, _, rest = house.ollama.prompts[0].partition("“tides” means the team 'Tides'")
    assert "CREATE TABLE" in prefix
    assert rest.endswith("which seed did tides begin with")


async def test_the_audit_keeps_every_outcome(house: House) -> None:
    """Answers and refusals alike are recorded with the SQL that was drafted."""
    house.ollama.answers["delete"] = "DELETE FROM games"
    question = house.question("delete all games")
    await house.app.answering.answer(question)
    stored = await house.app.answering.stored(question.id)
    assert stored is not None
    assert (stored.code, stored.sql) == (Code.NOT_A_QUERY, "DELETE FROM games")


async def test_a_bug_reaches_the_person_with_a_reference(house: House) -> None:
    """An error that nobody foresaw is no refusal and no outage, and is never raised."""

    async def broken(_progress: Progress, /) -> None:
        raise RuntimeError("a report that breaks its promise")

    outcome = await house.app.answering.answer(house.question("count the teams"), broken)
    assert refused(outcome).code.kind is Kind.BUG
    assert "reference" in refused(outcome).message


async def test_no_rows_is_an_answer(house: House) -> None:
    """Nothing found is a result."""
    house.ollama.answers["nobody"] = "SELECT name FROM players WHERE jersey_number = -1"
    outcome = answered(await house.app.answering.answer(house.question("nobody")))
    assert outcome.table.rows == ()
