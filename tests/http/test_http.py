"""The HTTP surface over the real pipeline."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
import jwt
import pytest

from bot.http import Health, build_http
from tests.http.conftest import QUERY, USER, Front, well

JSON = {"Content-Type": "application/json"}


async def ill() -> None:
    """A dependency that is down."""
    raise ConnectionError("down")


async def test_a_question_is_answered_in_the_contract_s_fields(
    front: Front, client: httpx.AsyncClient
) -> None:
    """A verified question has SQL, rows by column name and full confidence."""
    answer = await client.post(QUERY, json=front.body(), headers=front.token())
    assert answer.status_code == 200
    fields = answer.json()
    assert {"question", "sql", "explanation", "results", "confidence"} <= set(fields)
    assert len(fields["results"]) == 5
    assert "team" in fields["results"][0]
    assert fields["confidence"] == 1.0


@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        ({"exp": 1}, 401, "unauthorized"),
        ({"sub": "not a uuid"}, 401, "unauthorized"),
        ({"events": "x"}, 401, "unauthorized"),
        ({"role": "scorekeeper"}, 403, "forbidden"),
        ({"role": None}, 403, "forbidden"),
        ({"events": []}, 403, "forbidden"),
        ({"sub": str(uuid.UUID(int=8))}, 403, "forbidden"),
    ],
)
async def test_a_token_that_does_not_fit_is_refused(
    front: Front, client: httpx.AsyncClient, claims: dict[str, Any], status: int, code: str
) -> None:
    """Wrong or expired is 401, good but not for this is 403."""
    answer = await client.post(QUERY, json=front.body(), headers=front.token(**claims))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_tokens_of_another_making_are_refused(
    front: Front, client: httpx.AsyncClient
) -> None:
    """No signature, another secret, no token: 401, whatever the claims say."""
    claims = {"sub": str(USER), "exp": time.time() + 60, "role": "admin"}
    for bad in (
        {},
        {"Authorization": "Basic abc"},
        {"Authorization": "Bearer " + jwt.encode(claims, "t" * 32, algorithm="HS256")},
        {"Authorization": "Bearer " + jwt.encode(claims, None, algorithm="none")},
    ):
        answer = await client.post(QUERY, json=front.body(), headers=bad)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_admin_sees_every_event_that_exists(
    front: Front, client: httpx.AsyncClient
) -> None:
    """The admin's token names no events; an unknown one is 404."""
    admin = front.token(role="admin", events=[])
    other = front.body(event_id=str(front.house.sample.events[1].id))
    assert (await client.post(QUERY, json=other, headers=admin)).status_code == 200
    nowhere = front.body(event_id=str(uuid.UUID(int=1)))
    assert (await client.post(QUERY, json=nowhere, headers=admin)).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"nonsense", b'{"question": 5, "user_id": "x", "event_id": "y"}', b"null"],
)
async def test_a_body_of_another_form_is_a_bad_request(
    front: Front, client: httpx.AsyncClient, content: bytes
) -> None:
    """400 names what is wrong and where the form is written down."""
    answer = await client.post(QUERY, content=content, headers=front.token() | JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_body")
    assert "/api/v1/docs" in answer.json()["error"]["message"]


async def test_a_long_body_is_cut_off(front: Front, client: httpx.AsyncClient) -> None:
    """More than 16 KiB is 413."""
    answer = await client.post(QUERY, content=b"x" * 20_000, headers=front.token() | JSON)
    assert answer.status_code == 413


async def test_a_refused_question_is_422_with_its_code(
    front: Front, client: httpx.AsyncClient
) -> None:
    """Rejected SQL does not answer 200."""
    front.house.ollama.answers["delete"] = "DELETE FROM games"
    asked = front.body(question="delete all games")
    answer = await client.post(QUERY, json=asked, headers=front.token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_a_query")


async def test_an_outage_is_503(front: Front, client: httpx.AsyncClient) -> None:
    """A broken language model is not the caller's fault."""
    front.house.ollama.down = True
    asked = front.body(question="count the teams")
    answer = await client.post(QUERY, json=asked, headers=front.token())
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_down")


async def test_the_rate_limit_is_429_with_a_time(front: Front, client: httpx.AsyncClient) -> None:
    """The sixth question of an hour carries Retry-After in whole seconds."""
    for _ in range(5):
        await client.post(QUERY, json=front.body(), headers=front.token())
    answer = await client.post(QUERY, json=front.body(), headers=front.token())
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 3600


async def test_health_and_metrics(front: Front, client: httpx.AsyncClient) -> None:
    """Alive, ready, and counting under the named metrics."""
    assert (await client.get("/healthz")).json()["status"] == "ok"
    ready = (await client.get("/readyz")).json()
    assert (ready["status"], ready["checks"]["one"]["state"]) == ("ready", "ok")
    front.house.ollama.answers["teams"] = "SELECT count(*) FROM teams"
    asked = front.body(question="count the teams")
    await client.post(QUERY, json=asked, headers=front.token())
    text = (await client.get("/metrics")).text
    assert 'ollama_queries_total{status="ok"} 1.0' in text
    assert 'gamestats_bot_questions_total{kind="answer",source="model"} 1.0' in text


async def test_readiness_names_what_is_down(front: Front) -> None:
    """503 with each dependency by name."""
    health = Health({"database": well, "slack": ill})
    app = build_http(front.house.app.answering, front.house.app.metrics.registry, health, None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        answer = await client.get("/readyz")
        found = {name: each["state"] for name, each in answer.json()["checks"].items()}
        assert answer.status_code == 503
        assert found == {"database": "ok", "slack": "ConnectionError"}
        closed = await client.post(QUERY, json={})
        assert (closed.status_code, closed.json()["error"]["code"]) == (503, "not_configured")


async def test_a_bot_that_lacks_what_it_can_do_without_is_degraded_and_ready(
    front: Front,
) -> None:
    """200, with the dependency that is down by its name; 503 as soon as another is down too."""
    registry, optional = front.house.app.metrics.registry, frozenset({"language model"})
    for database, status, code in ((well, "degraded", 200), (ill, "not ready", 503)):
        health = Health({"database": database, "language model": ill}, optional=optional)
        app = build_http(front.house.app.answering, registry, health, None)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (code, status)
        assert answer.json()["checks"]["language model"]["state"] == "ConnectionError"


async def test_a_question_that_means_several_things_has_choices(
    front: Front, client: httpx.AsyncClient
) -> None:
    """422 `ambiguous` brings labels and the questions to ask, which are then answered."""
    answer = await client.post(QUERY, json=front.body(question="best team?"), headers=front.token())
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "ambiguous")
    assert [each["label"] for each in error["choices"]] == [
        "Win percentage",
        "Goal difference",
        "Spirit",
    ]
    front.house.ollama.answers["spirit average"] = "SELECT team FROM standings"
    chosen = front.body(question=error["choices"][2]["question"])
    assert (await client.post(QUERY, json=chosen, headers=front.token())).status_code == 200


async def test_context_names_the_answer_to_go_on_from(
    front: Front, client: httpx.AsyncClient
) -> None:
    """The `id` of an answer as `context` makes “top 3” mean its query."""
    first = await client.post(QUERY, json=front.body(), headers=front.token())
    going_on = front.body(question="top 3 instead") | {"context": first.json()["id"]}
    second = await client.post(QUERY, json=going_on, headers=front.token())
    assert second.json()["results"] == first.json()["results"][:3]
