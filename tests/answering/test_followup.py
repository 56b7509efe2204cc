"""Questions that go on from the last one of their thread."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.followup import Previous, goes_on, named_again, worth_taking
from bot.answering.linking import link
from bot.answering.refine import refine
from bot.domain import Answer, Asker, Dialect, Outcome, Question, Refusal, Source
from bot.semantic import load
from tests.answering.follow_ups import FOLLOW_UPS
from tests.answering.test_linking import EVERYDAY, NAMES, linked
from tests.conftest import SEMANTIC_MODEL
from tests.plugins.house import House

GAME_STATS = load(SEMANTIC_MODEL)

TOP = "SELECT team, wins FROM standings WHERE division = 'Open' ORDER BY wins DESC LIMIT 5"


def answered(outcome: Outcome) -> Answer:
    """The outcome, which must be an answer."""
    assert isinstance(outcome, Answer), outcome
    return outcome


@pytest.mark.parametrize(("question", "expected"), FOLLOW_UPS)
def test_each_question_goes_on_or_stands_alone(question: str, expected: bool) -> None:  # noqa: FBT001 - of the list
    """Pieces, joining words and words that point back go on; whole questions and thanks do not.

    The list is what the rules were written with, so it shows what they do, not how often they err.
    """
    assert goes_on(question, linked(question)) == expected


def test_the_list_is_long_enough_and_balanced() -> None:
    """At least sixty questions, a third of either kind."""
    assert len(FOLLOW_UPS) >= 60
    assert len(FOLLOW_UPS) / 3 <= sum(goes for _question, goes in FOLLOW_UPS)
    assert len(FOLLOW_UPS) / 3 <= sum(not goes for _question, goes in FOLLOW_UPS)


@given(st.text(max_size=200))
def test_any_text_can_be_decided(text: str) -> None:
    """Whatever is typed gets a yes or a no."""
    assert goes_on(text, link(text, NAMES, EVERYDAY)) in {True, False}
    assert worth_taking(text) in {True, False}


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("top 10 instead", "LIMIT 10"),
        ("only the top 3", "LIMIT 3"),
        ("what about the Women?", "division = 'Women'"),
        ("and in Mixed?", "division = 'Mixed'"),
        ("y las Women?", "division = 'Women'"),
        ("top 0", None),
        ("top 10 by spirit", None),
        ("what about Sharks?", None),
        ("only Sharks", "team = 'Sharks'"),
        ("by division", None),
        ("and the worst of the Women", None),
    ],
)
def test_a_refinement_is_made_only_where_it_is_exact(question: str, part: str | None) -> None:
    """A number of rows, or a name for one of its kind, is changed; all else is the model's."""
    previous = Previous("top 5 teams of the Open by wins", TOP)
    changed = refine(question, linked(question), previous, linked(previous.question), GAME_STATS)
    if part is None:
        assert changed is None
    else:
        assert changed is not None
        assert part in " ".join(changed.split())
        assert ("LIMIT 5" in " ".join(changed.split())) == ("LIMIT" not in part)


@pytest.mark.parametrize(
    ("question", "previous"),
    [
        ("top 3", Previous("teams", "SELECT name FROM teams LIMIT 5")),
        ("top 3", Previous("teams", "SELECT name FROM teams ORDER BY 1")),
        ("top 3", Previous("teams", "SELEC name")),
        ("top 3", Previous("teams", "DELETE FROM teams")),
        ("top 3", Previous("top teams", TOP, Dialect.DUCKDB)),
        ("what about Sharks?", Previous("Tides or so", "SELECT 1 FROM teams")),
        (
            "what about Sharks?",
            Previous("Tides", "SELECT 1 FROM games WHERE home_team IN ('Tides', 'Sharks')"),
        ),
        ("what about Sharks?", Previous("Tides or Wolves", "SELECT 1 WHERE 'Tides' = 'Wolves'")),
    ],
)
def test_an_uncertain_refinement_is_none(question: str, previous: Previous) -> None:
    """Unsorted rows, another dialect, a name that is not there or is there already: not exact."""
    assert (
        refine(question, linked(question), previous, linked(previous.question), GAME_STATS) is None
    )


def threaded(house: House, text: str, *, user: str = "U1", thread: str = "7.1") -> Question:
    """A question in a thread of the channel."""
    return replace(house.question(text, user=user, bound=True), thread=thread)


async def test_the_model_sees_the_question_before_with_its_sql(house: House) -> None:
    """Another person goes on in the thread; the model's last turn is the earlier question's."""
    answering = house.app.answering
    await answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    house.ollama.answers["count the teams"] = "SELECT count(*) AS teams FROM teams"
    house.ollama.answers["as a share"] = "SELECT division, count(*) FROM teams GROUP BY division"
    await answering.answer(threaded(house, "count the teams"))
    answered(await answering.answer(threaded(house, "and as a share?", user="U2")))
    *_, asked, sql, last = house.ollama.prompts[-1].split("\n")[-12:]
    assert last == "Change that query: and as a share?"
    assert "count the teams" in house.ollama.prompts[-1]
    assert "FROM teams" in f"{asked} {sql}"


async def test_a_new_question_in_the_thread_stands_alone(house: House) -> None:
    """A whole question is not told of the one before, nor is one in another thread."""
    answering = house.app.answering
    await answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    house.ollama.answers["count"] = "SELECT count(*) AS teams FROM teams"
    house.ollama.answers["division"] = "SELECT name FROM divisions"
    await answering.answer(threaded(house, "count the teams"))
    await answering.answer(threaded(house, "which divisions have a pool?"))
    await answering.answer(threaded(house, "and by division?", thread="8.1"))
    assert not any("Change that query" in prompt for prompt in house.ollama.prompts)


async def test_a_refinement_needs_no_model_and_is_said(house: House) -> None:
    """“top 3” after a verified question runs its SQL with three rows, while Ollama is down."""
    answering = house.app.answering
    await answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    house.ollama.down = True
    first = answered(await answering.answer(threaded(house, "Top 5 teams by spirit score")))
    second = answered(await answering.answer(threaded(house, "top 3 instead")))
    assert second.table.rows == first.table.rows[:3]
    assert second.draft.source is Source.REFINED


async def test_a_rebound_channel_goes_on_with_its_new_event_alone(house: House) -> None:
    """The SQL before is guarded anew: its rows are those of the event that is bound now."""
    answering = house.app.answering
    await answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    await answering.answer(threaded(house, "Top 5 teams by spirit score"))
    await answering.bind("T1", "C1", (house.sample.events[1].id,), "U9")
    outcome = answered(await answering.answer(threaded(house, "top 3")))
    assert outcome.query.events == (house.sample.events[1].id,)
    fresh = house.question("Top 5 teams by spirit score", bound=True)
    assert outcome.table.rows == answered(await answering.answer(fresh)).table.rows[:3]


async def test_an_id_names_the_question_before_for_its_asker_alone(house: House) -> None:
    """HTTP and terminal say which answer a question goes on from; nobody else's is taken."""
    answering = house.app.answering
    first = replace(house.question("Top 5 teams by spirit score"), asker=Asker("http", "api", "a"))
    await answering.answer(first)
    going_on = replace(first, id="second", text="top 3", after=first.id)
    assert len(answered(await answering.answer(going_on)).table.rows) == 3
    stranger = replace(going_on, id="third", asker=Asker("http", "api", "b"))
    assert isinstance(await answering.answer(stranger), Refusal)
    assert isinstance(await answering.answer(replace(going_on, id="4", after="none")), Refusal)


TOTAL = "SELECT count(*) AS games FROM games WHERE division = 'Open' AND status = 'finished'"


@pytest.mark.parametrize(
    ("question", "sql", "expected"),
    [
        (
            "and by division?",
            TOTAL,
            "WHERE status = 'finished' GROUP BY division_id, division ORDER BY division",
        ),
        (
            "per team please",
            "SELECT sum(goals) FROM player_stats WHERE division = 'Open'",
            "FROM player_stats WHERE division = 'Open' GROUP BY team ORDER BY team",
        ),
        ("y por equipo?", "SELECT avg(total) FROM spirit_scores", "SELECT team , avg(total)"),
        ("only Mixed", "SELECT count(*) FROM games", "WHERE division = 'Mixed'"),
        ("by division", "SELECT division, count(*) FROM games GROUP BY division", None),
        ("by division", "SELECT home_team FROM games", None),
        ("by division", "SELECT count(*) FROM games LIMIT 1", None),
        ("by division", "SELECT rank() OVER () FROM games", None),
        ("by division", "SELECT count(*) OVER () FROM games", None),
        ("by division", "SELECT count(*) + (SELECT 1) FROM games", None),
        ("by division", "SELECT count(*) FROM games, teams", None),
        ("by division", "SELECT count(*) FROM (SELECT 1) AS games", None),
        ("by division", "SELECT count(*) FROM events", None),
        ("by weather", TOTAL, None),
        ("by division and team", TOTAL, None),
    ],
)
def test_totals_are_split_only_where_it_is_exact(
    question: str, sql: str, expected: str | None
) -> None:
    """Of totals over one table there is a row for each; a filter on what is split by is gone."""
    previous = Previous("how many?", sql)
    changed = refine(question, linked(question), previous, linked("how many?"), GAME_STATS)
    if expected is None:
        assert changed is None
    else:
        assert changed is not None
        assert expected in " ".join(changed.split())


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("their goal difference?", "who coached Sharks", "of sharks goal difference?"),
        ("how many goals did they score", "record of Sharks", "how many goals did of sharks score"),
        ("goal difference?", "record of Sharks", None),
        ("their goals", "Sharks against Comets", None),
        ("their goals against Comets", "record of Sharks", None),
        ("their goals and their assists", "record of Sharks", None),
        ("their goals", "who leads", None),
    ],
)
def test_who_they_are(question: str, before: str, expected: str | None) -> None:
    """“They” and “their” are the one name of the question before, where there is but one."""
    found = named_again(question, linked(question), linked(before))
    assert (found[0] if found else None) == expected
