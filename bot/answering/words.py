"""What people read when a question goes unanswered: short, plain, kind, and what to do next."""

from __future__ import annotations

from dataclasses import replace

from bot.domain import Code, Outcome, Refusal
from bot.semantic import SemanticModel
from bot.texts import ENGLISH, say, speaking

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


_UNREADABLE = frozenset({Code.NOT_SQL, Code.NOT_A_QUERY})

_HELPED = _DRAFT_FAULTS | {Code.EMPTY, Code.NOT_ABOUT_DATA, Code.NOT_SQL}


def refusal(code: Code, *, sql: str = "", retry_after: float | None = None) -> Refusal:
    """The refusal of a code that always reads the same; `retry_after` is in seconds."""
    return Refusal(code, say(f"refusals.{code.value}"), sql=sql, retry_after=retry_after)


def is_draft_fault(code: Code) -> bool:
    """Whether the guard found the SQL at fault, and not the question."""
    return code in _DRAFT_FAULTS


def for_people(refused: Refusal) -> Refusal:
    """A guard's refusal with what to do; its own sentence speaks of SQL and stays as the reason."""
    if refused.code not in _UNREADABLE | _DRAFT_FAULTS:
        return refused
    # The guard speaks English; elsewhere the code says in a few words what it found.
    reason = say(f"reasons.{refused.code.value}", message=refused.message)
    return replace(refused, message=say("refusals.draft", reason=reason))


def for_model(failed: Refusal) -> str:
    """What was wrong with a draft, for the one repair: in English, like all of the prompt."""
    said = failed.message
    if failed.code is Code.QUERY_FAILED:
        with speaking(ENGLISH):
            said = refusal(failed.code).message
    return f"{said} {' '.join(failed.names)}".strip()


def with_example(outcome: Outcome, model: SemanticModel) -> Outcome:
    """A refusal of what was asked, with what can be asked: from the semantic model's own file."""
    if not isinstance(outcome, Refusal) or outcome.code not in _HELPED:
        return outcome
    said = outcome.message
    if outcome.code is Code.NOT_ABOUT_DATA:
        names = [name.replace("_", " ") for name in list(model.tables)[:_NAMED]]
        more = "it_has_more" if len(model.tables) > _NAMED else "it_has"
        said += " " + say(f"refusals.{more}", names=", ".join(names))
    known = [
        *(each.question for each in model.verified),
        *(each.question for each in model.examples),
    ]
    if known:
        said += " " + say("refusals.example", question=known[0])
    return replace(outcome, message=said)


def rate_limited(seconds: float) -> Refusal:
    """Say when to come back; `seconds` is the wait."""
    message = say("refusals.rate_limited", time=_wait(seconds))
    return Refusal(Code.RATE_LIMITED, message, retry_after=seconds)


def bug(reference: str) -> Refusal:
    """Our own mistake: `reference` finds the log line."""
    return Refusal(Code.BUG, say("refusals.bug", reference=reference))


def _wait(seconds: float) -> str:
    if seconds <= 90:
        return say("refusals.seconds", n=max(1, round(seconds)))
    return say("refusals.minutes", n=round(seconds / 60))
