"""One line in the log a question, without what anybody wrote: not the question, not the SQL."""

from __future__ import annotations

import structlog

from bot.domain import Answer, Outcome, Question

log = structlog.get_logger()


def log_line(question: Question, outcome: Outcome, code: str, source: str, seconds: float) -> None:
    """Write it. `code` says how the question ended, `seconds` is the whole way."""
    told: dict[str, object] = {}
    if isinstance(outcome, Answer):
        told = {
            "rows": len(outcome.table.rows),
            "model_seconds": round(outcome.draft.seconds, 3),
            "database_seconds": round(outcome.table.seconds, 3),
        }
    log.info(
        "question",
        id=question.id,
        surface=question.asker.surface,
        outcome=code,
        source=source,
        seconds=round(seconds, 3),
        **told,
    )
