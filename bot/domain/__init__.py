"""What the house talks about: a question, a draft, a guarded query, a result, and how it ends.

Everything here is a frozen value without I/O, and every other room may import it; a refusal is a
value, never an exception that escapes.
"""

from bot.domain.codes import Code, Kind
from bot.domain.progress import Progress, Report, Stage, silent
from bot.domain.questions import (
    GUARD_SEAL,
    QUESTION_LIMIT,
    ROWS_KEPT,
    ROWS_SHOWN,
    Answer,
    Asker,
    Choice,
    Clarification,
    Column,
    ColumnKind,
    Dialect,
    Draft,
    Event,
    GuardedQuery,
    Outcome,
    Question,
    Refinement,
    Refusal,
    ResultTable,
    Shape,
    Source,
    Timings,
)

__all__ = [
    "GUARD_SEAL",
    "QUESTION_LIMIT",
    "ROWS_KEPT",
    "ROWS_SHOWN",
    "Answer",
    "Asker",
    "Choice",
    "Clarification",
    "Code",
    "Column",
    "ColumnKind",
    "Dialect",
    "Draft",
    "Event",
    "GuardedQuery",
    "Kind",
    "Outcome",
    "Progress",
    "Question",
    "Refinement",
    "Refusal",
    "Report",
    "ResultTable",
    "Shape",
    "Source",
    "Stage",
    "Timings",
    "silent",
]
