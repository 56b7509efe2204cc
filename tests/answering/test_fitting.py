"""Prompts that fit: what is left out, in which order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.fitting import fitted, tokens_in
from bot.answering.followup import Previous
from bot.answering.prompt import prompt_maker
from bot.domain import QUESTION_LIMIT
from bot.llm.profiles import Prompt, profile_for
from bot.semantic import load
from bot.settings import Settings
from tests.conftest import SEMANTIC_MODEL

MODEL = load(SEMANTIC_MODEL)
DEFAULTS = Settings(_env_file=None)
ROOM = DEFAULTS.ollama_num_ctx - DEFAULTS.ollama_num_predict


@pytest.mark.parametrize("name", ["qwen2.5-coder:0.5b", "duckdb-nsql:7b", "sqlcoder:7b"])
def test_the_longest_turns_fit_each_profile(name: str) -> None:
    """A question at the limit that goes on, with five notes and a query to mend, still fits."""
    profile = profile_for(name)
    sql = "SELECT team FROM standings WHERE division = 'Open' ORDER BY wins DESC " * 5
    maker = prompt_maker(MODEL, ROOM)
    made = maker.prompt(
        "q " * (QUESTION_LIMIT // 2),
        ("“somebody” means players.name = 'Some Body'.",) * 5,
        (sql, "There is no column “goals” in games. player_stats.goals"),
        Previous("top 5 teams", sql),
        similar=maker.similar("top 5 teams of each division", (), None),
    )
    _path, words = profile.words(made(profile.dialect))
    chat = [one["content"] for one in words.get("messages", ())]
    assert tokens_in(*(chat or (words.get("system", ""), words["prompt"]))) <= ROOM


def test_the_farthest_example_goes_first() -> None:
    """Near examples leave from the least near; what the question needs stays."""
    near = tuple((f"example {number}", "SELECT 1 " * 40) for number in range(3))
    prompt = Prompt("schema", (), (), "question", similar=near)
    assert fitted(prompt, 10_000) == prompt
    assert fitted(prompt, 450).similar == near[1:]
    assert fitted(prompt, 0).similar == ()
    assert fitted(prompt, 0).question == "question"


@given(st.text(max_size=300))
def test_other_letters_count_more(text: str) -> None:
    """Letters beyond ASCII, which tokenizers cut into bytes, never count less than plain ones."""
    assert tokens_in(text) >= tokens_in("a" * len(text))
