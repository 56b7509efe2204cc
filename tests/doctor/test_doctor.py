"""Set-ups that are broken in one way each: found, told apart, and told how to mend."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis
import yaml
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.demo.sample import SampleDatabase
from bot.demo.servers import Servers
from bot.demo.servers.process import free_port
from bot.doctor import Grade, exit_code
from bot.slack.oauth import SCOPES
from tests.doctor.conftest import MANIFEST, Deployment
from tests.plugins.house import serving

SEMANTIC_MODEL = Path(__file__).parents[2] / "bot" / "semantic" / "game_stats.yml"
FAILS, WARNING, DOWN = Grade.FAILS, Grade.WARNING, Grade.DOWN


async def test_a_good_deployment_has_no_fault(deployment: Deployment) -> None:
    """Where all is as it should be nothing is found, and each part says what it saw."""
    found = await deployment.examined()
    assert {each.code for each in found if each.grade is not Grade.OK} == set()
    assert {each.check for each in found} == {
        "slack",
        "scopes",
        "socket mode",
        "database",
        "semantic model",
        "events",
        "role",
        "bot database",
        "redis",
        "ollama",
        "model",
        "context",
        "clock",
    }
    assert exit_code(found) == 0


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"slack_bot_token": None}, {"bot_token_missing": FAILS}),
        ({"slack_bot_token": "xoxb-wrong"}, {"bot_token_refused": FAILS}),
        ({"slack_app_token": None}, {"app_token_missing": FAILS}),
        ({"slack_app_token": "xapp-wrong"}, {"app_token_refused": FAILS}),
        ({"slack_api_url": "http://127.0.0.1:9/api/"}, {"slack_down": DOWN}),
        ({"bot_admins": "U0NOBODY"}, {"admin_unknown": WARNING}),
        ({"bot_admins": "anna"}, {"admin_unknown": WARNING}),
        ({"database_url": "postgresql://x@127.0.0.1:9/x"}, {"database_down": DOWN}),
        ({"bot_database_url": "postgresql://x@127.0.0.1:9/x"}, {"bot_database_down": DOWN}),
        ({"redis_url": "redis://127.0.0.1:9/0"}, {"redis_down": DOWN}),
        ({"ollama_base_url": "http://127.0.0.1:9"}, {"ollama_down": DOWN}),
        ({"ollama_base_url": "127.0.0.1"}, {"ollama_address": FAILS}),
        ({"ollama_model": "absent:7b"}, {"model_missing": FAILS}),
        ({"ollama_fallback_models": "absent:7b"}, {"model_missing": FAILS}),
        ({"ollama_num_ctx": 1024}, {"num_ctx_too_small": FAILS}),
        (
            {"ollama_num_ctx": 3072, "ollama_embed_model": ""},
            {"num_ctx_small": WARNING, "no_embed_model": WARNING},
        ),
        (
            {"ollama_num_ctx": 3072},
            {
                "num_ctx_small": WARNING,
                "embed_model_missing": WARNING,
            },
        ),
        ({"ahead": 100}, {"clock_off": WARNING}),
        ({"ahead": -400}, {"clock_off": FAILS}),
    ],
    ids=lambda value: next(iter(value)),
)
async def test_one_fault_is_found_alone(
    deployment: Deployment, changed: dict[str, Any], wanted: dict[str, Grade]
) -> None:
    """One broken thing has its own finding and hides none of the rest."""
    found = await deployment.faults(**changed)
    assert found == wanted


async def test_every_fault_says_what_mends_it(deployment: Deployment) -> None:
    """Whatever is not well comes with something to do."""
    found = await deployment.examined(
        ollama_model="absent:7b", ollama_num_ctx=1024, slack_app_token="xapp-wrong", ahead=900
    )
    assert all(each.mend for each in found if each.grade is not Grade.OK)
    assert all(each.says.endswith(".") for each in found)


async def test_a_missing_scope_is_named(deployment: Deployment) -> None:
    """The app was installed before manifest.yml asked for more."""
    deployment.workspace.door.scopes = SCOPES - {"files:write"}
    found = {each.code: each for each in await deployment.examined()}
    assert "files:write" in found["scope_missing"].says
    assert "reactions:write" not in found["scope_missing"].says


async def test_a_scope_too_many_is_a_warning(deployment: Deployment) -> None:
    """The app may do what manifest.yml does not ask for."""
    deployment.workspace.door.scopes = SCOPES | {"admin"}
    assert (await deployment.faults())["scope_unused"] is WARNING


def test_the_scopes_are_those_of_the_manifest() -> None:
    """What is held against the token is what manifest.yml asks for."""
    asked = yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"]
    assert frozenset(asked) == SCOPES


async def test_something_else_than_ollama_is_told_from_nothing(deployment: Deployment) -> None:
    """A web server that is no Ollama is said to be none."""
    port = free_port()

    async def hello(_request: object) -> PlainTextResponse:
        return PlainTextResponse("Hello")

    other = Starlette(routes=[Route("/{path:path}", hello)])
    async with serving(other, port):
        found = await deployment.faults(ollama_base_url=f"http://127.0.0.1:{port}")
        slack = await deployment.faults(slack_api_url=f"http://127.0.0.1:{port}/")
    assert found == {"not_ollama": FAILS}
    assert slack == {"not_slack": FAILS}


async def test_a_role_that_nothing_holds_is_found(
    deployment: Deployment, tournament: SampleDatabase
) -> None:
    """The owner, a superuser here, is told from a role that lacks policies."""
    found = await deployment.faults(database_url=tournament.owner_url)
    assert found["superuser"] is FAILS
    assert found["role_more"] is FAILS


async def test_a_role_without_policies_is_found(
    deployment: Deployment, servers: Servers, tournament: SampleDatabase
) -> None:
    """Without policies the grants alone hold the role: found, and not taken for a superuser."""
    copy = "doctor_open"
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    source = tournament.owner_url.rpartition("/")[2].partition("?")[0]
    await admin.execute(f'CREATE DATABASE {copy} TEMPLATE "{source}" STRATEGY file_copy')
    try:
        owner = await asyncpg.connect(servers.postgres_url(copy))
        for row in await owner.fetch(
            "SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'"
        ):
            await owner.execute(f'ALTER TABLE public."{row[0]}" DISABLE ROW LEVEL SECURITY')
        await owner.execute("REVOKE TEMPORARY ON DATABASE doctor_open FROM PUBLIC")
        await owner.close()
        found = await deployment.faults(
            database_url=tournament.reader_url.replace(f"/{source}", f"/{copy}")
        )
    finally:
        await admin.execute(f"DROP DATABASE {copy} WITH (FORCE)")
        await admin.close()
    assert found == {"policy": FAILS, "role_more": FAILS}


async def test_a_missing_column_is_named(deployment: Deployment, tmp_path: Path) -> None:
    """The semantic model names a column that the database does not have."""
    path = tmp_path / "model.yml"
    text = SEMANTIC_MODEL.read_text()
    path.write_text(text.replace("source: initial_seed", "source: first_seed"))
    found = {each.code: each for each in await deployment.examined(semantic_model=path)}
    assert "teams.first_seed" in found["catalogue"].says
    assert "role_lacks" in found


async def test_a_broken_model_file_is_named(deployment: Deployment, tmp_path: Path) -> None:
    """A fault of the file comes with its line, and only once."""
    path = tmp_path / "model.yml"
    path.write_text("name: x\nroot: nothing\ntables: {}\n")
    found = await deployment.faults(semantic_model=path)
    assert found == {"model_file": FAILS}


async def test_a_database_without_pgvector_is_a_warning_where_it_is_needed(
    deployment: Deployment,
) -> None:
    """The extension is missed only by a schema that does not fit."""
    connection = await asyncpg.connect(deployment.settings["bot_database_url"])
    await connection.execute("DROP EXTENSION vector CASCADE")
    await connection.close()
    assert await deployment.faults() == {}
    assert (await deployment.faults(ollama_num_ctx=3072))["no_pgvector"] is WARNING


async def test_tables_of_a_newer_release_are_refused(deployment: Deployment) -> None:
    """An older program does not work on a newer program's tables."""
    connection = await asyncpg.connect(deployment.settings["bot_database_url"])
    await connection.execute("UPDATE bot.alembic_version SET version_num = '9999'")
    await connection.close()
    assert (await deployment.faults())["newer_tables"] is FAILS


async def test_an_empty_database_is_well(
    deployment: Deployment, fresh_database: Callable[[], Awaitable[str]]
) -> None:
    """Before the first start there are no tables; the role can make them, so all is well."""
    assert await deployment.faults(bot_database_url=await fresh_database()) == {}


@pytest.mark.parametrize(
    ("name", "bad", "good", "code"),
    [
        ("maxmemory-policy", "allkeys-lru", "volatile-ttl", "redis_evicts"),
        ("appendonly", "no", "yes", "redis_forgets"),
    ],
)
async def test_a_redis_that_forgets_is_a_warning(
    deployment: Deployment, name: str, bad: str, good: str, code: str
) -> None:
    """Questions that wait must not be thrown away for room, nor be lost in a restart."""
    with redis.Redis.from_url(deployment.settings["redis_url"]) as client:
        client.config_set(name, bad)
        try:
            assert await deployment.faults() == {code: WARNING}
        finally:
            client.config_set(name, good)


async def test_no_secret_is_in_a_finding(deployment: Deployment) -> None:
    """Tokens and passwords stay out of every text, whatever fails."""
    secret = "s3cr3t-hidden"
    found = await deployment.examined(
        slack_bot_token=f"xoxb-{secret}",
        slack_app_token=f"xapp-{secret}",
        database_url=f"postgresql://u:{secret}@127.0.0.1:9/x",
        bot_database_url=f"postgresql://u:{secret}@127.0.0.1:9/x",
        redis_url=f"redis://:{secret}@127.0.0.1:9/0",
        ollama_base_url=f"http://u:{secret}@127.0.0.1:9",
    )
    assert secret not in repr(found)
    assert exit_code(found) == 3


async def test_a_server_that_hangs_ends_in_time(deployment: Deployment) -> None:
    """A server that takes connections and says nothing is found down, and the rest is told."""
    held: list[asyncio.StreamWriter] = []

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        found = await deployment.examined(seconds=1.0, redis_url=f"redis://127.0.0.1:{port}/0")
    finally:
        for writer in held:
            writer.close()
        server.close()
    assert [each.grade for each in found if each.check == "redis"] == [DOWN]
    assert "bot database" in {each.check for each in found}
