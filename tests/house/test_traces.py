"""One trace a question, seen by a collector that speaks OTLP; the log and the bug name it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.servers.process import free_port
from bot.domain import Answer, Code, Refusal
from bot.traces import Traces, carrier, open_traces, span, text, trace_id
from tests.plugins.house import House, serving
from tests.plugins.office import SQL, Office

WORDS = "the first three teams?"


@dataclass
class Collector:
    """What an OTLP collector received over HTTP."""

    url: str
    spans: list[Span] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        """`/v1/traces`, protobuf."""
        sent = ExportTraceServiceRequest.FromString(await request.body())
        for resource in sent.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans
        return Response(
            ExportTraceServiceResponse().SerializeToString(), media_type="application/x-protobuf"
        )

    def names(self) -> list[str]:
        """Each span's name."""
        return [each.name for each in self.spans]

    def texts(self) -> str:
        """All that is said in attributes, events and states."""
        return " ".join(str(each) for each in self.spans)


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    """A collector on loopback."""
    port = free_port()
    made = Collector(f"http://127.0.0.1:{port}")
    app = Starlette(routes=[Route("/v1/traces", made.take, methods=["POST"])])
    async with serving(app, port):
        yield made


def under(spans: list[Span], name: str) -> Iterator[str]:
    """The names of the spans above those of a name, from the nearest."""
    by_id = {each.span_id: each for each in spans}
    each = next(each for each in spans if each.name == name)
    while above := by_id.get(each.parent_span_id):
        yield above.name
        each = above


async def test_a_question_in_slack_is_one_trace_from_the_queue_to_the_reply(
    office: Office, collector: Collector
) -> None:
    """Every part is in it, under what called it; nothing that anybody wrote is."""
    office.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
    async with office.bot():
        ts = office.workspace.post("sam", "spring-classic", f"@Game Stats {WORDS}")
        await office.reply("spring-classic", ts, "Ask again")
    # The bot has ended, and sent what it had.
    # Other jobs have traces of their own: that of each day's cleaning may come first.
    question = next(each for each in collector.spans if each.name == "question")
    trace = [each for each in collector.spans if each.trace_id == question.trace_id]
    names = {each.name for each in trace}
    assert names >= {"enqueue", "job", "question", "model", "guard", "database", "slack"}
    assert names >= {"model.prompt", "model.generation"}
    assert list(under(trace, "model.generation")) == ["model", "question", "job", "enqueue"]
    assert list(under(trace, "guard")) == ["question", "job", "enqueue"]
    assert [each.name for each in trace if not each.parent_span_id] == ["enqueue"]
    said = collector.texts()
    assert WORDS not in said
    assert "SELECT" not in said
    lines = [json.loads(line) for line in office.log.read_text().splitlines() if "{" in line]
    [line] = [each for each in lines if each.get("event") == "question"]
    assert line["trace_id"] == question.trace_id.hex()
    assert (line["outcome"], line["rows"], line["surface"]) == ("answer", 3, "slack")
    assert WORDS not in office.log.read_text()


async def test_texts_are_in_traces_if_the_operator_says_so(
    office: Office, collector: Collector
) -> None:
    """The question and the SQL, for whoever has to look for a fault."""
    office.environment |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_SHOW_TEXT": "true",
    }
    async with office.bot():
        ts = office.workspace.post("sam", "spring-classic", f"@Game Stats {WORDS}")
        await office.reply("spring-classic", ts, "Ask again")
    assert WORDS in collector.texts()
    assert SQL in collector.texts()


async def test_a_bug_s_reference_is_its_trace(
    house: House, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a person tells an admin finds the trace; a failed step is marked, without words."""

    async def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(type(house.app.answering.warehouse), "events", broken)
    async with open_traces(collector.url, show_text=False) as traces:
        # Captured, since the console's own tracebacks print every variable.
        with structlog.testing.capture_logs(), traces.begin("test"):
            outcome = await house.app.answering.answer(house.question("top 5 teams?"))
            assert isinstance(outcome, Refusal)
            assert outcome.code is Code.BUG
            assert trace_id() in outcome.message
        with pytest.raises(RuntimeError), traces.begin("failing"):
            raise RuntimeError("secret")
    assert "RuntimeError" in collector.texts()
    assert "secret" not in collector.texts()


async def test_a_caller_s_trace_is_carried_on(collector: Collector) -> None:
    """A traceparent is the parent; what is none is left aside."""
    ours = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with open_traces(collector.url, show_text=False) as traces:
        with traces.begin("carried", ours):
            assert carrier().startswith("00-0af7651916cd43dd8448eb211c80319c-")
        for nonsense in ("x", "00-0-0-0", "00-" + "z" * 32 + "-" + "1" * 16 + "-01"):
            with traces.begin("new", nonsense):
                assert len(trace_id()) == 32
    assert collector.names() == ["carried", "new", "new", "new"]


async def test_a_collector_that_is_down_costs_no_answer(house: House) -> None:
    """Spans are dropped; the question is answered."""
    async with open_traces(f"http://127.0.0.1:{free_port()}", show_text=False) as traces:
        with traces.begin("test"):
            outcome = await house.app.answering.answer(
                house.question("Top 5 teams by spirit score")
            )
    assert isinstance(outcome, Answer)


def test_off_nothing_begins() -> None:
    """No trace, no id, nothing carried, whatever steps are taken."""
    with Traces().begin("question"), span("database"):
        text(sql="SELECT 1")
        assert (trace_id(), carrier()) == ("", "")
