"""Prompts are counted before they are sent, and what was read is compared with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain import Dialect, silent
from bot.llm import ModelRouter, OllamaClient, Options, Prompt, profile_for
from bot.llm.counting import GUESS, Counts, characters
from bot.llm.errors import PromptTooLongError
from bot.llm.protocol import ModelRequest
from bot.metrics import new_metrics
from tests.llm.fake import FakeOllama

PROMPT = Prompt("x" * 3_000, (), (), "which?", similar=(("far?", "y" * 600), ("near?", "z" * 600)))


def build(prompt: Prompt) -> ModelRequest:
    """With 1024 tokens, 128 of them for the answer."""
    return profile_for("m").request("m", prompt, Options(num_ctx=1024, num_predict=128))


def test_a_model_is_counted_by_its_own_prompts() -> None:
    """A guess at first; then what the server said of this model."""
    counts, request = Counts(), build(PROMPT)
    length = characters(request)
    assert counts.estimate(request) == round(length * GUESS)
    counts.compare(request, round(length * 0.25))
    assert counts.estimate(request) == pytest.approx(length * 0.25, abs=1)
    other = ModelRequest(request.path, {**request.body, "model": "other"})
    assert counts.estimate(other) == round(length * GUESS)


def test_near_examples_give_way_the_farthest_first() -> None:
    """What does not leave room for the answer goes; schema and question stay."""
    counts = Counts()
    counts.compare(build(PROMPT), round(characters(build(PROMPT)) * 0.25))
    bare = characters(build(replace(PROMPT, similar=())))
    room_for_one = Options(num_ctx=round((bare + 700) * 0.25) + 128, num_predict=128)
    request = counts.fitted(
        lambda prompt: profile_for("m").request("m", prompt, room_for_one), PROMPT
    )
    said = [each["content"] for each in request.body["messages"]]
    assert "far?" not in said
    assert said[-3:] == ["near?", "z" * 600, "which?"]


def test_what_cannot_fit_is_refused_before_it_is_sent() -> None:
    """By the counts of earlier prompts; a first prompt is left to the server."""
    counts, long = Counts(), replace(PROMPT, schema="x" * 9_000)
    assert counts.fitted(build, long).body["messages"]
    counts.compare(build(PROMPT), round(characters(build(PROMPT)) * 0.25))
    with pytest.raises(PromptTooLongError, match="num_ctx 1024"):
        counts.fitted(build, long)


def test_a_prompt_that_was_cut_in_silence_is_found_out() -> None:
    """Far fewer tokens read than sent, of a prompt that does not fit, is an error."""
    with pytest.raises(PromptTooLongError, match="sent, 500 read"):
        Counts().compare(build(replace(PROMPT, schema="x" * 9_000)), 500)


def test_old_servers_that_count_only_what_is_new_teach_nothing() -> None:
    """Of a prompt that fits, a small count comes from the cache."""
    counts, request = Counts(), build(Prompt("x" * 1_500, (), (), "which?"))
    counts.compare(request, 12)
    counts.compare(request, 0)
    assert counts.estimate(request) == round(characters(request) * GUESS)


async def test_the_models_own_context_is_the_limit(
    ollama: FakeOllama, client: OllamaClient
) -> None:
    """A num_ctx beyond what the model was made for is not asked for."""
    ollama.script = lambda exchange: exchange.answer("SELECT 1")

    def prompt_for(_dialect: Dialect) -> Prompt:
        return PROMPT

    for asked, sent in ((4_096, 4_096), (100_000, 32_768)):
        options = Options(num_ctx=asked)
        await ModelRouter((client,), ("small",), options, new_metrics()).draft(
            prompt_for, silent, seconds=10
        )
        assert ollama.asked[-1]["options"]["num_ctx"] == sent
