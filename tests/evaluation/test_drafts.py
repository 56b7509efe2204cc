"""Answers of language models that are kept from run to run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.evaluation import CasesError, read_drafts
from bot.llm.protocol import Completion, ModelRequest, Usage

BODY = {"model": "small", "prompt": "teams?", "options": {"seed": 1}, "keep_alive": "24h"}
REQUEST = ModelRequest("/api/generate", BODY)
ANSWER = Completion("SELECT 'é'", Usage(prompt_tokens=20, answer_tokens=2, total_seconds=9), "cut")


def test_the_same_request_is_answered_from_the_file(tmp_path: Path) -> None:
    """Text and tokens come back, in this run and in the next; seconds do not."""
    drafts = read_drafts(tmp_path / "drafts.jsonl")
    assert drafts.get(REQUEST) is None
    drafts.put(REQUEST, ANSWER)
    told = dataclasses.replace(ANSWER, usage=Usage(prompt_tokens=20, answer_tokens=2))
    again = read_drafts(drafts.path)
    assert drafts.get(REQUEST) == again.get(REQUEST) == told
    assert (drafts.given, again.given) == (1, 1)


def test_another_request_is_another_answer(tmp_path: Path) -> None:
    """Model, prompt, options and path count; how long the model stays in memory does not."""
    drafts = read_drafts(tmp_path / "drafts.jsonl")
    drafts.put(REQUEST, ANSWER)
    for body in (
        {**BODY, "model": "large"},
        {**BODY, "prompt": "teams"},
        {**BODY, "options": {"seed": 2}},
    ):
        assert drafts.get(ModelRequest(REQUEST.path, body)) is None
    assert drafts.get(ModelRequest("/api/chat", BODY)) is None
    assert drafts.get(ModelRequest(REQUEST.path, {**BODY, "keep_alive": "1m"})) is not None


def test_a_run_that_was_killed_keeps_whole_drafts(tmp_path: Path) -> None:
    """Half a line is dropped, and the next one begins a line of its own."""
    drafts = read_drafts(tmp_path / "drafts.jsonl")
    drafts.put(REQUEST, ANSWER)
    with drafts.path.open("a") as file:
        file.write('{"request": "')
    again = read_drafts(drafts.path)
    other = ModelRequest("/api/chat", BODY)
    again.put(other, ANSWER)
    last = read_drafts(drafts.path)
    assert last.get(REQUEST) is not None
    assert last.get(other) is not None


@pytest.mark.parametrize("text", ["", "no\n", "[]\n", '{"id": 1}\n{"id": 2}\n'])
def test_another_kind_of_file_is_named(tmp_path: Path, text: str) -> None:
    """It is not written to."""
    path = tmp_path / "run.jsonl"
    path.write_text(text)
    with pytest.raises(CasesError, match=r"run\.jsonl holds no drafts"):
        read_drafts(path)
    assert path.read_text() == text
