"""What people read when a question goes unanswered: short, plain, kind, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import Code, Outcome, Refusal
from bot.semantic import SemanticModel

_SENTENCES = {
    Code.NOT_BOUND: (
        "This channel is not connected to an event yet. "
        "A workspace admin can connect it with `/stats-channel`."
    ),
    Code.BLOCKED: "A workspace admin has paused your questions here. Please talk to one of them.",
    Code.NOT_ABOUT_DATA: "I can only answer from this event's data.",
    Code.NOT_SQL: "I could not turn that into a query. Please put the question another way.",
    Code.TOO_COSTLY: (
        "Answering that would make the database work too hard. "
        "Try asking about fewer things at once."
    ),
    Code.TIMED_OUT: ("The database took too long. Try asking about fewer things at once."),
    Code.QUERY_FAILED: (
        "I wrote a query that the database could not run. Please put the question another way."
    ),
    Code.MODEL_DOWN: (
        "The language model is not reachable right now, so I can only answer verified questions. "
        "Please try again in a few minutes."
    ),
    Code.MODEL_MISSING: (
        "The language model is not installed on its server. "
        "An admin can see what is there with `/stats-model`."
    ),
    Code.MODEL_TIMED_OUT: (
        "The language model took too long. Please try again; it may still be warming up."
    ),
    Code.DATABASE_DOWN: (
        "The event's database is not reachable right now. Please try again in a few minutes."
    ),
    Code.STORE_DOWN: (
        "My own storage is not reachable right now. Please try again in a few minutes."
    ),
    Code.BUSY: "Too many questions are waiting right now. Please try again in a minute.",
    Code.STOPPED: "Stopped.",
}


_AGAIN = "Please put the question another way."

_NAMED = 5
"""Tables that a refusal names, the first of the file."""

_DRAFT_FAULTS = frozenset(
    {
        Code.UNKNOWN_TABLE,
        Code.UNKNOWN_COLUMN,
        Code.FORBIDDEN_FUNCTION,
        Code.FORBIDDEN_TYPE,
        Code.FORBIDDEN_SYNTAX,
        Code.UNSUPPORTED_DIALECT,
        Code.TOO_COMPLEX,
    }
)


_HELPED = _DRAFT_FAULTS | {Code.EMPTY, Code.NOT_ABOUT_DATA, Code.NOT_SQL}


def refusal(code: Code, *, sql: str = "", retry_after: float | None = None) -> Refusal:
    """The refusal of a code that always reads the same; `retry_after` is in seconds."""
    return Refusal(code, _SENTENCES[code], sql=sql, retry_after=retry_after)


def is_draft_fault(code: Code) -> bool:
    """Whether the guard found the SQL at fault, and not the question."""
    return code in _DRAFT_FAULTS


def for_people(refused: Refusal) -> Refusal:
    """A guard's refusal with what to do; its own sentence speaks of SQL and stays as the reason."""
    if not is_draft_fault(refused.code):
        return refused
    said = f"I could not write a query that works for this. {_AGAIN} ({refused.message})"
    return replace(refused, message=said)


def with_example(outcome: Outcome, model: SemanticModel) -> Outcome:
    """A refusal of what was asked, with what can be asked: from the semantic model's own file."""
    if not isinstance(outcome, Refusal) or outcome.code not in _HELPED:
        return outcome
    said = outcome.message
    if outcome.code is Code.NOT_ABOUT_DATA:
        names = [name.replace("_", " ") for name in list(model.tables)[:_NAMED]]
        said += f" It has {', '.join(names)}{' and more' if len(model.tables) > _NAMED else ''}."
    known = [
        *(each.question for each in model.verified),
        *(each.question for each in model.examples),
    ]
    if known:
        said += f" For example: “{known[0]}”"
    return replace(outcome, message=said)


def rate_limited(seconds: float) -> Refusal:
    """Say when to come back; `seconds` is the wait."""
    return Refusal(
        Code.RATE_LIMITED,
        f"You have asked a lot in a short time. Please come back in {_wait(seconds)}.",
        retry_after=seconds,
    )


def bug(reference: str) -> Refusal:
    """Our own mistake: `reference` finds the log line."""
    return Refusal(
        Code.BUG,
        f"Something went wrong on my side. Please tell an admin this reference: {reference}.",
    )


def _wait(seconds: float) -> str:
    if seconds <= 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes"
