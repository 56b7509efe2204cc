"""What whoever waits for a language model hears: a place in the line, or that the model loads."""

from __future__ import annotations

from bot.domain import Progress, Stage


def in_line(place: int, seconds: float | None) -> Progress:
    """A place in the line, 1 for who is next, and about how long it takes, if that is known."""
    about = "" if seconds is None else f", about {_about(seconds)}"
    return Progress(Stage.QUEUED, f"{_ordinal(place)} in line{about}")


def loading(seconds: float | None) -> Progress:
    """The model is being loaded, which took `seconds` the last time, if that is known."""
    takes = "can take a minute" if seconds is None else f"takes about {_about(seconds)}"
    return Progress(Stage.WARMING, f"the model is loading, this {takes}")


def _about(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


def _ordinal(place: int) -> str:
    if place == 1:
        return "next"
    teen = 10 <= place % 100 <= 20
    return f"{place}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"
