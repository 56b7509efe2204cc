"""What Prometheus reads. One frozen value, made once by the composition root and handed around.

Labels are bounded: codes, stages and model names, never a user, a channel or a question.
"""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

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
    repairs: Counter
    fallbacks: Counter
    warehouse_seconds: Histogram
    queue_depth: Gauge
    slack_calls: Counter
    digests: Counter


def new_metrics() -> Metrics:
    """Metrics on a registry of their own, so that two apps in one process do not collide."""
    registry = CollectorRegistry()

    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=registry)

    def seconds(name: str, text: str, *labels: str) -> Histogram:
        return Histogram(name, text, labels, registry=registry, buckets=_SECONDS)

    return Metrics(
        registry=registry,
        ollama_seconds=seconds("ollama_query_duration_seconds", "Model calls", "status"),
        ollama_total=counter("ollama_queries_total", "Model calls", "status"),
        questions=counter(
            "gamestats_bot_questions_total", "Questions by outcome", "kind", "source"
        ),
        question_seconds=seconds("gamestats_bot_question_seconds", "Queue to rows", "source"),
        cache=counter("gamestats_bot_sql_cache_total", "SQL cache look-ups", "result"),
        refusals=counter("gamestats_bot_refusals_total", "Unanswered questions", "code"),
        repairs=counter("gamestats_bot_repairs_total", "Second drafts", "result"),
        fallbacks=counter("gamestats_bot_fallbacks_total", "Drafts by another model", "model"),
        warehouse_seconds=seconds("gamestats_bot_database_seconds", "Queries run", "status"),
        queue_depth=Gauge("gamestats_bot_queue_depth", "Jobs waiting", registry=registry),
        slack_calls=counter("gamestats_bot_slack_calls_total", "Web API calls", "method", "result"),
        digests=counter("gamestats_bot_digests_total", "Digests", "result"),
    )
