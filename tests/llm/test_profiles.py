"""Prompts have the shape that each family of models wants, and their prefix never changes."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


_PAIRS = st.tuples(st.text(max_size=20), st.text(max_size=20))


@st.composite
def varied(draw: st.DrawFn) -> Prompt:
    """The prompt with whatever may differ from question to question."""
    return replace(
        PROMPT,
        notes=tuple(draw(st.lists(st.text(max_size=20), max_size=3))),
        question=draw(st.text(max_size=30)),
        failed=draw(st.none() | _PAIRS),
        similar=tuple(draw(st.lists(_PAIRS, max_size=3))),
        previous=draw(st.none() | _PAIRS),
        retrieved=draw(st.text(max_size=30)),
    )


def flat(model: str, prompt: Prompt) -> str:
    """The texts of a request in the order in which the server puts them before the model."""
    body = profile_for(model).request(model, prompt, Options()).body
    if "messages" in body:
        return "\0".join(f"{each['role']} {each['content']}" for each in body["messages"])
    return f"{body.get('system', '')}\0{body['prompt']}"


@pytest.mark.parametrize("model", MODELS)
@given(one=varied(), other=varied())
def test_all_that_never_varies_comes_first_byte_for_byte(
    model: str, one: Prompt, other: Prompt
) -> None:
    """Instructions, schema and every example are in the common beginning of any two requests."""
    pairs = zip(flat(model, one), flat(model, other), strict=False)
    shared = "".join(a for a, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
    assert PROMPT.schema in shared
    for question, sql in PROMPT.examples:
        assert question in shared
        assert sql in shared
