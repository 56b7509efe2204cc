"""The real surface on the real queue, in a local workspace; only the answers are invented."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bot.answering import ModelAdmin, Status
from bot.demo.workspace import Workspace
from bot.digests import Digests, Live
from bot.domain import (
    Answer,
    Code,
    Dialect,
    Event,
    Outcome,
    Question,
    Refusal,
    Report,
    Source,
)
from bot.jobs import Jobs, Pace, open_jobs
from bot.llm import ModelStatus
from bot.llm.circuit import CircuitState
from bot.llm.protocol import InstalledModel, LoadedModel
from bot.llm.status import ConfiguredModel
from bot.metrics import Metrics, new_metrics
from bot.slack import SlackConfig, SlackSurface, open_slack
from bot.slack.render.stages import STOP
from bot.store import Recent, Store, StoredAnswer, open_store
from tests.oracle.check import check
from tests.slack.samples import SPRING, WINTER, answer, table

NOWHERE = "postgresql://127.0.0.1:9/none"
"""A database that is down."""

MANIFEST = Path(__file__).parents[2] / "manifest.yml"

Answerer = Callable[[Question, Report], Awaitable[Outcome]]


async def top_teams(question: Question, _report: Report) -> Outcome:
    """Answer everything with two teams."""
    return answer(table(("Kestrels", 12.5), ("Otters", 11)), asked=question)


@dataclass(slots=True)
class FakeAnswering:
    """Answers as told, and remembers what it was asked. Bindings are kept in memory."""

    answerer: Answerer = top_teams
    events: tuple[Event, ...] = (SPRING, WINTER)
    asked: list[Question] = field(default_factory=list)
    bindings_kept: dict[tuple[str, str], tuple[UUID, ...]] = field(default_factory=dict)
    known: dict[str, StoredAnswer] = field(default_factory=dict)
    failure: Exception | None = None
    stops: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    store: Store | None = None

    @property
    def models(self) -> ModelAdmin:
        """The real one is tested in tests/house."""
        raise NotImplementedError

    async def trial(self, text: str, events: tuple[Event, ...], /) -> Answer | Refusal:
        """As above."""
        raise NotImplementedError

    async def stop(self, question_id: str, /) -> None:
        """Remember what is to be stopped."""
        self.stops.append(question_id)

    async def withdraw(self, question_id: str, /) -> None:
        """Stop it, and forget that it was asked in its thread."""
        self.stops.append(question_id)
        self.withdrawn.append(question_id)

    async def answer(self, question: Question, report: Report, /) -> Outcome:
        """Answer, and keep it for the buttons."""
        self.asked.append(question)
        outcome = await self.answerer(question, report)
        self.known[question.id] = stored(question)
        return outcome

    async def rows(self, question_id: str, team: str, channel: str, /) -> Answer | Refusal:
        """The rows of an answer that was given here."""
        known = self.known.get(question_id)
        if known is None:
            return Refusal(Code.NOT_BOUND, "I no longer have that <answer>.")
        asked = Question(question_id, known.text, known.asker, channel, scope=known.scope)
        return answer(table(("Kestrels", 12.5), ("=SUM(A1)", 11)), asked=asked)

    async def stored(self, question_id: str, /) -> StoredAnswer | None:
        """What was answered."""
        if self.failure:
            raise self.failure
        return self.known.get(question_id)

    async def last_in(self, team: str, channel: str, thread: str, /) -> StoredAnswer | None:
        """The last that was answered in the thread."""
        found = [
            one
            for one in self.asked
            if (one.asker.team, one.channel, one.thread) == (team, channel, thread)
            and one.id in self.known
            and one.id not in self.withdrawn
        ]
        return self.known[found[-1].id] if found else None

    async def bindings(self, team: str, /) -> dict[str, tuple[Event, ...]]:
        """All bindings."""
        found = {channel: await self.bound(team, channel) for _, channel in self.bindings_kept}
        return {channel: events for channel, events in found.items() if events}

    async def directory(self) -> tuple[Event, ...]:
        """All events."""
        if self.failure:
            raise self.failure
        return self.events

    async def bound(self, team: str, channel: str, /) -> tuple[Event, ...]:
        """A channel's events."""
        ids = self.bindings_kept.get((team, channel), ())
        return tuple(event for event in self.events if event.id in ids)

    async def bind(self, team: str, channel: str, events: tuple[UUID, ...], by: str, /) -> None:
        """Bind."""
        self.bindings_kept[team, channel] = events

    async def unbind(self, team: str, channel: str, by: str, /) -> bool:
        """Unbind."""
        return self.bindings_kept.pop((team, channel), None) is not None

    async def status(self) -> Status:
        """A model that is loaded and one that is missing."""
        if self.failure:
            raise self.failure
        return STATUS


STATUS = Status(
    models=ModelStatus(
        address="http://models:11434",
        reachable=True,
        version="0.14.1",
        installed=(InstalledModel("sqlcoder:7b", 4_100_000_000), InstalledModel("other", 10)),
        loaded=(
            LoadedModel("sqlcoder:7b", 5_200_000_000, 4_000_000_000, "2026-05-02T12:30:00Z", 4096),
        ),
        models=(
            ConfiguredModel("sqlcoder:7b", CircuitState.CLOSED, installed=True, loaded=True),
            ConfiguredModel("small:1b", CircuitState.OPEN, installed=False, loaded=False),
        ),
        running=1,
        waiting=2,
        warming=False,
        answers="sqlcoder:7b",
        problem="",
    ),
    recent=Recent(41, 3.2, 9.5, {Code.MODEL_TIMED_OUT: 2}),
    queue=3,
)


def stored(question: Question) -> StoredAnswer:
    """The audit's line on an answered question."""
    return StoredAnswer(
        question_id=question.id,
        text=question.text,
        asker=question.asker,
        channel=question.channel,
        events=(SPRING.id,),
        code=None,
        message="",
        source=Source.MODEL,
        language_model="sqlcoder:7b",
        sql="SELECT name, total FROM teams WHERE name <> '<!channel>'",
        dialect=Dialect.POSTGRES,
        shown="SELECT name, total FROM teams WHERE name <> '<!channel>'",
        tables=("teams",),
        rows=2,
        truncated=False,
        seconds=3.2,
        fell_back=False,
        repaired=False,
        created_at=datetime.now(UTC),
        thread=question.thread,
        scope=question.scope,
    )


def settled(message: dict[str, Any]) -> bool:
    """Whether a message has blocks and nothing that could still be stopped."""
    blocks = message.get("blocks") or []
    actions = [each for block in blocks for each in block.get("elements", ())]
    return bool(blocks) and all(each.get("action_id") != STOP for each in actions)


@dataclass(slots=True)
class Scene:
    """A running bot in a workspace, with everything that a test looks at or changes."""

    workspace: Workspace
    answering: FakeAnswering
    digests: Digests
    jobs: Jobs
    slack: SlackSurface
    store: Store
    metrics: Metrics

    def bind(self, channel: str, *events: Event) -> None:
        """Bind a channel behind the bot's back."""
        ids = tuple(event.id for event in events)
        team = self.workspace.state.team
        self.answering.bindings_kept[team, self.workspace.channel(channel).id] = ids

    async def reply(self, channel: str, ts: str, *, blocks: bool = True) -> dict[str, Any]:
        """The first reply that is an outcome, no stage; with `blocks` False the first at all."""
        return await self.workspace.until(
            lambda: next(
                (r for r in self.workspace.replies(channel, ts) if settled(r) or not blocks),
                None,
            )
        )

    async def whisper(self, user: str, channel: str = "general") -> dict[str, Any]:
        """The first private message with blocks that `user` sees."""
        return await self.workspace.until(
            lambda: next(
                (one for one in self.workspace.ephemerals(user, channel) if settled(one)), None
            )
        )

    async def idle(self) -> None:
        """Wait until no job waits or runs."""
        async with asyncio.timeout(30):
            while await self.jobs.depth():  # noqa: ASYNC110 (Redis has no event for this)
                await asyncio.sleep(0.02)

    async def ask(self, channel: str = "general", text: str = "top 5 teams") -> dict[str, Any]:
        """Mention the bot as Maya and wait for the outcome."""
        ts = self.workspace.post("maya", channel, f"@Game Stats {text}")
        return await self.reply(channel, ts)


def digests_of(answering: FakeAnswering, jobs: Jobs, store: Store) -> Digests:
    """The real schedules on an invented answering; what digests say is tested in tests/digests."""
    known: Any = answering
    known.store = store
    return Digests(known, jobs, "Europe/Madrid", Live(known, jobs, "Europe/Madrid"))


@contextlib.asynccontextmanager
async def running(
    workspace: Workspace,
    redis_url: str,
    *,
    socket: bool = True,
    work: bool = True,
    database_url: str = NOWHERE,
) -> AsyncIterator[Scene]:
    """Start the surface and its worker as the composition root does."""
    answering, metrics = FakeAnswering(), new_metrics()
    config = SlackConfig(
        bot_token=workspace.bot_token,
        app_token=workspace.app_token if socket else "",
        signing_secret=workspace.signing_secret,
        api_url=workspace.api_url,
    )
    pace = Pace(lease=2.0, grace=2.0, backoff=0.05)
    async with (
        open_jobs(redis_url, pace) as jobs,
        open_store(database_url, redis_url) as store,
        open_slack(
            config, answering, digests_of(answering, jobs, store), jobs, metrics, store
        ) as slack,
    ):
        tasks = [asyncio.create_task(slack.listen())]
        if work:
            tasks.append(asyncio.create_task(jobs.work()))
        try:
            if socket:
                await workspace.until(workspace.connected)
            yield Scene(workspace, answering, slack.rooms.digests, jobs, slack, store, metrics)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    """A workspace whose every request is checked against Slack's own types."""
    # A click is good for longer than Slack's three seconds: a busy machine is no failure.
    async with Workspace(
        manifest=MANIFEST, limited=False, inspect=check, trigger_seconds=60
    ) as made:
        yield made


@pytest.fixture
async def scene(workspace: Workspace, redis_url: str) -> AsyncIterator[Scene]:
    """The bot, connected over Socket Mode."""
    async with running(workspace, redis_url) as made:
        yield made
