"""A bot for many workspaces: whose is an event or a job, and what happens when one leaves.

An event of a workspace without the bot is acknowledged and dropped; a job of one ends quietly. When
the bot is removed everything that is kept of a workspace goes, and once more some minutes later for
what a running job wrote meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.jobs import Handler, Job, Later
from bot.slack import tenant
from bot.slack.errors import SlackError, TokenRefusedError
from bot.slack.ports import Jobs
from bot.slack.web import Web
from bot.store import Installation, Installations, TokenUnreadable

log = structlog.get_logger()

SWEEP = "sweep_workspace"
SWEEP_SECONDS = 900.0
"""After this no job that began before the removal is running any more."""

REVOKED = frozenset({"account_inactive", "token_revoked"})
"""Slack's words for a token that will never be good again."""

NOT_INSTALLED = "Game Stats is not installed in this workspace any more. Please ask an admin."

_REMEMBERED = 1_000


class TeamJobs:
    """The queue, where each job runs in the name of the workspace that its payload calls "team"."""

    def __init__(self, jobs: Jobs, installations: Installations) -> None:
        self._jobs = jobs
        self._installations = installations

    async def put(self, name: str, payload: Mapping[str, object], id: str) -> bool:  # noqa: A002 (the queue's word)
        """Queue a job once an id. Raises StoreError."""
        return await self._jobs.put(name, payload, id)

    def register(self, name: str, handler: Handler) -> None:
        """Say who does the jobs of this name."""

        async def handle(job: Job) -> None:
            installation = await self._installations.get(str(job.payload.get("team", "")))
            if installation is None:
                log.info("job_without_workspace", job=job.id, name=name)
                return
            with tenant.within(installation):
                await self._do(handler, job, installation.team)

        self._jobs.register(name, handle)

    async def _do(self, handler: Handler, job: Job, team: str) -> None:
        try:
            await handler(job)
        except SlackError as error:
            revoked = isinstance(error, TokenRefusedError) and error.code in REVOKED
            if not revoked and await self._installations.get(team) is not None:
                raise
            log.info("job_left_by_workspace", job=job.id, team=team, reason=error.code)


class Workspaces:
    """The door of events. `bare` makes calls without a token of its own."""

    def __init__(self, installations: Installations, jobs: Jobs, bare: Web) -> None:
        self._installations = installations
        self._jobs = jobs
        self._bare = bare
        self._strangers: set[str] = set()
        jobs.register(SWEEP, self._sweep)

    async def admit(
        self,
        body: Mapping[str, Any],
        context: AsyncBoltContext,
        next_: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        """Bolt's middleware before it asks who we are. Raising leaves the event to Slack's retry.

        Raises StoreError, TokenUnreadable, SlackError.
        """
        team = context.team_id
        if not team:
            return await next_()  # Slack's checks of the request URL belong to no workspace
        if _says_goodbye(body):
            await self._left(team, body)
            return BoltResponse(status=200)
        installation = await self._installations.get(team)
        if installation is None:
            self._strange(team)
            return BoltResponse(status=200, body=NOT_INSTALLED if "command" in body else "")
        tenant.enter(installation)
        return await next_()

    def _strange(self, team: str) -> None:
        """Log a workspace that we are not in, once."""
        if team in self._strangers:
            return
        if len(self._strangers) >= _REMEMBERED:
            self._strangers.clear()
        self._strangers.add(team)
        log.warning("not_installed", team=team)

    async def _left(self, team: str, body: Mapping[str, Any]) -> None:
        told_at = datetime.fromtimestamp(float(body.get("event_time") or time.time()), UTC)
        if await self._came_back(team, told_at):
            log.info("workspace_came_back", team=team)
            return
        # The job first: if it cannot be queued Slack tells us again, and nothing is done by half.
        await self._jobs.put(SWEEP, {"team": team}, f"{SWEEP}:{body.get('event_id', told_at)}")
        if await self._installations.remove(team):
            log.info("workspace_left", team=team)

    async def _came_back(self, team: str, told_at: datetime) -> bool:
        """Whether this tells of an installation before the one we have: Slack may repeat itself."""
        try:
            installation = await self._installations.get(team)
        except TokenUnreadable:
            return False
        if installation is None or not _after(installation, told_at):
            return False
        # Two clocks are compared here, so Slack has the last word.
        try:
            await self._bare.call("auth.test", token=installation.token)
        except TokenRefusedError:
            return False
        return True

    async def _sweep(self, job: Job) -> None:
        if job.age < SWEEP_SECONDS:
            raise Later
        await self._installations.sweep(str(job.payload["team"]))


def _says_goodbye(body: Mapping[str, Any]) -> bool:
    """Whether the bot was removed. Tokens of people, which we never have, do not matter."""
    event = body.get("event") or {}
    if event.get("type") == "tokens_revoked":
        return bool((event.get("tokens") or {}).get("bot"))
    return event.get("type") == "app_uninstalled"


def _after(installation: Installation, told_at: datetime) -> bool:
    return installation.installed_at is not None and installation.installed_at > told_at
