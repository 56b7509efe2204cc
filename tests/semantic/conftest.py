"""A small model file that tests bend, and databases with one event, and with several."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from bot.demo.sample import SampleSpec, load_sample
from bot.demo.servers import Servers
from bot.demo.servers.databases import ensure_database, ensure_role
from bot.domain import Event
from bot.semantic import SemanticModel, fences, harden_sql, load
from bot.semantic.sql import read_select

READER = "semantic_reader"

SMALL = """\
name: small
root: events
linked: [teams.name]
tables:
  events:
    source: tournaments
    soft_delete: deleted_at
    key: [id]
    columns:
      id: {type: uuid}
      slug: {type: text}
      name: {type: text}
      status: {type: text, samples: [published]}
      starts_at: {type: timestamptz, source: start_date}
      ends_at: {type: timestamptz, source: end_date}
  teams:
    description: one row per team
    source: teams
    parent: event_id
    key: [id]
    columns:
      id: {type: uuid}
      name: {type: text}
      event_id: {type: uuid, source: event_teams, references: events.id}
      event: {lookup: event_id.name}
      strength: {type: integer, expression: wins - losses}
      ground_id: {type: uuid, source: ground_teams, references: grounds.id}
      ground: {lookup: ground_id.name}
  grounds:
    source: grounds
    used_by: [teams.ground_id]
    key: [id]
    columns:
      id: {type: uuid}
      name: {type: text}
  strongest:
    key: [team]
    columns:
      team: {type: text}
      strength: {type: integer}
    sql: SELECT name AS team, strength FROM teams ORDER BY strength DESC LIMIT 1
examples:
  - question: Which teams are there?
    sql: SELECT name FROM teams
verified:
  - question: How many teams?
    also: [Number of teams]
    sql: SELECT count(*) FROM teams
"""


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small model, with `old` replaced by `new`, and gives its path."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in SMALL
        path = tmp_path / "small.yml"
        path.write_text(SMALL.replace(old, new, 1) if old else SMALL)
        return path

    return write


@dataclass(frozen=True, slots=True)
class Place:
    """A database with sample rows: its owner's and its hardened reader's URL."""

    owner_url: str
    reader_url: str
    events: tuple[Event, ...]


@pytest.fixture(scope="session")
def game_stats() -> SemanticModel:
    """The semantic model that ships with the bot."""
    return load(Path(__file__).parents[2] / "bot" / "semantic" / "game_stats.yml")


@pytest.fixture(scope="session")
def places(servers: Servers, game_stats: SemanticModel) -> dict[str, Place]:
    """Three events together as `all`, and each one alone under its slug; not to be changed."""

    async def make(name: str, only: tuple[int, ...] | None) -> Place:
        owner_url = await ensure_database(servers, name)
        events = await load_sample(owner_url, SampleSpec(only=only))
        reader_url = await ensure_role(servers, READER, name)
        await harden(owner_url, game_stats)
        return Place(owner_url, reader_url, events)

    async def make_all() -> dict[str, Place]:
        made = {"all": await make("semantic_all", None)}
        for number in range(3):
            place = await make(f"semantic_{number}", (number,))
            made[place.events[0].slug] = place
        return made

    return asyncio.run(make_all())


async def harden(owner_url: str, model: SemanticModel) -> None:
    """Run the model's script for READER, twice, since it can be repeated."""
    connection = await asyncpg.connect(owner_url)
    try:
        for _ in range(2):
            await connection.execute(harden_sql(model, READER))
    finally:
        await connection.close()


Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]


@pytest.fixture(scope="session")
def fetch() -> Fetch:
    """Runs SQL as the warehouse does: read-only, an empty search path, the events in a setting.

    The events also stand in for `$1::uuid[]`; `setting` replaces them in the setting alone.
    """

    async def run(
        url: str, sql: str, events: Sequence[UUID] = (), setting: str | None = None
    ) -> list[asyncpg.Record]:
        bound = ",".join(str(event) for event in events)
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction(readonly=True):
                await connection.execute("SET LOCAL search_path = ''")
                if setting is not None or events:
                    value = bound if setting is None else setting
                    await connection.execute(f"SET LOCAL game_stats.events = '{value}'")
                return await connection.fetch(sql.replace("$1::uuid[]", f"'{{{bound}}}'::uuid[]"))
        finally:
            await connection.close()

    return run


@pytest.fixture(scope="session")
def inside(game_stats: SemanticModel) -> Callable[..., str]:
    """Puts a query inside the fences of the tables that it reads."""

    def wrap(sql: str, model: SemanticModel = game_stats) -> str:
        tables = read_select(sql, model.tables).tables
        made = [f"{f.name} AS MATERIALIZED ({f.body})" for f in fences(model, tables)]
        return f"WITH {', '.join(made)} SELECT * FROM ({sql}) AS answer"

    return wrap
