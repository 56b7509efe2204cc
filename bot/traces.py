"""One trace a question, through the queue, the language model, the guard, the database and Slack.

Whoever begins a question (`Traces.begin`, handed out by the composition root) makes the trace; what
happens inside adds `span`s, which cost nothing where no trace has begun. Off, nothing ever begins.

    with traces.begin("question", parent=carried) as trace:
        with span("database", rows=3): ...

Texts of people and SQL are attributes only if the operator asked for that (`text`).
Source: OpenTelemetry's API; `parent` and `carrier` are W3C Trace Context's `traceparent`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SEND_SECONDS = 5.0
"""How long one delivery to the collector may take."""

Value = str | bool | int | float

_W3C = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class _Active:
    """The span that we are in."""

    tracer: trace.Tracer
    span: trace.Span
    show_text: bool


_active: ContextVar[_Active | None] = ContextVar("trace", default=None)


class Traces:
    """Begins traces. Without a tracer none ever begins."""

    def __init__(self, tracer: trace.Tracer | None = None, *, show_text: bool = False) -> None:
        self._tracer = tracer
        self._show_text = show_text

    def begin(
        self, name: str, parent: str = "", **attributes: Value
    ) -> AbstractContextManager[None]:
        """A new trace, or the one that `parent` carries on from another process or caller."""
        if self._tracer is None:
            return nullcontext()
        return self._begin(self._tracer, name, parent, attributes)

    @contextmanager
    def _begin(
        self, tracer: trace.Tracer, name: str, parent: str, attributes: dict[str, Value]
    ) -> Iterator[None]:
        # An empty context: whatever else there may be in the process is not our parent.
        context = _W3C.extract({"traceparent": parent} if parent else {}, Context())
        began = tracer.start_span(name, context, attributes=attributes)
        with _inside(_Active(tracer, began, self._show_text)):
            yield


OFF = Traces()


@asynccontextmanager
async def open_traces(endpoint: str, *, show_text: bool) -> AsyncIterator[Traces]:
    """Traces to the collector at `endpoint` (OTLP over HTTP); off if it is empty.

    The collector may be down: its spans are dropped, and nobody waits for it but the end, shortly.
    """
    if not endpoint:
        yield OFF
        return
    # A quarter of a second, which whoever traces nothing need not wait.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - as said
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as said
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as said
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as said

    resource = Resource.create({"service.name": "game-stats-bot"})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield Traces(provider.get_tracer("game-stats-bot"), show_text=show_text)
    finally:
        await asyncio.to_thread(provider.shutdown)


@contextmanager
def span(name: str, **attributes: Value) -> Iterator[None]:
    """A step of the question that is being traced, if one is; an exception marks it as failed."""
    active = _active.get()
    if active is None:
        yield
        return
    context = trace.set_span_in_context(active.span, Context())
    began = active.tracer.start_span(name, context, attributes=attributes)
    with _inside(_Active(active.tracer, began, active.show_text)):
        yield


def note(**attributes: Value) -> None:
    """Say something about the current step."""
    if active := _active.get():
        active.span.set_attributes(attributes)


def text(**attributes: str) -> None:
    """Say what people or models wrote, if the operator wants that in traces."""
    active = _active.get()
    if active is not None and active.show_text:
        active.span.set_attributes(attributes)


def step(name: str, began: float, ended: float) -> None:
    """A step that is over: from `began` to `ended`, of the monotonic clock."""
    if active := _active.get():
        offset = time.time() - time.monotonic()
        context = trace.set_span_in_context(active.span, Context())
        over = active.tracer.start_span(name, context, start_time=_nanoseconds(began + offset))
        over.end(_nanoseconds(ended + offset))


def carrier() -> str:
    """What carries the trace to another process; empty if there is none."""
    carried: dict[str, str] = {}
    if active := _active.get():
        _W3C.inject(carried, trace.set_span_in_context(active.span, Context()))
    return carried.get("traceparent", "")


def trace_id() -> str:
    """The trace's id, in hexadecimal; empty if there is none."""
    active = _active.get()
    return trace.format_trace_id(active.span.get_span_context().trace_id) if active else ""


@contextmanager
def _inside(active: _Active) -> Iterator[None]:
    token = _active.set(active)
    try:
        yield
    except BaseException as error:
        # The kind alone: messages of exceptions may hold SQL or questions.
        active.span.set_attribute("error.type", type(error).__name__)
        active.span.set_status(trace.StatusCode.ERROR)
        raise
    finally:
        active.span.end()
        _active.reset(token)


def _nanoseconds(seconds: float) -> int:
    return int(seconds * 1_000_000_000)
