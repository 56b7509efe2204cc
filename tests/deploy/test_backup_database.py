"""Back up the bot's own database and restore it, on a real PostgreSQL with its own programs."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.demo.servers.account import server_account
from bot.demo.servers.programs import find_programs
from bot.store import migrate, open_store
from tests.deploy.scripts import BACKUP, fill, run

Database = tuple[str, dict[str, str]]
"""A bot's database: its URL, and what libpq's programs read of it in the environment."""


def query(url: str, sql: str) -> list[object]:
    """The first column of what a statement gives."""

    async def fetch() -> list[object]:
        connection = await asyncpg.connect(url)
        try:
            return [row[0] for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    return asyncio.run(fetch())


def words(url: str) -> list[object]:
    """What people have made."""
    return query(url, "SELECT words FROM made_by_people")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Where archives go."""
    return fill(tmp_path / "shelf")


@pytest.fixture
async def database(fresh_database: Callable[[], Awaitable[str]]) -> Database:
    """The bot's tables, and one more with something that people made."""
    url = await fresh_database()
    await migrate(url)
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE made_by_people AS SELECT 'kept' AS words")
    await connection.close()
    parts = urlsplit(url)
    programs = find_programs(server_account()).initdb.parent
    return url, {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.strip("/"),
    }


def test_the_database_comes_back_as_it_was(database: Database, shelf: Path) -> None:
    """Changed rows and tables that came later are gone; the bot's store opens on the result."""
    url, environment = database
    done = run("backup-database", shelf, environment=environment)
    assert done.returncode == 0, done.stderr
    query(url, "DELETE FROM made_by_people")
    query(url, "CREATE TABLE later (x int)")
    done = run("restore-database", shelf, environment=environment)
    assert done.returncode == 0, done.stderr
    assert words(url) == ["kept"]
    assert query(url, "SELECT to_regclass('later')") == [None]

    async def down() -> tuple[str, ...]:
        async with open_store(url, "redis://127.0.0.1:1") as store:
            await store.database.bring_up_to_date()
            return await store.down()

    assert asyncio.run(down()) == ("redis",)


def test_a_restore_that_fails_in_the_middle_changes_nothing(
    database: Database, shelf: Path, tmp_path: Path
) -> None:
    """One transaction: an error in the last statement undoes the first."""
    url, environment = database
    assert run("backup-database", shelf, environment=environment).returncode == 0
    query(url, "INSERT INTO made_by_people VALUES ('later')")
    spoiled = fill(
        tmp_path / "spoiled",
        pg_restore=f"#!/bin/sh\nPATH={environment['PATH']} pg_restore \"$@\"\necho 'SELECT 1/0;'\n",
    )
    (spoiled / "pg_restore").chmod(0o755)
    broken = environment | {"PATH": f"{spoiled}:{environment['PATH']}"}
    done = run("restore-database", shelf, environment=broken)
    assert done.returncode == 1
    assert "division by zero" in done.stderr
    assert "as it was" in done.stderr
    assert words(url) == ["kept", "later"]


def test_a_damaged_archive_is_refused(database: Database, shelf: Path) -> None:
    """A dump that differs from its checksum is not even begun."""
    url, environment = database
    assert run("backup-database", shelf, environment=environment).returncode == 0
    (archive,) = shelf.glob("database-*.dump")
    archive.write_bytes(archive.read_bytes()[:-10])
    done = run("restore-database", archive, environment=environment)
    assert done.returncode == 1
    assert "checksum" in done.stderr
    assert words(url) == ["kept"]


def test_a_database_that_is_down_makes_no_archive_and_removes_none(
    database: Database, shelf: Path
) -> None:
    """A failed backup leaves the shelf as it found it."""
    _, environment = database
    fill(shelf, **{"database-20260101T000000Z.dump": ""})
    down = environment | {"PGPORT": "1", "KEEP": "1"}
    assert run("backup-database", shelf, environment=down).returncode == 1
    assert [path.name for path in shelf.glob("database*")] == ["database-20260101T000000Z.dump"]


def test_a_dump_that_does_not_fit_leaves_the_older_one(database: Database, shelf: Path) -> None:
    """A full disk is told, and nothing half is left."""
    _, environment = database
    fill(shelf, **{"database-20260101T000000Z.dump": ""})
    done = run("backup-database", shelf, environment=environment | {"KEEP": "1"}, blocks=1)
    assert done.returncode == 1
    assert "full" in done.stderr
    assert [path.name for path in shelf.glob("database*")] == ["database-20260101T000000Z.dump"]


def test_every_day_backs_both_up_and_knows_whether_it_did(
    database: Database, shelf: Path, tmp_path: Path
) -> None:
    """The compose service makes both archives, is healthy then, and ends when it is told to."""
    _, environment = database
    models = fill(tmp_path / "models", manifest="m1")
    assert run("every-day", "--healthy", shelf).returncode == 1
    keeper = subprocess.Popen(
        [BACKUP / "every-day", models, shelf], env={**os.environ, **environment}
    )
    try:
        while not list(shelf.glob("models-*.tar")):
            assert keeper.poll() is None
            time.sleep(0.05)
        assert list(shelf.glob("database-*.dump"))
        assert run("every-day", "--healthy", shelf).returncode == 0
    finally:
        keeper.terminate()
        assert keeper.wait(30) == 0
