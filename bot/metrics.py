"""What Prometheus reads. One frozen value, made once by the composition root and handed around.

Labels are bounded: codes, kinds, methods of Slack's that we call, names of configured models;
never a user, a channel or a question. A process has its own gauges: with several, take the
highest of `queue_depth`, since all see one queue. Counters whose label values are known begin at 0:
Prometheus sees no increase in what was not there before.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.domain import Code, Kind, Source

_ROWS = (0, 1, 5, 20, 100, 1_000, 10_000)
_SECONDS = (0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The bot's own metrics; durations are seconds."""

    registry: CollectorRegistry
    ollama_seconds: Histogram
    ollama_total: Counter
    questions: Counter
    question_seconds: Histogram
    cache: Counter
    refusals: Counter
    guard_refusals: Counter
    guard_seconds: Histogram
    rate_limited: Counter
    repairs: Counter
    fallbacks: Counter
    circuit: Gauge
    tokens: Counter
    warehouse_seconds: Histogram
    rows: Histogram
    queue_depth: Gauge
    wait_seconds: Histogram
    slack_calls: Counter
    slack_seconds: Histogram
    slack_limited: Counter
    digests: Counter
    dependency_up: Gauge
    feedback: Counter


def new_metrics() -> Metrics:
    """Metrics on a registry of their own, so that two apps in one process do not collide."""
    registry = CollectorRegistry()

    def counter(name: str, text: str, **labels: Iterable[str]) -> Counter:
        """A counter with the values of each label that are known."""
        made = Counter(name, text, tuple(labels), registry=registry)
        for values in itertools.product(*labels.values()) if labels else ():
            made.labels(*values)
        return made

    def gauge(name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=registry)

    def seconds(name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, registry=registry, buckets=_SECONDS)

    return Metrics(
        registry=registry,
        ollama_seconds=seconds("ollama_query_duration_seconds", "Model calls", "status"),
        ollama_total=counter("ollama_queries_total", "Model calls", status=["ok"]),
        questions=counter(
            "gamestats_bot_questions_total",
            "Questions by outcome",
            kind=["answer", *Kind],
            source=["none", *Source],
        ),
        question_seconds=seconds("gamestats_bot_question_seconds", "Queue to rows", "source"),
        cache=counter(
            "gamestats_bot_sql_cache_total", "SQL cache look-ups", result=["hit", "miss"]
        ),
        refusals=counter("gamestats_bot_refusals_total", "Unanswered questions", code=Code),
        guard_refusals=counter(
            "gamestats_bot_guard_refusals_total", "Drafts that the guard refused", code=()
        ),
        guard_seconds=seconds("gamestats_bot_guard_seconds", "Checks of a draft"),
        rate_limited=counter(
            "gamestats_bot_rate_limited_total",
            "Questions over a person's limit",
            surface=["slack", "http"],
        ),
        repairs=counter(
            "gamestats_bot_repairs_total", "Second drafts", result=["answered", "failed"]
        ),
        fallbacks=counter("gamestats_bot_fallbacks_total", "Drafts by another model", model=()),
        circuit=gauge(
            "gamestats_bot_circuit_state", "0 closed, 1 half open, 2 open (left alone)", "model"
        ),
        tokens=counter("gamestats_bot_tokens_total", "Tokens read and written", model=(), kind=()),
        warehouse_seconds=seconds("gamestats_bot_database_seconds", "Queries run", "status"),
        rows=Histogram(
            "gamestats_bot_answer_rows", "Rows of an answer", registry=registry, buckets=_ROWS
        ),
        queue_depth=gauge("gamestats_bot_queue_depth", "Jobs that wait or run"),
        wait_seconds=seconds(
            "gamestats_bot_wait_seconds", "Waiting for a worker or the language model", "place"
        ),
        slack_calls=counter(
            "gamestats_bot_slack_calls_total", "Web API calls", method=(), result=()
        ),
        slack_seconds=seconds("gamestats_bot_slack_call_seconds", "Web API calls, with retries"),
        slack_limited=counter("gamestats_bot_slack_rate_limited_total", "Slack's answers of 429"),
        digests=counter(
            "gamestats_bot_digests_total", "Digests", result=["posted", "empty", "closed", "failed"]
        ),
        dependency_up=gauge(
            "gamestats_bot_dependency_up", "1 if it answered at the last look", "dependency"
        ),
        feedback=counter(
            "gamestats_bot_feedback_total", "Thumbs on answers", verdict=["up", "down"]
        ),
    )
