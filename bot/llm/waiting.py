"""What whoever waits for a language model hears: a place in the line, or that the model loads."""

from __future__ import annotations

from bot.domain import Progress, Stage
from bot.texts import say


def in_line(place: int, seconds: float | None) -> Progress:
    """A place in the line, 1 for who is next, and about how long it takes, if that is known."""
    said = say("stages.next_in_line") if place == 1 else say("stages.in_line", n=place)
    if seconds is not None:
        said = say("stages.in_line_about", place=said, time=_about(seconds))
    return Progress(Stage.QUEUED, said)


def loading(seconds: float | None) -> Progress:
    """The model is being loaded, which took `seconds` the last time, if that is known."""
    if seconds is None:
        return Progress(Stage.WARMING, say("stages.loading"))
    return Progress(Stage.WARMING, say("stages.loading_about", time=_about(seconds)))


def _about(seconds: float) -> str:
    if seconds < 90:
        return say("stages.seconds", n=max(1, round(seconds)))
    return say("stages.minutes", n=round(seconds / 60))
