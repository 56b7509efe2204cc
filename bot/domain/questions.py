"""A question, a draft, a guarded query, a result, and how a question ends.

A question ends as an `Answer`, a `Refusal` or a `Clarification` (asked back). Only `bot.guard` can
make a `GuardedQuery`, and `bot.warehouse` runs nothing else.
"""

from __future__ import annotations

import enum
from dataclasses import InitVar, dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.codes import Code

QUESTION_LIMIT = 500
"""The longest question taken, in characters."""

ROWS_SHOWN = 100
"""Rows of an answer that a reader sees at once."""

ROWS_KEPT = 10_000
"""Rows of an answer that a CSV file holds."""


class Dialect(enum.StrEnum):
    """The SQL that a language model writes; its names are sqlglot's."""

    POSTGRES = "postgres"
    DUCKDB = "duckdb"


@dataclass(frozen=True, slots=True)
class Event:
    """A tournament. `timezone` is an IANA name; `starts_at` and `ends_at` are aware times."""

    id: UUID
    slug: str
    name: str
    status: str
    starts_at: datetime
    ends_at: datetime
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `surface` is slack, http or terminal; `team` and `user` are that surface's ids."""

    surface: str
    team: str
    user: str

    @property
    def key(self) -> str:
        """One text for rate limits and audit, unique over surfaces and workspaces."""
        return f"{self.surface}:{self.team}:{self.user}"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it came in.

    `id` is unique and stable over redeliveries. `events` names the tenant where the surface
    knows it (terminal, HTTP); None means that the binding of `scope` decides, a channel that the
    asker is in, or else that of `channel`. It may go on from the last answer in `thread`, or from
    the question whose id is `after`.
    """

    id: str
    text: str
    asker: Asker
    channel: str = ""
    events: tuple[UUID, ...] | None = None
    thread: str = ""
    after: str = ""
    scope: str = ""


class Source(enum.StrEnum):
    """Where the SQL of an answer came from."""

    MODEL = "model"
    CACHE = "cache"
    VERIFIED = "verified"
    EXAMPLE = "example"
    REFINED = "refined"
    """The SQL of the question before, with a name or a number changed."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Where an answer's seconds went: in line, until the first word, writing, checking, rows.

    `prompt` is from the request to the model's first word, so loading is in it; a repair counts.
    """

    queue: float = 0.0
    prompt: float = 0.0
    generation: float = 0.0
    guard: float = 0.0
    database: float = 0.0


@dataclass(frozen=True, slots=True)
class Draft:
    """SQL that nobody has checked yet.

    `held` says what was put right in it, a few words each; `doubt` why it may find nothing.
    `language_model` is empty for a verified question, whose approver, where a person is known, is
    `verified_by`. Durations are seconds, counts are tokens;
    `seconds` is without the line, `prompt_seconds` until the model's first word.
    """

    sql: str
    dialect: Dialect
    source: Source
    language_model: str = ""
    prompt_tokens: int = 0
    answer_tokens: int = 0
    seconds: float = 0.0
    fell_back: bool = False
    queue_seconds: float = 0.0
    prompt_seconds: float = 0.0
    verified_by: str = ""
    held: tuple[str, ...] = ()
    doubt: str = ""


class _Seal:
    """What a GuardedQuery is made with; `bot.guard` alone names it, and a test says so."""


GUARD_SEAL = _Seal()


@dataclass(frozen=True, slots=True)
class GuardedQuery:
    """PostgreSQL proved to read only `events`. `sql` has one parameter, $1: the events as uuid[].

    `tables` are the semantic tables read, `shown` is the query as people see it (without the
    fence), `mended` says which names were read as others, a sentence each, `fences` how many of its
    WITH are fences: the first ones. Raises TypeError unless made by the guard.
    """

    sql: str
    events: tuple[UUID, ...]
    tables: tuple[str, ...]
    shown: str
    seal: InitVar[object]
    mended: tuple[str, ...] = ()
    fences: int = 0

    def __post_init__(self, seal: object) -> None:
        # Not kept: so dataclasses.replace() cannot carry the seal over to another text.
        if seal is not GUARD_SEAL:
            raise TypeError("only bot.guard makes a GuardedQuery")


class ColumnKind(enum.StrEnum):
    """How a result column reads; decides alignment and formats."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    UUID = "uuid"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result. `unit` is what its numbers count, such as "min" or "%"; or empty."""

    name: str
    kind: ColumnKind
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Rows as PostgreSQL gave them, at most ROWS_KEPT. `truncated` says that there were more."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """What a query says of its rows as a whole; the defaults claim nothing.

    `sorted_by` is the index of the result column that rows are sorted by first, None if that is
    open; `limited` says that a LIMIT may have left rows out; `counted` is the table all of whose
    rows the one result counts, or empty.
    """

    sorted_by: int | None = None
    descending: bool = False
    limited: bool = False
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A narrower question: `words` are added to the old one, `label` is what a button says."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A question answered.

    `repaired` says that the first draft failed, `note` what else a reader should know (a mended
    name, a fallback); `seconds` is the whole way from the queue to the rows, and
    `timings` what of it is known.
    `explanation` is a sentence on what the query computes, for people; "" if there is none.
    """

    question: Question
    events: tuple[Event, ...]
    query: GuardedQuery
    draft: Draft
    table: ResultTable
    seconds: float
    repaired: bool = False
    note: str = ""
    shape: Shape = Shape()
    explanation: str = ""
    timings: Timings = Timings()
    refinements: tuple[Refinement, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question not answered. `message` says why and what to do, in words for people.

    `retry_after` is in seconds, where waiting helps. `sql` is the draft that was refused, if any.
    `names` are the nearest real names, for the one repair.
    """

    code: Code
    message: str
    retry_after: float | None = None
    sql: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that may have been meant: `label` for a button, `question` to ask in its place."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Clarification:
    """A question that means several things equally, asked back: "Which one do you mean?".

    `question` is the sentence for people; there are two to five choices.
    """

    question: str
    choices: tuple[Choice, ...]


Outcome = Answer | Refusal | Clarification
