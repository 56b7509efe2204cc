"""Verified questions: SQL that a person has checked, found by the question's words alone.

They need no language model, so they answer at once and while Ollama is down. Only the same words
match (without case, punctuation and a trailing “please”): a near miss goes to the language model,
and “top 5 of Sharks” never answers for Tides. An admin's own come before those of the model's file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.answering.days import Calendar, spans
from bot.answering.text import normalise
from bot.domain import Dialect, Draft, Event, Question, Source
from bot.semantic import SemanticModel
from bot.store import Scope, Store, StoredAnswer, StoreError, event_place

log = structlog.get_logger()

VerifiedIndex = Mapping[str, str]
"""Normalised question → PostgreSQL over the semantic model."""

_DATE = re.compile(r"'\d{4}-\d\d?-\d\d?")


def index(model: SemanticModel) -> VerifiedIndex:
    """All wordings of the model file's verified questions."""
    return {
        key_of(wording): verified.sql
        for verified in model.verified
        for wording in (verified.question, *verified.also)
    }


async def find(
    verified: VerifiedIndex, store: Store, question: Question, events: tuple[Event, ...]
) -> Draft | None:
    """The checked SQL of this very question, or None."""
    key, asker = key_of(question.text), question.asker
    ids = tuple(event.id for event in events)
    try:
        approved = await store.verified.find(
            asker.team, question.scope or question.channel, ids, key
        )
    except StoreError as error:
        # With the events given (HTTP, terminal) all else may still work.
        log.warning("verified questions not read", error=repr(error))
        approved = None
    if approved is not None:
        by = approved.approved_name
        return Draft(approved.sql, Dialect.POSTGRES, Source.VERIFIED, verified_by=by)
    sql = verified.get(key)
    return Draft(sql, Dialect.POSTGRES, Source.VERIFIED) if sql is not None else None


async def approve(store: Store, answered: StoredAnswer, scope: Scope, by: str, name: str) -> str:
    """Make an answer a verified question; gives why not, or an empty text. Raises StoreError."""
    if reason := why_not(answered, scope):
        return reason
    places = {
        Scope.CHANNEL: answered.scope or answered.channel,
        Scope.EVENT: event_place(answered.events),
    }
    await store.verified.add(
        answered.team,
        key_of(answered.text),
        answered.text,
        answered.shown,
        scope,
        places.get(scope, ""),
        by=by,
        name=name,
    )
    return ""


def why_not(answered: StoredAnswer, scope: Scope) -> str:
    """Why this answer's SQL must not answer its question from now on; empty if it may."""
    if answered.code is not None or not answered.shown:
        return "Only a question that got rows can be verified."
    if answered.source is Source.REFINED:
        return "That question only makes sense after the one before it. Ask it in full first."
    if _DATE.search(answered.shown):
        if _moves(answered.text):
            return "Its SQL holds today's date, so it would be wrong tomorrow."
        if scope is not Scope.EVENT:
            return "Its SQL holds dates of this event. Verify it for this event only."
    return ""


def key_of(question: str) -> str:
    """A question as questions are compared."""
    words = normalise(question).split()
    polite = {"please", "pls", "thanks"}
    return " ".join(word for word in words if word not in polite)


def _moves(question: str) -> bool:
    """Whether the days that a question names depend on the day on which it is asked."""
    first, zone = date(2000, 1, 3), ZoneInfo("UTC")
    found = set()
    for day in (first + timedelta(days=9), first + timedelta(days=10)):
        days = Calendar(zone, first, first + timedelta(days=27), day)
        found.add(tuple((span.start, span.end) for span in spans(question, days)))
    return len(found) > 1
