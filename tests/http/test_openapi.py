"""The OpenAPI document says what the code does; schemathesis tries the one against the other."""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from schemathesis.generation import GenerationMode
from starlette.applications import Starlette
from starlette.routing import Route

from bot.http import openapi
from bot.http.errors import HttpError
from tests.http.conftest import QUERY, Front

EXAMPLES = 12
"""How many requests are drawn for each operation, token and mode."""


def test_the_document_has_every_route_and_no_other(front: Front) -> None:
    """Methods too; HEAD comes with GET."""
    assert isinstance(front.app, Starlette)
    routes = {
        (route.path, method.lower())
        for route in front.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    paths = openapi.document()["paths"]
    assert {(path, method) for path, item in paths.items() for method in item} == routes


def test_every_way_to_fail_has_its_status_in_the_document() -> None:
    """Each error of ours, and what a refusal, a limit, an outage and a bug become."""
    documented = {int(status) for status in openapi.document()["paths"][QUERY]["post"]["responses"]}
    raised = {error.status for error in HttpError.__subclasses__()}
    assert documented == raised | {200, 422, 429, 500, 503}


async def test_the_document_is_served_and_valid(client: httpx.AsyncClient) -> None:
    """It is what the code makes, and each shape in it is a JSON Schema."""
    served = (await client.get("/api/v1/openapi.json")).json()
    assert served == openapi.document()
    assert served["openapi"].startswith("3.1")
    for shape in served["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(shape)


async def test_the_page_shows_every_operation_and_field_and_loads_nothing(
    client: httpx.AsyncClient,
) -> None:
    """No script, no address of another host, and a policy that would forbid both."""
    said = await client.get("/api/v1/docs")
    assert said.headers["content-security-policy"].startswith("default-src 'none'")
    assert not re.search(r"<script|(?:src|href)=\"(?!#)", said.text)
    document = openapi.document()
    names = [*document["paths"], *document["components"]["schemas"]]
    names += [
        field
        for shape in document["components"]["schemas"].values()
        for field in shape["properties"]
    ]
    assert [name for name in names if f"{name}</code>" not in said.text] == []


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_whatever_the_document_allows_or_not_is_answered_as_it_says(
    front: Front, port: int, mode: GenerationMode
) -> None:
    """No 500, no undocumented status, bodies as described; with a good token, without, streamed."""
    front.house.ollama.answers[""] = "SELECT name FROM teams ORDER BY name LIMIT 3"
    await asyncio.to_thread(_try_all, front, f"http://127.0.0.1:{port}", mode)


def _try_all(front: Front, address: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(openapi.document())
    for found in schema.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and operation.method != "post":
            continue  # there is nothing in a plain GET that could be wrong
        cases = operation.as_strategy(generation_mode=mode)
        good = mode is GenerationMode.POSITIVE
        for known in (True, False):
            _try(front, address, cases, known=known, good=good)
        if operation.path == QUERY:
            _try(front, address, cases, known=True, good=good, accept="text/event-stream")


def _try(
    front: Front, address: str, cases: Any, *, known: bool, good: bool, accept: str = "*/*"
) -> None:
    @seed(6)
    @hypothesis_settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def one(case: schemathesis.Case) -> None:
        user = str(uuid.uuid4())  # each a user of their own, so that none meets the rate limit
        if good and isinstance(case.body, dict):
            case.body |= {"user_id": user, "event_id": front.body()["event_id"]}
        headers = {"Accept": accept, **(front.token(sub=user) if known else {})}
        # A well-formed question may still be refused (422): that is no fault of its form.
        refusable = [schemathesis.checks.positive_data_acceptance]
        case.call_and_validate(base_url=address, headers=headers, excluded_checks=refusable)

    one()
