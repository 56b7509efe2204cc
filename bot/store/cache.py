"""The SQL of a question, kept for a while. Rows never are: games are being played.

A cache that is down is an empty cache: nothing here raises because Redis does not answer.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

import structlog
from redis.asyncio import Redis

from bot.domain import Draft, Source
from bot.store.drafts import draft_from, draft_text
from bot.store.errors import StoreDown, translated

_log = structlog.get_logger()


class Cache:
    """Drafts by key, each for `seconds`; 0 keeps none."""

    def __init__(self, redis: Redis, prefix: str, seconds: int) -> None:
        self._redis = redis
        self._prefix = prefix
        self._seconds = seconds

    @staticmethod
    def key(
        *,
        team: str,
        question: str,
        fingerprint: str,
        language_model: str,
        prompt_version: str,
        linked: Iterable[str] = (),
    ) -> str:
        """Everything that decides the SQL of a question, as one short text, after its workspace.

        `fingerprint` is the semantic model's; `linked` are the notes that the prompt carries (names
        of this event, today's date). The events themselves do not matter: SQL never names them.
        """
        parts = [normalised(question), fingerprint, language_model, prompt_version, *linked]
        return f"{team}:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"

    async def get(self, key: str) -> Draft | None:
        """The draft kept under `key`, with CACHE as its source and no time spent; None without."""
        try:
            with translated():
                text = await self._redis.get(self._prefix + key)
        except StoreDown:
            _log.warning("cache_down")
            return None
        draft = draft_from(text) if text else None
        if draft is None:
            return None
        return replace(
            draft, source=Source.CACHE, seconds=0.0, queue_seconds=0.0, prompt_seconds=0.0
        )

    async def put(self, key: str, draft: Draft) -> None:
        """Keep `draft`, which has given rows, under `key`."""
        if not self._seconds:
            return
        try:
            with translated():
                await self._redis.set(self._prefix + key, draft_text(draft), ex=self._seconds)
        except StoreDown:
            _log.warning("cache_down")

    async def clear(self, team: str) -> int:
        """Forget a workspace's drafts, in all processes; how many. Raises StoreError."""
        gone = 0
        with translated():
            async for key in self._redis.scan_iter(match=f"{self._prefix}{team}:*", count=500):
                gone += await self._redis.unlink(key)
        return gone


def normalised(text: str) -> str:
    """A question without what does not change its meaning: case, blanks, the mark at its end."""
    words = unicodedata.normalize("NFKC", text).casefold().split()
    return " ".join(words).rstrip(" ?!.…")
