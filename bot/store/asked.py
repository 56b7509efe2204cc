"""What people asked in messages that they may still edit or delete: which question stands for each.

A message has one record in Redis: the question that stands, its text, and our reply. A version
orders what Slack delivers out of order: 0 is the message as it was said, an edit has its time.

    stands, before = await asked.note(message, version=0, question_id="…", text="top 5 teams")
"""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from bot.store.errors import translated

KEPT_SECONDS = 7 * 24 * 3600
"""How long after it was asked a question may be edited or withdrawn by its message."""

RUNNING_SECONDS = 3600
"""How long the questions of a thread can be stopped together."""

DELETED = 1e12
"""The version of a message that is gone; no edit reaches it."""

# KEYS: the record. ARGV: version, question, text, seconds. What stands then, and what was before.
_NOTE = """
local known = redis.call('HGET', KEYS[1], 'version')
if not known or tonumber(known) < tonumber(ARGV[1]) then
    local before = redis.call('HGET', KEYS[1], 'question') or ''
    redis.call('HSET', KEYS[1], 'version', ARGV[1], 'question', ARGV[2], 'text', ARGV[3],
        'before', before)
    redis.call('EXPIRE', KEYS[1], ARGV[4])
end
return redis.call('HMGET', KEYS[1], 'question', 'before')
"""

# KEYS: the record. ARGV: our message, seconds. The message that was there first.
_REPLY = """
redis.call('HSETNX', KEYS[1], 'reply', ARGV[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return redis.call('HGET', KEYS[1], 'reply')
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a person, by Slack's ids."""

    team: str
    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for a message. `question_id` is empty once the message is withdrawn."""

    question_id: str
    text: str
    reply_ts: str = ""


class Asked:
    """The records. Every method raises StoreError."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix
        self._note = redis.register_script(_NOTE)
        self._reply = redis.register_script(_REPLY)

    async def note(
        self, said: Said, *, version: float, question_id: str, text: str
    ) -> tuple[str, str]:
        """Let a question stand unless a later version does: (which stands, which did before)."""
        values: list[str | float] = [version, question_id, text, KEPT_SECONDS]
        with translated():
            stands, before = await self._note(keys=[self._key(said)], args=values)
        return str(stands or ""), str(before or "")

    async def withdraw(self, said: Said, version: float = DELETED) -> str:
        """Let no question stand; the one that did, or an empty text."""
        stands, before = await self.note(said, version=version, question_id="", text="")
        return "" if stands else before

    async def standing(self, said: Said) -> Standing | None:
        """What stands; None for a message that nobody asked anything with."""
        with translated():
            names = ("question", "text", "reply")
            question, text, reply = await self._redis.hmget(self._key(said), names)
        if question is None or text is None:
            return None
        return Standing(str(question), str(text), str(reply or ""))

    async def reply(self, said: Said, ts: str) -> str:
        """Keep `ts` as our reply; the reply that stands, if another was there before."""
        with translated():
            return str(await self._reply(keys=[self._key(said)], args=[ts, KEPT_SECONDS]))

    async def reply_removed(self, said: Said) -> None:
        """Forget our reply: it is no more."""
        with translated():
            await self._redis.hdel(self._key(said), "reply")

    async def in_thread(self, said: Said, question_id: str) -> None:
        """Remember that a question runs in the thread of `said`."""
        key = self._thread(said)
        with translated():
            await self._redis.sadd(key, question_id)
            await self._redis.expire(key, RUNNING_SECONDS)

    async def running(self, said: Said) -> frozenset[str]:
        """The questions that were asked in the thread of `said` within the hour."""
        with translated():
            return frozenset(map(str, await self._redis.smembers(self._thread(said))))

    def _key(self, said: Said) -> str:
        return f"{self._prefix}{said.team}:{said.channel}:{said.ts}"

    def _thread(self, said: Said) -> str:
        return f"{self._prefix}thread:{said.team}:{said.channel}:{said.ts}"
