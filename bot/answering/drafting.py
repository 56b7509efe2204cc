"""SQL for a question: from the cache, from the same question in flight, or from a language model.

What is kept is SQL, never rows: games are being played.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answering import words
from bot.answering.days import calendar, spans
from bot.answering.folding import fold
from bot.answering.followup import Previous, goes_on, named_again
from bot.answering.holding import NOTHING_SAID, Spoken, hold, said_in
from bot.answering.linking import Link, Linked, link
from bot.answering.names import Names
from bot.answering.nearness import Name, named_by
from bot.answering.notes import bounds, notes, spoken
from bot.answering.parts import EVERYTHING, Parts
from bot.answering.prompt import PromptMaker
from bot.answering.refine import refine
from bot.answering.retrieval import Retrieval
from bot.answering.retrieval.documents import tables_of
from bot.answering.spelling import spelt
from bot.answering.text import normalise
from bot.domain import Dialect, Draft, Event, Refusal, Report, Source
from bot.llm import ModelRouter, prompt_version
from bot.llm.errors import AnswerTimedOutError
from bot.llm.router import PromptFor
from bot.metrics import Metrics
from bot.semantic import SemanticModel
from bot.store import Store


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found in it, and what the prompt says beside it.

    `key` names it in the cache; `who` is whose turn it uses. `previous` is what it goes on from;
    `refined` is the SQL of that, changed, where no model is needed; `days` is the one span of time
    that is asked about, as SQL; `worked` is the SQL of a worked example, but for its names;
    `said` is what a draft is held to; `spelt` is the text as answered questions spell it.
    """

    text: str
    events: tuple[Event, ...]
    linked: Linked
    notes: tuple[str, ...]
    key: str
    who: str = ""
    previous: Previous | None = None
    refined: str | None = None
    days: tuple[str, str] | None = None
    worked: str | None = None
    said: Spoken = NOTHING_SAID
    spelt: str = ""

    @property
    def named(self) -> tuple[Name, ...]:
        """The names in the question, and what each names."""
        return named_in(self.linked.links)


def _words_in(linked: Linked) -> frozenset[str]:
    """The words that are names, which have their own spelling."""
    said = [*(link.said for link in linked.links), *(each.said for each in linked.unclear)]
    return frozenset(word for text in said for word in fold(text).split())


def named_in(links: Iterable[Link]) -> tuple[Name, ...]:
    """What each of `links` names."""
    return tuple(Name(link.said, link.value, named_by(link.column)) for link in links)


@dataclass(frozen=True, slots=True)
class Drafting:
    """`seconds` is how long a language model may take over all its attempts."""

    model: SemanticModel
    router: ModelRouter
    store: Store
    prompts: PromptMaker
    metrics: Metrics
    seconds: float
    everyday: frozenset[str]
    parts: Parts = EVERYTHING
    retrieval: Retrieval | None = None

    def asked(
        self,
        question: str,
        events: tuple[Event, ...],
        names: Names,
        now: datetime,
        before: Previous | None = None,
        team: str = "",
    ) -> Asked:
        """Find names, days and words in a question, and whether it goes on from `before`.

        What is cached for it is its workspace's (`team`) alone.
        """
        linked = link(question, names, self.everyday) if self.parts.linking else Linked()
        previous = before if before and goes_on(question, linked) else None
        refined, told = None, Linked()
        if previous is not None:
            told = link(previous.question, names, self.everyday)
            refined = refine(question, linked, previous, told, self.model)
        days = calendar(events[0], now) if self.parts.dates else None
        when = spans(question, days) if days else ()
        said = notes(
            days,
            when,
            linked.links,
            spoken(question, self.model) if self.parts.terms else (),
            self.model.clock.rpartition(".")[2],
        )
        key = self.store.cache.key(
            team=team,
            question=normalise(question),
            fingerprint=self.model.fingerprint,
            language_model=self.router.primary,
            prompt_version=prompt_version(self.router.primary),
            linked=(*said, previous.question, previous.sql) if previous else said,
        )
        asked = Asked(
            question,
            events,
            linked,
            said,
            key,
            previous=previous,
            refined=refined,
            days=bounds(when),
            spelt=spelt(
                question, self.prompts.answered.spellings, self.everyday | _words_in(linked)
            ),
            said=said_in(
                (question, previous.question if previous else "", *said),
                linked.links,
                told.links,
                names.by_column(),
                self.model,
            ),
        )
        return replace(asked, worked=self._worked(asked, told)) if self.parts.exact else asked

    def _worked(self, asked: Asked, told: Linked) -> str | None:
        """The SQL of a worked example; the names of the question before for “they” and “their”."""
        if asked.previous is None:
            return self.prompts.worked(asked.spelt, asked.named, asked.days)
        pointed = named_again(asked.spelt, asked.linked, told)
        if pointed is None:
            return None
        question, link = pointed
        return self.prompts.worked(question, named_in((link,)), asked.days)

    async def draft(self, asked: Asked, report: Report) -> Draft:
        """SQL for the question, not yet checked. Raises LanguageModelError, StoreError."""
        if asked.refined:
            return Draft(asked.refined, Dialect.POSTGRES, Source.REFINED)
        if asked.worked:
            return Draft(asked.worked, Dialect.POSTGRES, Source.EXAMPLE)
        cached = await self.store.cache.get(asked.key)
        self.metrics.cache.labels("hit" if cached else "miss").inc()
        if cached is not None:
            return cached
        try:
            return await self.store.flights.once(
                asked.key, lambda: self.anew(asked, report), seconds=self.seconds
            )
        except TimeoutError as error:
            raise AnswerTimedOutError("An equal question in flight took too long.") from error

    async def anew(self, asked: Asked, report: Report) -> Draft:
        """SQL from a language model, whatever is known. Raises LanguageModelError, StoreError."""
        make = await self.prompt(asked)
        return await self.router.draft(make, report, seconds=self.seconds, who=asked.who)

    async def repair(self, asked: Asked, first: Draft, failed: Refusal, report: Report) -> Draft:
        """A second draft that knows what was wrong with the first. Raises LanguageModelError.

        Its seconds and tokens are those of both.
        """
        complaint = words.for_model(failed)
        make = await self.prompt(asked, (failed.sql, complaint))
        second = await self.router.draft(make, report, seconds=self.seconds, who=asked.who)
        return replace(
            second,
            prompt_tokens=first.prompt_tokens + second.prompt_tokens,
            answer_tokens=first.answer_tokens + second.answer_tokens,
            seconds=first.seconds + second.seconds,
            queue_seconds=first.queue_seconds + second.queue_seconds,
            prompt_seconds=first.prompt_seconds + second.prompt_seconds,
        )

    async def prompt(self, asked: Asked, failed: tuple[str, str] | None = None) -> PromptFor:
        """What a language model is told; `failed` is a first draft and what was wrong with it."""
        before = asked.previous
        near = f"{before.question} {asked.spelt}" if before else asked.spelt
        similar = self.prompts.similar(near, asked.named, asked.days)
        tables = await self._tables(asked, similar)
        return self.prompts.prompt(asked.text, asked.notes, failed, before, tables, similar)

    async def _tables(self, asked: Asked, similar: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        """The tables to tell of where not all fit, first those that the shown queries use."""
        if self.retrieval is None:
            return ()
        before = asked.previous
        text = f"{before.question} {asked.text}" if before else asked.text
        shown = [before.sql] if before else []
        shown += [sql for _, sql in similar]
        used = [name for sql in shown for name in tables_of(sql, self.model)]
        return await self.retrieval.tables(text, used)

    def held(self, asked: Asked, draft: Draft) -> Draft:
        """`draft` of a language model with its names and bounds held to those of the question."""
        if draft.source not in {Source.MODEL, Source.CACHE} or not self.parts.held:
            return draft
        return hold(draft, asked.said, self.model)

    async def remember(self, asked: Asked, draft: Draft) -> None:
        """Keep SQL that ran. That of a fallback is not kept: the first model may be back."""
        if draft.source is Source.MODEL and not draft.fell_back:
            await self.store.cache.put(asked.key, draft)
