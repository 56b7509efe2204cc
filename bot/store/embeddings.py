"""Embeddings of a semantic model's texts, in pgvector, by the model's fingerprint.

A set is written in one transaction or not at all, by one process at a time, so a set that is there
is whole. Without the extension `vector` there is no table, and `possible` says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.store.database import Database

_NEAREST = 60
"""Texts that a question is scored by. Several speak for one table."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Where a text is among all texts. `key` is unique in its set; it speaks of `tables`."""

    key: str
    tables: tuple[str, ...]
    vector: Sequence[float]


@dataclass(frozen=True, slots=True)
class Near:
    """Tables that a near text speaks of; `similarity` is the cosine, 1 for the same."""

    tables: tuple[str, ...]
    similarity: float


class Embeddings:
    """The table of embeddings. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def possible(self) -> bool:
        """Whether embeddings can be kept; tries to make the table if it is not there."""
        async with self._database.connection() as connection:
            return bool(await connection.fetchval("SELECT bot.make_embeddings()"))

    async def fill(
        self,
        fingerprint: str,
        language_model: str,
        make: Callable[[], Awaitable[Sequence[Embedded]]],
    ) -> bool:
        """See that the set is there, made by `make` if need be; False while another makes it."""
        async with self._database.connection() as connection, connection.transaction():
            lock = _lock(fingerprint, language_model)
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", lock):
                return False
            there = await connection.fetchval(
                "SELECT EXISTS (SELECT 1 FROM bot.embeddings"
                " WHERE fingerprint = $1 AND language_model = $2)",
                fingerprint,
                language_model,
            )
            if there:
                return True
            rows = [
                (fingerprint, language_model, each.key, list(each.tables), _text(each.vector))
                for each in await make()
            ]
            # The set before stays: processes of the version before may still ask for it.
            await connection.execute(
                "DELETE FROM bot.embeddings WHERE (fingerprint, language_model) NOT IN ("
                "SELECT fingerprint, language_model FROM bot.embeddings"
                " GROUP BY 1, 2 ORDER BY max(made_at) DESC LIMIT 1)"
            )
            await connection.executemany(
                "INSERT INTO bot.embeddings (fingerprint, language_model, key, tables, vector)"
                " VALUES ($1, $2, $3, $4, $5::text::vector)",
                rows,
            )
            return True

    async def nearest(
        self, fingerprint: str, language_model: str, vector: Sequence[float]
    ) -> tuple[Near, ...]:
        """The texts nearest to `vector`, nearest first; () if the set is not there."""
        async with self._database.connection() as connection:
            found = await connection.fetch(
                "SELECT tables, 1 - (vector <=> $3::text::vector) AS similarity"
                " FROM bot.embeddings WHERE fingerprint = $1 AND language_model = $2"
                " ORDER BY vector <=> $3::text::vector LIMIT $4",
                fingerprint,
                language_model,
                _text(vector),
                _NEAREST,
            )
        return tuple(Near(tuple(row["tables"]), float(row["similarity"])) for row in found)


def _text(vector: Sequence[float]) -> str:
    return "[" + ",".join(f"{value:.7g}" for value in vector) + "]"


def _lock(fingerprint: str, language_model: str) -> int:
    digest = hashlib.sha256(f"{fingerprint}\0{language_model}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
