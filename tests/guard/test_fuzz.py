"""Nothing but a query or a refusal comes out, whatever goes in; and never a refusal of code BUG."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pglast import parse_sql

from bot.domain import Code, GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]
STATEMENTS = [
    json.loads(line)["sql"]
    for name in ("attacks.jsonl", "honest.jsonl")
    for line in (Path(__file__).parent / name).read_text().splitlines()
]
WORDS = sorted({word for sql in STATEMENTS for word in sql.replace("(", " ( ").split()})
SIGNS = ["(", ")", "[", "]", "{", "}", ",", ".", ";", "::", "'", '"', "$$", "--", "/*", "*/", "->"]
SIGNS += ["\\", "\u200b", "\ufeff", "é", "//", "?", ":", "@", "#", "~", "E'", 'U&"', "\n", "1e9"]

FAST = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DIALECTS = st.sampled_from(["postgres", "duckdb"])


def sound(outcome: GuardedQuery | Refusal) -> None:
    """Assert what holds of every outcome."""
    if isinstance(outcome, Refusal):
        assert outcome.code is not Code.BUG, outcome
        assert outcome.message
        return
    assert len(parse_sql(outcome.sql)) == 1
    assert len(parse_sql(outcome.shown)) == 1


@FAST
@given(text=st.text(max_size=200), dialect=DIALECTS)
def test_any_text(guarded: Guarding, text: str, dialect: str) -> None:
    """Arbitrary Unicode."""
    sound(guarded(text, dialect))


@FAST
@given(words=st.lists(st.sampled_from(WORDS + SIGNS), max_size=40), dialect=DIALECTS)
def test_any_words(guarded: Guarding, words: list[str], dialect: str) -> None:
    """The words of SQL in any order."""
    sound(guarded("SELECT " + " ".join(words), dialect))


@FAST
@given(data=st.data(), dialect=DIALECTS)
def test_spoilt_statements(guarded: Guarding, data: st.DataObject, dialect: str) -> None:
    """Statements of the corpora with parts cut out, doubled, swapped or put in from others."""
    words = data.draw(st.sampled_from(STATEMENTS)).replace("(", " ( ").replace(")", " ) ").split()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(words)))
        end = data.draw(st.integers(start, min(len(words), start + 5)))
        other = data.draw(st.sampled_from(STATEMENTS)).split()
        piece = other[: data.draw(st.integers(0, len(other)))]
        change = data.draw(st.sampled_from(["cut", "double", "insert", "sign"]))
        if change == "cut":
            words[start:end] = []
        elif change == "double":
            words[start:start] = words[start:end]
        elif change == "insert":
            words[start:start] = ["(", *piece, ")"]
        else:
            words.insert(start, data.draw(st.sampled_from(SIGNS)))
    sound(guarded(" ".join(words), dialect))
