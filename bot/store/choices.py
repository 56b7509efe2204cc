"""Which language models an admin has chosen. Without a choice the settings decide."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """`models` in their order, () where the settings decide.

    `resting` says that an admin has had the first unloaded, so nobody warms it before it is asked.
    """

    models: tuple[str, ...] = ()
    resting: bool = False


class ModelChoices:
    """The choice. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self) -> ModelChoice:
        """What holds now."""
        sql = "SELECT models, resting FROM bot.language_models"
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql)
        return ModelChoice(tuple(row["models"]), row["resting"]) if row else ModelChoice()

    async def set(self, choice: ModelChoice, by: str) -> None:
        """Choose, in the name of `by`, a user's id."""
        sql = """
            INSERT INTO bot.language_models (models, resting, chosen_by) VALUES ($1, $2, $3)
            ON CONFLICT (single) DO UPDATE
            SET models = excluded.models, resting = excluded.resting,
                chosen_by = excluded.chosen_by, chosen_at = now()
        """
        async with self._database.connection() as connection:
            await connection.execute(sql, list(choice.models), choice.resting, by)
