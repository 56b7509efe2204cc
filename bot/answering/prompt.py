"""What a language model is told about one question, beside the schema that never changes.

Everything here that varies (today, the event, linked names) goes into the notes, which a profile
puts after the unchanging part so that the server's prefix cache holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.answering.fitting import fitted
from bot.answering.followup import Previous
from bot.answering.nearness import Name, Pool, pool
from bot.answering.parts import EVERYTHING, Parts, Shape
from bot.answering.retrieval.documents import tables_of
from bot.domain import Dialect
from bot.llm import NOT_ABOUT_DATA, Prompt
from bot.semantic import Example, SemanticModel, VerifiedQuestion, schema_prompt

_SIMILAR = 3
_SIMILAR_LENGTH = 500
# Each costs about 80 tokens that no prefix cache holds, so long ones stay out.


@dataclass(frozen=True, slots=True)
class PromptMaker:
    """The unchanging part, rendered once a dialect.

    `answered` are questions with their SQL, of which the nearest are shown beside a question, as
    far as the whole takes at most `tokens`.
    """

    schemas: dict[Dialect, str]
    examples: tuple[tuple[str, str], ...]
    answered: Pool
    model: SemanticModel
    tokens: int
    bare: bool = False

    def prompt(
        self,
        question: str,
        notes: tuple[str, ...],
        failed: tuple[str, str] | None = None,
        previous: Previous | None = None,
        tables: tuple[str, ...] = (),
        similar: tuple[tuple[str, str], ...] = (),
    ) -> Callable[[Dialect], Prompt]:
        """The prompt for a dialect that the language model's profile chooses.

        `tables` are told of beside the unchanging part; `similar` are answered questions.
        """
        before = (previous.question, previous.sql) if previous else None

        def make(dialect: Dialect) -> Prompt:
            whole = Prompt(
                schema=self.schemas[dialect],
                examples=self.examples,
                notes=notes,
                question=question,
                failed=failed,
                similar=similar,
                previous=before,
                bare=self.bare,
                retrieved=schema_prompt(self.model, dialect, comments=not self.bare, tables=tables),
            )
            return fitted(whole, self.tokens)

        return make

    def similar(
        self, question: str, names: tuple[Name, ...], days: tuple[str, str] | None
    ) -> tuple[tuple[str, str], ...]:
        """The nearest answered questions, the nearest last, where a model heeds it most."""
        return tuple(reversed(self.answered.nearest(question, names, days, _SIMILAR)))

    def worked(
        self, question: str, names: tuple[Name, ...], days: tuple[str, str] | None
    ) -> str | None:
        """The SQL of an answered question that differs in its names and days alone, of ours."""
        return self.answered.same(question, names, days)


def prompt_maker(
    model: SemanticModel,
    tokens: int,
    parts: Parts = EVERYTHING,
    stable: tuple[str, ...] | None = None,
) -> PromptMaker:
    """Render the semantic model for each dialect: all of it, or the `stable` tables.

    A prompt takes at most `tokens`, as far as near examples can be left out for it.

    An example is always shown if its tables are.
    """
    bare = parts.shape is Shape.RAW
    shown = tuple(model.tables) if stable is None else stable
    return PromptMaker(
        schemas={
            dialect: schema_prompt(model, dialect, comments=not bare, tables=shown)
            for dialect in Dialect
        },
        examples=tuple(
            (each.question, each.sql)
            for each in model.examples
            if parts.examples and set(tables_of(each.sql, model)) <= set(shown)
        ),
        answered=pool(_answered(model) if parts.similar else ()),
        model=model,
        tokens=tokens,
        bare=bare,
    )


def _answered(model: SemanticModel) -> Iterator[tuple[str, str]]:
    """Every wording of every question that has SQL short enough to be shown."""
    known: tuple[Example | VerifiedQuestion, ...] = (*model.near, *model.examples, *model.verified)
    for each in known:
        sql = " ".join(each.sql.split())
        if len(sql) <= _SIMILAR_LENGTH:
            for wording in (each.question, *each.also):
                yield wording, sql
    for question in model.off_topic:
        yield question, NOT_ABOUT_DATA
