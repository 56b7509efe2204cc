"""Whether somebody may ask now: blocks and limits that admins set, and the default limit.

A question that is delivered twice counts once, and a choice that was offered for a question is
still that question. Whoever has the database's URL (the terminal) is not held up.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from bot.answering import text, words
from bot.domain import Clarification, Code, Question, Refusal
from bot.metrics import Metrics
from bot.store import Ruled, Store

OFFER_SECONDS = 3600.0
"""How long a choice that was asked back may be taken without counting as another question."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The door. Every method raises StoreError."""

    store: Store
    metrics: Metrics

    async def refuse(self, question: Question) -> Refusal | None:
        """Count a question; a refusal if it may not be asked now."""
        asker = question.asker
        if asker.surface == "terminal":
            return None
        channel = question.scope or question.channel
        ruled = Ruled()
        if asker.surface == "slack":  # elsewhere nobody has a place where they could be set
            ruled = await self.store.rules.of(asker.team, asker.user, channel)
        if ruled.blocked:
            return words.refusal(Code.BLOCKED)
        if not await self.store.claims.claim(f"counted:{question.id}", 3600):
            return None
        if await self.store.claims.take(_offer(question, question.text)):
            return None
        wait = await self.store.limits.hit(
            asker, rate=ruled.rate, channel=channel, channel_rate=ruled.channel_rate
        )
        if wait is None:
            return None
        self.metrics.rate_limited.labels(asker.surface).inc()
        return words.rate_limited(wait)

    async def offer(self, question: Question, back: Clarification) -> Clarification:
        """Let one of the choices be asked without counting."""
        for choice in back.choices:
            await self.store.claims.claim(_offer(question, choice.question), OFFER_SECONDS)
        return back


def _offer(question: Question, said: str) -> str:
    asker = question.asker
    place = f"{asker.surface}:{asker.team}:{question.channel or asker.user}"
    return f"offered:{place}:{hashlib.sha256(text.normalise(said).encode()).hexdigest()}"
