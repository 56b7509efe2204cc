"""What a reader sees while a question is on its way: one short line a stage, and "Stop"."""

from __future__ import annotations

from bot.domain import Progress
from bot.slack.render.pieces import Message, button, cut, escape, one_line, paragraph
from bot.texts import say

STOP = "stop"


def looking(question_id: str, asker: str) -> Message:
    """The first line of all; `asker` is the id of who may stop the question, beside admins."""
    return _waiting(say("stages.looking"), question_id, asker)


def stage_message(progress: Progress, question_id: str, asker: str) -> Message:
    """The line for `progress`, with its detail."""
    return _waiting(stage_line(progress), question_id, asker)


def stage_line(progress: Progress) -> str:
    """The line alone, as plain text."""
    stage, detail = say(f"stages.{progress.stage.value}"), cut(one_line(progress.detail), 200)
    form = "with_detail" if detail else "without_detail"
    return say(f"stages.{form}", stage=stage, detail=detail)


def _waiting(text: str, question_id: str, asker: str) -> Message:
    stop = button(say("stages.stop"), STOP, f"{question_id} {asker}")
    blocks = (paragraph(text), {"type": "actions", "elements": [stop]})
    return Message(escape(text), blocks)
