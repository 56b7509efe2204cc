"""What `/stats-model` says of what it did: an order, a progress bar, three timed questions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import Answer, Refusal
from bot.llm import Pulled
from bot.slack.render.cells import grid
from bot.slack.render.pieces import Message, button, cut, escape, fenced, paragraph
from bot.slack.render.stages import STOP
from bot.slack.render.table import fixed_width
from bot.slack.render.trust import seconds, zone

UNBOUND = Message(
    "This channel is not connected to an event yet: `/stats-channel` does that, then I can test."
)

_CELLS = 20
_ROWS = 5
_GIGABYTE = 1e9
_ROOM = 1_000


def order(models: Sequence[str]) -> Message:
    """Which models are asked, in their order."""
    first, *others = (f"`{escape(name)}`" for name in models)
    then = f", then {', '.join(others)}" if others else ""
    return Message(f"From now on I ask {first}{then}.")


def evicted(name: str) -> Message:
    """A model is out of memory."""
    return Message(f"`{escape(name)}` is unloaded. The next question loads it again.")


def warmed(took: float) -> Message:
    """The model is loaded."""
    return Message(f"Warm after {seconds(took)}.")


def pulling(name: str, pulled: Pulled, stop_as: str, user: str) -> Message:
    """How far a pull is, with a button that ends it."""
    text = f"Fetching {name}: {_progress(pulled)}"
    stop = button("Stop", STOP, f"{stop_as} {user}")
    return Message(escape(text), (paragraph(text), {"type": "actions", "elements": [stop]}))


def pulled(name: str) -> Message:
    """A pull that came to its end."""
    return Message(f"`{escape(name)}` is there. `/stats-model use {escape(name)}` asks it.")


def stopped(name: str) -> Message:
    """A pull that somebody stopped."""
    return Message(f"Stopped fetching `{escape(name)}`; what has come is kept.")


def failed(why: str) -> Message:
    """A pull that did not work."""
    return Message(f":warning: {escape(why)}")


def tried(outcomes: Sequence[tuple[str, Answer | Refusal]]) -> Message:
    """Each question with its time and its first rows."""
    return Message("\n".join(_one(text, outcome) for text, outcome in outcomes))


def _one(text: str, outcome: Answer | Refusal) -> str:
    if isinstance(outcome, Refusal):
        return f"*{escape(text)}*\n{escape(cut(outcome.message, _ROOM))}"
    shown, _ = fixed_width(grid(outcome.table, zone(outcome.events), _ROWS), _ROOM)
    took = f"{seconds(outcome.seconds)}, `{escape(outcome.draft.language_model)}`"
    return f"*{escape(text)}* {took}\n{fenced(shown)}"


def _progress(pulled: Pulled) -> str:
    if not pulled.total:
        return pulled.status or "asking the server"
    share = min(1.0, pulled.done / pulled.total)
    full = round(share * _CELLS)
    size = f"{pulled.done / _GIGABYTE:.1f} of {pulled.total / _GIGABYTE:.1f} GB"
    return f"{'█' * full}{'░' * (_CELLS - full)} {share:.0%}, {size}"
