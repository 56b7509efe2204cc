"""Tables for a question: by embeddings from Ollama in pgvector, else by likeness of words.

A question never fails for its embedding: what goes wrong is logged once a question, and words
decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from rapidfuzz import fuzz, utils

from bot.answering.retrieval.budget import Budget, costs
from bot.answering.retrieval.choose import choose
from bot.answering.retrieval.documents import Document, documents, tables_of
from bot.llm import LanguageModelError, OllamaClient
from bot.semantic import SemanticModel
from bot.store import StoreError
from bot.store.embeddings import Embedded, Embeddings

log = structlog.get_logger()

AT_ONCE = 32
"""Texts in one request for embeddings."""

QUESTION_SECONDS = 5.0
"""How long a question may wait for its embedding, before words decide."""

FILL_SECONDS = 120.0
"""How long one request for the embeddings of a part of the schema may take."""

WAIT_SECONDS = 2.0
"""Between two looks at whether another process has filled the table."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """`stable` are the tables that every prompt has; `chosen` per question come beside them.

    `characters` is what is left of the budget for the chosen ones; `embed_model` "" is words alone.
    """

    model: SemanticModel
    client: OllamaClient
    kept: Embeddings
    embed_model: str
    stable: tuple[str, ...]
    characters: int
    documents: tuple[Document, ...]
    costs: Mapping[str, int]

    async def tables(self, question: str, always: Iterable[str] = ()) -> tuple[str, ...]:
        """The tables to tell of beside the stable ones; `always` are taken first."""
        scores = await self._scores(question)
        return choose(
            self.model, scores, self.costs, self.characters, there=self.stable, always=always
        )

    async def fill(self) -> bool:
        """Embed the schema, if that is not done yet; False if embeddings cannot be kept.

        Of two processes one embeds and the other waits. Raises LanguageModelError, StoreError.
        """
        if not self.embed_model:
            return False
        if not await self.kept.possible():
            log.warning("no pgvector: tables are chosen by words alone")
            return False
        done = False
        while not done:
            done = await self.kept.fill(self.model.fingerprint, self.embed_model, self._embedded)
            # Another process is at it: no event of its end reaches this one.
            await asyncio.sleep(0 if done else WAIT_SECONDS)
        log.info("schema is embedded", texts=len(self.documents), model=self.embed_model)
        return True

    async def _embedded(self) -> tuple[Embedded, ...]:
        made: list[Embedded] = []
        for start in range(0, len(self.documents), AT_ONCE):
            part = self.documents[start : start + AT_ONCE]
            vectors = await self.client.embed(
                self.embed_model, [each.text for each in part], seconds=FILL_SECONDS
            )
            made += [
                Embedded(each.key, each.tables, vector)
                for each, vector in zip(part, vectors, strict=True)
            ]
        return tuple(made)

    async def _scores(self, question: str) -> dict[str, float]:
        if self.embed_model:
            try:
                (vector,) = await self.client.embed(
                    self.embed_model, [question], seconds=QUESTION_SECONDS
                )
                found = await self.kept.nearest(self.model.fingerprint, self.embed_model, vector)
            except (LanguageModelError, StoreError) as error:
                log.warning("tables by words alone", why=str(error))
            else:
                if found:
                    return best((each.tables, each.similarity) for each in found)
                log.warning("tables by words alone", why="the schema is not embedded yet")
        return by_words(question, self.documents)


def by_words(question: str, among: Sequence[Document]) -> dict[str, float]:
    """A score of each table by the words that a question shares with its documents, 0 to 1."""
    asked = utils.default_process(question)
    return best(
        (each.tables, fuzz.token_set_ratio(asked, utils.default_process(each.text)) / 100)
        for each in among
    )


def best(found: Iterable[tuple[Sequence[str], float]]) -> dict[str, float]:
    """The highest score of each table."""
    scores: dict[str, float] = {}
    for tables, score in found:
        for table in tables:
            scores[table] = max(score, scores.get(table, -1.0))
    return scores


def retrieval_for(
    model: SemanticModel, budget: Budget, client: OllamaClient, kept: Embeddings, embed_model: str
) -> Retrieval | None:
    """The retrieval that a model needs; None if the whole of it fits the budget."""
    if budget.holds(model):
        return None
    cost = costs(model)
    named = {model.root}.union(*(tables_of(each.sql, model) for each in model.examples))
    stable = tuple(name for name in model.tables if name in named)
    taken = sum(cost[name] for name in stable)
    if taken > budget.characters // 2:
        stable, taken = (), 0
    return Retrieval(
        model=model,
        client=client,
        kept=kept,
        embed_model=embed_model,
        stable=stable,
        characters=budget.characters - taken,
        documents=documents(model),
        costs=cost,
    )
