"""What a language model is told about one question, beside the schema that never changes.

Everything here that varies (today, the event, linked names) goes into the notes, which a profile
puts after the unchanging part so that the server's prefix cache holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.answering.linking import Link
from bot.domain import Dialect, Event
from bot.llm import Prompt
from bot.semantic import SemanticModel, schema_prompt


@dataclass(frozen=True, slots=True)
class PromptMaker:
    """The unchanging part, rendered once a dialect."""

    schemas: dict[Dialect, str]
    examples: tuple[tuple[str, str], ...]

    def prompt(
        self, question: str, notes: tuple[str, ...], failed: tuple[str, str] | None = None
    ) -> Callable[[Dialect], Prompt]:
        """The prompt for a dialect that the language model's profile chooses."""

        def make(dialect: Dialect) -> Prompt:
            return Prompt(
                schema=self.schemas[dialect],
                examples=self.examples,
                notes=notes,
                question=question,
                failed=failed,
            )

        return make


def prompt_maker(model: SemanticModel) -> PromptMaker:
    """Render the semantic model for each dialect."""
    return PromptMaker(
        schemas={dialect: schema_prompt(model, dialect) for dialect in Dialect},
        examples=tuple((example.question, example.sql) for example in model.examples),
    )


def notes(events: tuple[Event, ...], links: tuple[Link, ...], now: datetime) -> tuple[str, ...]:
    """What the model must know of today and of the names in the question, one sentence each."""
    zone = ZoneInfo(events[0].timezone)
    today = now.astimezone(zone)
    said = [f"Today is {today:%A} {today:%Y-%m-%d}."]
    said += [f"“{link.said}” means {link}." for link in links]
    return tuple(said)
