"""How much of the schema fits a prompt. Counted in characters, since each model has its tokens."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain import Dialect
from bot.semantic import SemanticModel, schema_prompt

CHARACTERS_A_TOKEN = 3
"""Fewer than any of the models had on this kind of text, so that a prompt is not cut."""

RESERVED = 1_200
"""Tokens of a prompt beside the schema: rules, examples, names and days, the question."""


@dataclass(frozen=True, slots=True)
class Budget:
    """`characters` of schema that fit into a context of `num_ctx` tokens."""

    characters: int

    @classmethod
    def of(cls, num_ctx: int, num_predict: int) -> Budget:
        """The budget of a context that `num_predict` tokens of answer have to fit into too."""
        return cls(max(0, (num_ctx - num_predict - RESERVED) * CHARACTERS_A_TOKEN))

    def holds(self, model: SemanticModel) -> bool:
        """Whether the whole schema fits; then nothing is ever chosen."""
        return len(schema_prompt(model, Dialect.POSTGRES)) <= self.characters


def costs(model: SemanticModel) -> dict[str, int]:
    """The characters that each table takes."""
    return {
        name: len(schema_prompt(model, Dialect.POSTGRES, tables=(name,))) + 1
        for name in model.tables
    }
