"""What people read when a question goes unanswered: short, plain, kind, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import Code, Refusal

_SENTENCES = {
    Code.NOT_BOUND: (
        "This channel is not connected to an event yet. "
        "A workspace admin can connect it with `/stats-channel`."
    ),
    Code.NOT_ABOUT_DATA: (
        "I can only answer from this event's data: teams, players, games, standings and spirit "
        "scores. Try “top 5 teams by spirit score”."
    ),
    Code.NOT_SQL: (
        "I could not turn that into a query. Please put the question another way, "
        "for example “top 5 teams by spirit score”."
    ),
    Code.TOO_COSTLY: (
        "Answering that would make the database work too hard. "
        "Try asking about one division or fewer things at once."
    ),
    Code.TIMED_OUT: (
        "The database took too long. Try asking about one division or fewer things at once."
    ),
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
        "The tournament database is not reachable right now. Please try again in a few minutes."
    ),
    Code.STORE_DOWN: (
        "My own storage is not reachable right now. Please try again in a few minutes."
    ),
    Code.BUSY: "Too many questions are waiting right now. Please try again in a minute.",
    Code.STOPPED: "Stopped.",
}


_AGAIN = "Please put the question another way, for example “top 5 teams by spirit score”."

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


def refusal(code: Code, *, sql: str = "", retry_after: float | None = None) -> Refusal:
    """The refusal of a code that always reads the same; `retry_after` is in seconds."""
    return Refusal(code, _SENTENCES[code], sql=sql, retry_after=retry_after)


def for_people(refused: Refusal) -> Refusal:
    """A guard's refusal with what to do; its own sentence speaks of SQL and stays as the reason."""
    if refused.code not in _DRAFT_FAULTS:
        return refused
    said = f"I could not write a query that works for this. {_AGAIN} ({refused.message})"
    return replace(refused, message=said)


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
