"""The server on a real connection: streams, clients that go away, and what attackers send."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
import structlog

from bot.http import Health, Life, analytics, build_http, server, stream
from bot.warehouse.errors import DatabaseDown
from tests.http.conftest import QUERY, Front, listening

JSON = {"Content-Type": "application/json"}
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
async def wire(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the server."""
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def events(text: str) -> list[tuple[str, dict[str, object]]]:
    """The events of a stream, without its comments."""
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    lines = [block.split("\n") for block in blocks]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in lines
    ]


async def ask(front: Front, wire: httpx.AsyncClient, text: str) -> httpx.Response:
    """The stream of a question, to its end."""
    return await wire.post(QUERY, json=front.body(question=text), headers=front.token() | EVENTS)


async def test_a_stream_tells_the_stages_and_then_the_answer(
    front: Front, wire: httpx.AsyncClient
) -> None:
    """Stages in their order, and last what the request without a stream would have answered."""
    front.house.ollama.answers["teams"] = "SELECT count(*) AS teams FROM teams"
    said = await ask(front, wire, "count the teams")
    assert said.headers["content-type"] == "text/event-stream; charset=utf-8"
    *stages, (last, answer) = events(said.text)
    assert [body["stage"] for _, body in stages] == ["checking", "drafting", "guarding", "running"]
    assert last == "result"
    plain = await wire.post(
        QUERY, json=front.body(question="count the teams"), headers=front.token()
    )
    once = plain.json()
    assert answer.pop("id") != once.pop("id")  # each is a question of its own
    assert answer == once


async def test_a_stream_ends_with_the_refusal_or_begins_with_none(
    front: Front, wire: httpx.AsyncClient
) -> None:
    """What the pipeline refuses is the last event; what the token forbids is a plain status."""
    front.house.ollama.answers["delete"] = "DELETE FROM games"
    last, body = events((await ask(front, wire, "delete all games")).text)[-1]
    assert (last, body["status"]) == ("error", 422)
    assert body["error"]["code"] == "not_a_query"  # type: ignore[index]
    forbidden = await wire.post(QUERY, json=front.body(), headers=front.token(events=[]) | EVENTS)
    assert forbidden.status_code == 403


async def test_what_people_read_is_in_the_language_that_is_accepted(
    front: Front, wire: httpx.AsyncClient
) -> None:
    """Each request has its own, a stream too; rows and what is wrong with a request have none."""
    front.house.ollama.answers["delete"] = "DELETE FROM games"
    front.house.ollama.answers["teams"] = "SELECT count(*) / 8.0 AS teams FROM teams"
    body = front.body(question="delete all games")

    async def ask(language: str, **more: str) -> httpx.Response:
        headers = front.token() | more | {"Accept-Language": language}
        return await wire.post(QUERY, json=body, headers=headers)

    german, spanish = await asyncio.gather(ask("de-CH, en;q=0.5"), ask("es-MX", **EVENTS))
    assert german.headers["content-language"] == "de"
    assert german.json()["error"]["message"].startswith("Dafür ist mir keine Abfrage gelungen")
    assert spanish.headers["content-language"] == "es"
    *_, (last, said) = events(spanish.text)
    assert last == "error"
    assert said["error"]["message"].startswith("No logré escribir una consulta")  # type: ignore[index]
    english = await ask("fr, *;q=0.1")
    assert english.headers["content-language"] == "en"
    assert english.json()["error"]["message"].startswith("I could not write a query")
    body["question"] = "count the teams"
    assert isinstance((await ask("de")).json()["results"][0]["teams"], float)
    body["user_id"] = "none"
    wrong = await ask("de")  # said to who programs
    assert (wrong.status_code, wrong.headers.get("content-language")) == (400, None)


async def test_a_silent_stream_is_kept_open(
    front: Front, wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the model thinks, comments go over the wire."""
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    front.house.ollama.seconds = 0.5
    front.house.ollama.answers["teams"] = "SELECT count(*) AS teams FROM teams"
    text = (await ask(front, wire, "count the teams")).text
    assert ": still there\n\n" in text
    assert events(text)[-1][0] == "result"


@pytest.mark.parametrize("more", [EVENTS, {}])
async def test_a_client_that_goes_away_frees_the_model_and_is_in_the_audit(
    front: Front, wire: httpx.AsyncClient, more: dict[str, str]
) -> None:
    """The next question need not wait for an answer that nobody reads."""
    front.house.ollama.seconds = 3
    router, store = front.house.app.answering.router, front.house.app.answering.store

    async def running(count: int) -> None:
        while (await router.status()).running != count:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.02)

    asked = asyncio.create_task(
        wire.post(QUERY, json=front.body(question="count"), headers=front.token() | more)
    )
    await asyncio.wait_for(running(1), 30)
    asked.cancel()
    await asyncio.wait_for(running(0), 30)

    async def recorded() -> None:
        while (await store.answers.recent()).count != 1:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.02)

    await asyncio.wait_for(recorded(), 30)
    text = (await wire.get("/metrics")).text
    assert 'gamestats_bot_refusals_total{code="stopped"} 1.0' in text


async def test_more_questions_than_can_be_worked_on_are_sent_away(
    front: Front, wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with a time, and nothing counted against the asker."""
    monkeypatch.setattr(analytics, "AT_ONCE", 0)
    said = await wire.post(QUERY, json=front.body(), headers=front.token())
    assert (said.status_code, said.json()["error"]["code"]) == (503, "unavailable")
    assert int(said.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe{}", 400),
        (b"[" * 10_000, 400),
        (b'{"question": "' + b"x" * 3_000 + b'"}', 400),
        (b'{"question": NaN}', 400),
        (b"1" * 5_000, 400),
        (b"x" * 50_000, 413),
    ],
)
async def test_bodies_that_attack_are_refused(
    front: Front, wire: httpx.AsyncClient, body: bytes, status: int
) -> None:
    """Nesting, sizes and bytes that are no text: never a bug."""
    said = await wire.post(QUERY, content=body, headers=front.token() | JSON)
    assert said.status_code == status


async def test_a_field_that_is_there_twice_is_refused(
    front: Front, wire: httpx.AsyncClient
) -> None:
    """A gateway may have read the other one."""
    fields = front.body()
    twice = json.dumps(fields)[:-1] + f', "event_id": "{uuid.UUID(int=3)}"}}'
    said = await wire.post(QUERY, content=twice, headers=front.token() | JSON)
    assert (said.status_code, "twice" in said.json()["error"]["message"]) == (400, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json; charset=utf-16"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "Application/JSON; Charset=UTF-8"}, 200),
    ],
)
async def test_only_json_is_read(
    front: Front, wire: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """415 for every other type."""
    body = json.dumps(front.body())
    said = await wire.post(QUERY, content=body, headers=front.token() | headers)
    assert said.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", QUERY, 405),
        ("PUT", QUERY, 405),
        ("OPTIONS", QUERY, 405),
        ("HEAD", "/healthz", 200),
        ("DELETE", "/metrics", 405),
        ("POST", QUERY + "/", 404),
        ("GET", "//evil.example/..", 404),
    ],
)
async def test_other_methods_and_paths_have_the_one_form_of_an_error(
    wire: httpx.AsyncClient, port: int, method: str, path: str, status: int
) -> None:
    """405 and 404 with our body, and never a redirect to where the Host header says."""
    address = f"http://127.0.0.1:{port}{path}"
    said = await wire.request(method, address, headers={"Host": "evil.example"})
    assert said.status_code == status
    if status != 200:
        assert said.json()["error"]["code"] in {"method_not_allowed", "not_found"}


async def test_a_request_s_id_is_the_caller_s_if_it_is_a_plain_word(
    wire: httpx.AsyncClient,
) -> None:
    """Anything else is replaced, so that nothing of it gets into headers or logs."""
    own = await wire.get("/healthz", headers={"X-Request-ID": "abc-1"})
    assert own.headers["x-request-id"] == "abc-1"
    for bad in ("a b", "x" * 65, "<script>"):
        said = await wire.get("/healthz", headers={"X-Request-ID": bad})
        assert len(said.headers["x-request-id"]) == 32


async def raw(port: int, sent: bytes) -> bytes:
    """What a connection answers to these bytes, until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        return await asyncio.wait_for(reader.read(), 120)
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", b"HTTP/1.1 200"),
        (b"nonsense\r\n\r\n", b"HTTP/1.1 400"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000, b"HTTP/1.1 400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: a\rb\r\n\r\n", b"HTTP/1.1 400"),
    ],
)
async def test_old_and_broken_http_is_answered(port: int, sent: bytes, line: bytes) -> None:
    """HTTP/1.0 works; what is no HTTP, or has a head without end, is 400 and closed."""
    assert (await raw(port, sent)).startswith(line)


async def test_a_head_or_a_body_that_never_ends_is_given_up(
    front: Front, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence, half a head and half a body do not hold a connection."""
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr("bot.http.body.BODY_SECONDS", 0.2)
    assert await raw(port, b"") == b""
    assert await raw(port, b"GET /healthz HTTP/1.1\r\nHo") == b""
    again = await raw(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /hea")
    assert again.count(b"HTTP/1.1") == 1
    bearer = front.token()["Authorization"]
    head = f"POST {QUERY} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    head += f"Authorization: {bearer}\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{{"
    assert (await raw(port, head.encode())).startswith(b"HTTP/1.1 408")


async def test_two_thousand_requests_at_once_are_all_answered(front: Front, port: int) -> None:
    """Few of them with a token; all are answered, and the server is well afterwards."""
    places = asyncio.Semaphore(400)  # connections that a machine surely lets us have

    async def one(number: int) -> bytes:
        user = str(uuid.UUID(int=number))
        body = json.dumps(front.body(user_id=user))
        head = f"POST {QUERY} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        if number % 50 == 0:
            head += f"Authorization: {front.token(sub=user)['Authorization']}\r\n"
        async with places:
            return (await raw(port, f"{head}\r\n{body}".encode()))[9:12]

    statuses = await asyncio.gather(*(one(number) for number in range(2_000)))
    assert statuses.count(b"401") == 1_960
    assert {*statuses} <= {b"200", b"401", b"503"}
    assert b"200" in statuses
    ready = await raw(port, b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert ready.startswith(b"HTTP/1.1 200")


async def test_a_bug_is_a_500_with_a_reference_that_is_in_the_log(
    front: Front, wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the pipeline or outside of it; the caller reads nothing of what it was."""

    async def broken(*_: object) -> None:
        raise RuntimeError("secret")

    asked = front.body(question="Top 5 teams by spirit score")
    for place in ("_answer", "directory"):
        monkeypatch.setattr(type(front.house.app.answering), place, broken)
        with structlog.testing.capture_logs() as lines:
            said = await wire.post(QUERY, json=asked, headers=front.token())
        assert (said.status_code, said.json()["error"]["code"]) == (500, "bug")
        [bug] = [line for line in lines if line["event"] == "bug"]
        assert bug["reference"] in said.json()["error"]["message"]
        assert "secret" not in said.text
    assert said.headers["x-request-id"] == bug["reference"]


async def test_a_database_that_is_down_is_a_503_with_a_time(
    front: Front, wire: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the bot only looks whether the event is there."""

    async def down(*_: object) -> None:
        raise DatabaseDown

    monkeypatch.setattr(type(front.house.app.answering), "directory", down)
    said = await wire.post(QUERY, json=front.body(), headers=front.token())
    assert (said.status_code, said.json()["error"]["code"]) == (503, "database_down")
    assert int(said.headers["retry-after"]) >= 1


async def test_the_models_are_told_to_whoever_may_ask(
    front: Front, wire: httpx.AsyncClient
) -> None:
    """Their state, and not where their server is."""
    assert (await wire.get("/api/v1/models")).status_code == 401
    said = await wire.get("/api/v1/models", headers=front.token())
    [model] = said.json()["models"]
    assert (model["installed"], model["loaded"], model["circuit"]) == (True, True, "closed")
    assert said.json()["answers"] == model["name"]
    assert front.house.ollama.url not in said.text


async def test_a_process_whose_jobs_stand_still_is_not_alive(front: Front) -> None:
    """503, for whoever restarts it."""
    health = Health({}, lambda: Life("stuck", 61.0))
    app = build_http(front.house.app.answering, front.house.app.metrics.registry, health, None)
    async with listening(app) as port:
        said = await raw(port, b"GET /healthz HTTP/1.0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 503")
    assert b'"worker_seconds":61.0' in said


async def test_looks_at_the_dependencies_are_shared(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many ask for readiness at once, each server is looked at once a second."""
    looked = 0

    async def check() -> None:
        nonlocal looked
        looked += 1

    health = Health({"one": check})
    app = build_http(front.house.app.answering, front.house.app.metrics.registry, health, None)
    monkeypatch.setattr("bot.http.health.KEPT_SECONDS", 3600)
    async with listening(app) as port:
        await asyncio.gather(*(raw(port, b"GET /readyz HTTP/1.0\r\n\r\n") for _ in range(50)))
    assert looked == 1
