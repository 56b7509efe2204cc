"""The sentence about a query: what it says, and what it must never leave out."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pglast import ast, parse_sql

from bot.answering.explain import LENGTH, explain
from bot.domain import Answer, Dialect, Event, GuardedQuery
from bot.guard import guard
from bot.guard.parse import walk
from bot.semantic import SemanticModel, load
from bot.slack.render.answer import answer_messages
from bot.terminal import outcome_fields
from tests.plugins.house import House

ROOT = Path(__file__).parents[2]
WHEN = datetime(2026, 7, 4, tzinfo=UTC)
EVENT = Event(UUID(int=1), "spring", "Spring Classic", "in_progress", WHEN, WHEN)
MODEL = load(ROOT / "bot" / "semantic" / "game_stats.yml")

# The words of the sentences themselves; all others must come from the query or the model.
WORDS = frozenset(
    """
    1 2 a above absolute adds after all and any are as at average averages before begins below
    both by case columns combines computed conditions contain contains counts day deviation
    different differs does down each earlier earliest eight else ends event events finds first
    five fixed for four from further higher highest in is its july june keeps known largest
    later latest least length limited list lists lower lowest matching may median missing more
    most next nine no not now number of one only or out over overall per place previous put puts
    queries query rounded rows running same second seven shows six smallest some sorted standard
    step sub subtotals takes ten text than that the there third three ties time to today
    together total two up upper value values what where with within without works yes
    """.split()  # noqa: SIM905 - as a list it would be a hundred lines
)


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects in a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PAIRS = lines(Path(__file__).with_name("explained.jsonl"))
HONEST = lines(ROOT / "tests" / "guard" / "honest.jsonl")


def guarded(sql: str, dialect: str = "postgres", model: SemanticModel = MODEL) -> GuardedQuery:
    """The query as the pipeline has it."""
    made = guard(sql, Dialect(dialect), model, (EVENT.id,))
    assert isinstance(made, GuardedQuery), made
    return made


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["sql"][:60])
def test_says(pair: dict[str, Any]) -> None:
    """Each query is put into the sentence that a person has read and found true."""
    assert explain(guarded(pair["sql"], pair["dialect"]), MODEL, (EVENT,)) == pair["said"]


@pytest.mark.parametrize("line", HONEST, ids=lambda line: line["id"])
def test_holds_for_every_honest_query(line: dict[str, Any]) -> None:
    """Any honest query gets one short line that owns up to conditions and limits."""
    query = guarded(line["sql"], line["dialect"])
    said = explain(query, MODEL, (EVENT,))
    assert 0 < len(said) <= LENGTH
    assert said.endswith(".")
    assert "\n" not in said
    top = parse_sql(query.shown)[0].stmt
    if top.whereClause and not top.op:
        assert re.search(r" where |with further conditions|matching", said)
    if top.havingClause:
        assert re.search(r"only where|with further conditions", said)
    count = top.limitCount
    if count and not (isinstance(count, ast.A_Const) and count.isnull):
        assert re.search(r"one|two|three|four|five|six|eight|ten|\d|limited|per", said)


@pytest.mark.parametrize("line", HONEST, ids=lambda line: line["id"])
def test_names_only_what_the_query_names(line: dict[str, Any]) -> None:
    """Every word is one of the sentence's own, of the query, or of the model's on its columns."""
    query = guarded(line["sql"], line["dialect"])
    known = {word for node in walk(parse_sql(query.shown)[0].stmt) for word in _words_of(node)}
    names = set(known)
    for table in MODEL.tables.values():
        if table.name in query.tables:
            known.update(_split(f"{table.name} {table.description}"))
        for column in table.columns:
            if column.name in names or set(_split(column.name)) <= names:
                known.update(_split(f"{column.name} {column.description}"))
    known |= {word.removesuffix("s") for word in known} | {f"{word}s" for word in known}
    said = explain(query, MODEL, (EVENT,)).replace(EVENT.name, "")
    said = re.sub(r"\b\d+ more\b", "", said)
    strangers = {word for word in _split(said) if word not in known | WORDS}
    assert not strangers


def _words_of(node: Any) -> list[str]:
    texts = [
        value
        for attribute in node
        for value in (getattr(node, attribute), *_maybe(getattr(node, attribute)))
        if isinstance(value, str | int)
    ]
    found = [word for text in texts for word in (str(text), *_split(str(text)))]
    return [word.lower() for word in found]


def _maybe(value: Any) -> list[str]:
    return [value.sval] if isinstance(value, ast.String) else []


def _split(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", text.lower()) if word]


def test_every_question_of_the_model_is_explained_in_detail() -> None:
    """No worked example or verified question falls back to the vaguest sentence."""
    for one in (*MODEL.examples, *MODEL.verified):
        assert not explain(guarded(one.sql), MODEL, (EVENT,)).startswith("Works out its rows")


def test_says_all_events() -> None:
    """Two events are named, more are counted."""
    query = guarded("SELECT count(*) FROM teams")
    assert explain(query, MODEL, (EVENT,) * 2).startswith("Counts teams in Spring Classic and ")
    assert explain(query, MODEL, (EVENT,) * 4) == "Counts teams in four events."


def test_a_long_value_is_cut() -> None:
    """A long text in a condition does not push the rest out."""
    said = explain(guarded(f"SELECT name FROM teams WHERE name = '{'x' * 400}'"), MODEL, (EVENT,))
    assert len(said) <= LENGTH
    assert "where the name is" in said


def test_many_conditions_end_in_further_conditions() -> None:
    """Conditions that do not fit are owned up to."""
    many = " AND ".join(f"name <> 'Team number {number}'" for number in range(30))
    said = explain(guarded(f"SELECT count(*) FROM teams WHERE {many}"), MODEL, (EVENT,))
    assert len(said) <= LENGTH
    assert said.endswith("with further conditions.")


async def test_an_answer_brings_its_explanation_to_every_surface(house: House) -> None:
    """The sentence is on the answer, in the terminal's JSON, and above Slack's trust line."""
    answer = await house.app.answering.answer(house.question("Players per team"))
    assert isinstance(answer, Answer)
    name = answer.events[0].name
    assert answer.explanation.startswith(f"Counts players per team and division in {name}")
    assert outcome_fields(answer)["explanation"] == answer.explanation
    for message in answer_messages(answer):
        shown = json.dumps(message.blocks or message.text)
        assert shown.index("Counts players") < shown.index("verified question")
