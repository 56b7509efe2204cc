"""Every surface besides answers, drawn from texts and rows that no renderer expects.

Answers themselves are in test_render.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.workspace.blocks import check_message, check_view
from bot.domain import (
    QUESTION_LIMIT,
    Choice,
    Clarification,
    Code,
    Progress,
    Refusal,
    ResultTable,
    Stage,
)
from bot.slack.render.channel import event_options
from bot.slack.render.choices import choice_messages
from bot.slack.render.digest_form import section_options
from bot.slack.render.feedback import EXPECTED_LENGTH
from bot.slack.render.models import tried
from bot.slack.render.pieces import Message, size
from bot.slack.render.prompts import prompts, prompts_title
from bot.slack.render.refusal import refusal_messages
from bot.slack.render.stages import stage_line, stage_message
from tests.oracle.check import check
from tests.slack.nasty import LITERAL, NASTY, elements, results
from tests.slack.samples import question
from tests.workspace.surfaces import Words, homes, messages, modals

ASKED = NASTY.map(lambda text: text[:QUESTION_LIMIT]).filter(bool)
"""A question is no longer than that, and not empty, before anything draws it."""

WORDS = st.builds(
    Words,
    question=ASKED,
    name=NASTY,
    sql=NASTY,
    expected=NASTY.map(lambda text: text[:EXPECTED_LENGTH]),
    message=NASTY,
    explanation=NASTY,
)

SOME = settings(max_examples=15, suppress_health_check=list(HealthCheck))
FEW = settings(max_examples=4, suppress_health_check=list(HealthCheck))
"""For many blocks at once, which take long to hold against the types."""


def hold(forms: Sequence[Message]) -> None:
    """Hold a message's forms against Slack's types and limits; nobody is pinged by one."""
    for form in forms:
        assert 0 < size(form.text) <= 4_000
        assert "<" not in form.text
        _literal(form.blocks)
        sent = {"channel": "C1", "text": form.text, "blocks": list(form.blocks)}
        check("chat.postMessage", sent)
        check_message(sent)


def _literal(blocks: Any) -> None:
    """What people wrote stands where Slack reads no markup, and can be sent."""
    found = list(elements(list(blocks)))
    assert "mrkdwn" not in {one.get("type") for one in found}
    texts = [one for one in found if one.get("type") in LITERAL]
    assert all(isinstance(one["text"], str | dict) and one["text"] for one in texts)
    json.dumps(blocks).encode("utf-8")


@FEW
@given(WORDS, results())
def test_messages_hold(words: Words, rows: ResultTable) -> None:
    """Digests, the live message, schedules, refusals, choices, the state: all forms of each."""
    for forms in messages("U1", "C1", replace(words, rows=rows)).values():
        hold(forms)


@FEW
@given(WORDS)
def test_views_hold(words: Words) -> None:
    """Each tab of Home and each modal, within a view's 100 blocks."""
    for view in homes("U1", "C1", words).values():
        check("views.publish", {"user_id": "U1", "view": view})
        check_view(view, "home")
        _literal(view["blocks"])
    for view in modals("U1", "C1", words).values():
        check("views.open", {"trigger_id": "1", "view": view})
        check_view(view, "modal")
        _literal(view["blocks"])


@SOME
@given(WORDS, st.lists(ASKED, min_size=1, max_size=5), st.sampled_from(Code))
def test_what_is_asked_back_and_refused_holds(words: Words, others: list[str], code: Code) -> None:
    """Any reason, with any names in it; a choice of questions, each of which can be clicked."""
    asked = question(words.question)
    refusal = Refusal(code, words.message or "No.", sql=words.sql)
    hold(refusal_messages(refusal, asked, quoted=True))
    back = Clarification("Which?", tuple(Choice(one, one) for one in others))
    hold(choice_messages(back, asked, quoted=True))
    hold([tried([("How many teams are there?", refusal)])])


@SOME
@given(WORDS, st.sampled_from(Stage), st.sampled_from(["<b>", ""]))
def test_the_pane_and_stages_hold(words: Words, stage: Stage, more: str) -> None:
    """Stages with their detail, as a message and as a status; prompts; what selects offer."""
    progress = Progress(stage, words.name + more)
    hold([stage_message(progress, "q1", "U1")])
    status = {"channel_id": "D1", "thread_ts": "1.2", "status": "x"}
    check("assistant.threads.setStatus", status | {"loading_messages": [stage_line(progress)]})
    event, now = words.event, datetime(2026, 5, 2, 9, tzinfo=UTC)
    shown = list(prompts([event], now))
    title = prompts_title([event])
    assert len(title) <= 100
    about = {"channel_id": "D1", "title": title, "prompts": shown}
    check("assistant.threads.setSuggestedPrompts", about)
    for offered in (event_options([event], ""), section_options([words.question], "")):
        for option in offered:
            assert size(option["text"]["text"]) <= 75
            assert size(option["description"]["text"]) <= 75
            assert 0 < len(option["value"]) <= 150
