"""Why a question went unanswered."""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """Why a question went unanswered: the question, something that is down, or our own mistake."""

    REFUSAL = "refusal"
    OUTAGE = "outage"
    BUG = "bug"


class Code(enum.StrEnum):
    """Every way in which a question can go unanswered. The value is what logs and metrics carry."""

    # The question itself.
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_BOUND = "not_bound"
    RATE_LIMITED = "rate_limited"
    BLOCKED = "blocked"
    NOT_ABOUT_DATA = "not_about_data"
    NO_SUCH_NAME = "no_such_name"
    # The guard, on the SQL that was drafted.
    NOT_SQL = "not_sql"
    NOT_A_QUERY = "not_a_query"
    UNKNOWN_TABLE = "unknown_table"
    UNKNOWN_COLUMN = "unknown_column"
    FORBIDDEN_FUNCTION = "forbidden_function"
    FORBIDDEN_TYPE = "forbidden_type"
    FORBIDDEN_SYNTAX = "forbidden_syntax"
    UNSUPPORTED_DIALECT = "unsupported_dialect"
    TOO_COMPLEX = "too_complex"
    # Running it.
    TOO_COSTLY = "too_costly"
    TIMED_OUT = "timed_out"
    QUERY_FAILED = "query_failed"
    # Something is down.
    MODEL_DOWN = "model_down"
    MODEL_MISSING = "model_missing"
    MODEL_TIMED_OUT = "model_timed_out"
    DATABASE_DOWN = "database_down"
    STORE_DOWN = "store_down"
    BUSY = "busy"
    STOPPED = "stopped"
    # Our own mistake.
    BUG = "bug"

    @property
    def kind(self) -> Kind:
        """Whether this is a refusal, an outage or a bug."""
        if self is Code.BUG:
            return Kind.BUG
        return Kind.OUTAGE if self in _OUTAGES else Kind.REFUSAL


_OUTAGES = frozenset(
    {
        Code.MODEL_DOWN,
        Code.MODEL_MISSING,
        Code.MODEL_TIMED_OUT,
        Code.DATABASE_DOWN,
        Code.STORE_DOWN,
        Code.BUSY,
    }
)
