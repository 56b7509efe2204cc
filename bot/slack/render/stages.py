"""What a reader sees while a question is on its way: one short line a stage."""

from __future__ import annotations

from bot.domain import Progress, Stage
from bot.slack.render.pieces import Message, cut, escape, one_line

LOOKING = Message("Looking…")

_WORDS = {
    Stage.QUEUED: "Waiting for my turn",
    Stage.CHECKING: "Looking",
    Stage.WARMING: "Waking up the model, this can take a minute",
    Stage.DRAFTING: "Writing the query",
    Stage.GUARDING: "Checking the query",
    Stage.RUNNING: "Reading the data",
    Stage.REPAIRING: "That query did not work, trying once more",
    Stage.DONE: "Done",
}


def stage_message(progress: Progress) -> Message:
    """The line for `progress`, with its detail."""
    detail = f" ({cut(one_line(progress.detail), 200)})" if progress.detail else ""
    return Message(escape(f"{_WORDS[progress.stage]}{detail}…"))
