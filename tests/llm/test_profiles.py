"""Prompts have the shape that each family of models wants, and their prefix never changes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.domain import Dialect
from bot.llm import Options, Prompt, profile_for, prompt_version

PROMPT = Prompt(
    schema="CREATE TABLE teams (name text);",
    examples=(("How many teams?", "SELECT count(*) FROM teams"),),
    notes=("Today is Saturday.",),
    question="Which teams?",
)
MODELS = ["duckdb-nsql:7b", "sqlcoder:7b", "qwen2.5-coder:0.5b", "hub/me/duckdb-nsql:latest"]


@pytest.mark.parametrize(
    ("model", "name", "dialect", "path"),
    [
        ("duckdb-nsql:7b", "duckdb-nsql", Dialect.DUCKDB, "/api/generate"),
        ("hub/me/DuckDB-NSQL", "duckdb-nsql", Dialect.DUCKDB, "/api/generate"),
        ("sqlcoder:7b", "sqlcoder", Dialect.POSTGRES, "/api/generate"),
        ("qwen2.5-coder:0.5b", "instruct", Dialect.POSTGRES, "/api/chat"),
    ],
)
def test_the_name_decides(model: str, name: str, dialect: Dialect, path: str) -> None:
    """A model's name chooses its profile."""
    profile = profile_for(model)
    assert (profile.name, profile.dialect) == (name, dialect)
    assert profile.request(model, PROMPT, Options()).path == path


def test_duckdb_nsql_is_asked_as_it_was_trained() -> None:
    """The schema stands in `system` after its sentence, the question in `prompt`."""
    body = profile_for("duckdb-nsql:7b").request("duckdb-nsql:7b", PROMPT, Options()).body
    assert body["system"].startswith(
        "Here is the database schema that the SQL query will run on:\nCREATE TABLE teams"
    )
    assert body["prompt"].endswith("Which teams?")


@pytest.mark.parametrize("model", MODELS)
def test_only_the_end_of_a_prompt_varies(model: str) -> None:
    """Two questions share everything before their notes, byte for byte."""

    def text(prompt: Prompt) -> str:
        body = profile_for(model).request(model, prompt, Options()).body
        words = {key: body[key] for key in ("system", "prompt", "messages") if key in body}
        return json.dumps(words)

    one, other = text(PROMPT), text(replace(PROMPT, notes=("@",), question="#"))
    same = next(i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    assert one[same:].startswith("Today is Saturday.")
    assert "How many teams?" in one[:same]
    assert "CREATE TABLE" in one[:same]


@pytest.mark.parametrize("model", MODELS)
def test_a_repair_adds_to_the_question(model: str) -> None:
    """The failed SQL and the complaint come after the question, the rest stays."""
    failed = replace(PROMPT, failed=("SELECT nam FROM teams", "There is no column nam."))
    body = str(profile_for(model).request(model, failed, Options()).body)
    assert body.index("Which teams?") < body.index("SELECT nam") < body.index("no column nam")


def test_options_are_sent_as_ollama_names_them() -> None:
    """Every option goes out, a seed only if there is one, and silent cutting is forbidden."""
    options = Options(0.1, 0.8, 2048, 64, "5m")
    body = profile_for("x").request("x", PROMPT, options).body
    assert body["options"] == {
        "temperature": 0.1,
        "top_p": 0.8,
        "num_ctx": 2048,
        "num_predict": 64,
        "repeat_penalty": 1.0,
    }
    assert (body["keep_alive"], body["truncate"]) == ("5m", False)
    seeded = profile_for("x").request("x", PROMPT, replace(options, seed=7)).body
    assert seeded["options"]["seed"] == 7


def test_the_version_follows_the_wording() -> None:
    """Each family has a version of its own, the same from call to call."""
    assert prompt_version("a") == prompt_version("b")
    assert len({prompt_version(model) for model in MODELS[:3]}) == 3


def test_similar_examples_stand_right_before_the_question() -> None:
    """What varies comes last: notes, then the examples near to the question, then it."""
    near = replace(PROMPT, similar=(("Which games?", "SELECT name FROM games"),))
    messages = profile_for("x").request("x", near, Options()).body["messages"]
    assert [message["content"] for message in messages[-5:]] == [
        "Today is Saturday.",
        "OK",
        "Which games?",
        "SELECT name FROM games",
        "Which teams?",
    ]
