"""What a reader sees while a question is on its way: one short line a stage, and "Stop"."""

from __future__ import annotations

from bot.domain import Progress, Stage
from bot.slack.render.pieces import Message, button, cut, escape, one_line, paragraph

STOP = "stop"

_WORDS = {
    Stage.QUEUED: "Waiting for my turn",
    Stage.CHECKING: "Looking",
    Stage.WARMING: "Waking up",
    Stage.DRAFTING: "Writing the query",
    Stage.GUARDING: "Checking the query",
    Stage.RUNNING: "Reading the data",
    Stage.REPAIRING: "That query did not work, trying once more",
    Stage.DONE: "Done",
}


def looking(question_id: str, asker: str) -> Message:
    """The first line of all; `asker` is the id of who may stop the question, beside admins."""
    return _waiting("Looking…", question_id, asker)


def stage_message(progress: Progress, question_id: str, asker: str) -> Message:
    """The line for `progress`, with its detail."""
    detail = f" ({cut(one_line(progress.detail), 200)})" if progress.detail else ""
    return _waiting(f"{_WORDS[progress.stage]}{detail}…", question_id, asker)


def _waiting(text: str, question_id: str, asker: str) -> Message:
    stop = button("Stop", STOP, f"{question_id} {asker}")
    blocks = (paragraph(text), {"type": "actions", "elements": [stop]})
    return Message(escape(text), blocks)
