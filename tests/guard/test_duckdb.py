"""DuckDB's SQL means on PostgreSQL what it means on DuckDB: both are run over the same rows.

Lines of duckdb.jsonl are {id, sql}; an id begins with the construct that its statement is about.
Rows are compared in order where the statement orders them, else as a multiset.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import pytest

from bot.demo.sample import SampleDatabase
from bot.domain import Code, GuardedQuery, Refusal
from bot.semantic import SemanticModel
from tests.guard.duckdb_twin import duckdb_rows, fill, plain, same, sort_key

Guarding = Callable[..., GuardedQuery | Refusal]
LINES = [
    json.loads(line) for line in (Path(__file__).parent / "duckdb.jsonl").read_text().splitlines()
]
CONSTRUCTS = list(dict.fromkeys(line["id"].rpartition("-")[0] for line in LINES))


@pytest.fixture(scope="session")
def twin(tournament: SampleDatabase, model: SemanticModel) -> Iterator[duckdb.DuckDBPyConnection]:
    """The first event's tables in DuckDB."""
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="gsb-") as folder:
        events = (tournament.events[0].id,)
        asyncio.run(fill(connection, tournament.owner_url, model, events, Path(folder)))
        yield connection


@pytest.fixture
async def server(tournament: SampleDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A session as the warehouse has it, in UTC."""
    settings = {"search_path": "", "timezone": "UTC"}
    connection = await asyncpg.connect(tournament.owner_url, server_settings=settings)
    yield connection
    await connection.close()


def ordered(sql: str) -> bool:
    """Whether the statement itself has an ORDER BY, not only a part in brackets."""
    outside = re.sub(r"'[^']*'", "", sql)
    while (inner := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = inner
    return "ORDER BY" in outside


def agree(left: list[list[Any]], right: list[list[Any]]) -> bool:
    """Whether two results have the same rows in the same order."""
    return len(left) == len(right) and all(map(same, left, right))


@pytest.mark.parametrize("construct", CONSTRUCTS)
async def test_both_give_the_same_rows(
    construct: str,
    twin: duckdb.DuckDBPyConnection,
    server: asyncpg.Connection,
    guarded: Guarding,
    tournament: SampleDatabase,
) -> None:
    """Every statement of a construct gives on PostgreSQL, translated, what it gives on DuckDB."""
    wrong = {}
    for line in (line for line in LINES if line["id"].startswith(f"{construct}-")):
        names, rows = duckdb_rows(twin, line["sql"])
        query = guarded(line["sql"], "duckdb", (tournament.events[0].id,))
        assert isinstance(query, GuardedQuery), (line, query)
        statement = await server.prepare(query.sql)
        theirs = [[plain(value) for value in row] for row in rows]
        ours = [
            [plain(value) for value in row.values()]
            for row in await statement.fetch(list(query.events))
        ]
        if not ordered(line["sql"]):
            theirs.sort(key=sort_key)
            ours.sort(key=sort_key)
        given = [(a, b.name) for a, b in zip(names, statement.get_attributes(), strict=True)]
        # An output without a name is called after its text by DuckDB, by its function here.
        renamed = [pair for pair in given if pair[0] != pair[1] and not set("([") & set(pair[0])]
        assert rows, line
        if renamed or not agree(theirs, ours):
            wrong[line["id"]] = (renamed, query.shown, theirs[:3], ours[:3])
    assert wrong == {}


def test_the_statements_cover_every_construct() -> None:
    """The list is long enough to mean something, and no id stands twice."""
    assert len({line["id"] for line in LINES}) == len(LINES) >= 350
    assert len(CONSTRUCTS) >= 20


LACKING = [
    ("SELECT COLUMNS(lambda c: c LIKE 'home%') FROM games", "COLUMNS with a function"),
    ("SELECT list_transform([1, 2], x -> x + 1)", "transform()"),
    ("SELECT [x + 1 for x in [1, 2]]", "a function written in place"),
    ("SELECT * FROM teams POSITIONAL JOIN games", "POSITIONAL JOIN"),
    ("SELECT * FROM teams t ASOF JOIN games g ON t.id >= g.home_team_id", "ASOF JOIN"),
    ("PIVOT teams ON division USING count(*)", "PIVOT without IN (…)"),
    ("SELECT mad(seed) FROM teams", "mad()"),
    ("SELECT product(seed) FROM teams", "product()"),
    ("SELECT skewness(seed) FROM teams", "skewness()"),
    ("SELECT name FROM teams WHERE COLUMNS('seed|final') IS NOT NULL", "columns()"),
    ("SELECT histogram(seed) FROM teams", "histogram()"),
    ("SELECT arg_max(name, seed) OVER () FROM teams", "arg_max()"),
    ("SELECT last(name) FROM teams", "last()"),
    ("SELECT printf('%.2f', 3.14159)", "printf() with more than %s and %d places"),
    ("SELECT format('{:.1f}', 2.25)", "format() with more than {} places"),
    ("SELECT strftime(scheduled_at, '%w') FROM games", "%w in a format"),
    ("SELECT strftime(scheduled_at, name) FROM games", "a format that is no literal"),
    ("SELECT date_part('fortnight', scheduled_at) FROM games", "the unit fortnight"),
    ("SELECT name FROM teams WHERE name GLOB '[a-c]*'", "GLOB with more than * and ?"),
    ("SELECT * EXCLUDE (x) FROM range(3) t(x)", "EXCLUDE, REPLACE, RENAME or COLUMNS over"),
    ("SELECT COLUMNS('zzz') FROM teams", "COLUMNS without match"),
    (
        "SELECT max(COLUMNS('a')) + min(COLUMNS('b')) FROM teams",
        "two different COLUMNS in one output",
    ),
    ("SELECT name FROM teams UNION BY NAME SELECT seed FROM teams", "UNION BY NAME of queries"),
    ("SELECT t.name FROM teams t, games g USING SAMPLE 3", "USING SAMPLE over a join"),
    ("SELECT 1 USING SAMPLE 3", "USING SAMPLE over a join"),
    ("SELECT name FROM teams USING SAMPLE (BUCKET 1 OUT OF 5)", "USING SAMPLE"),
    ("SELECT first_value(name IGNORE NULLS) OVER (ORDER BY seed) FROM teams", "PostgreSQL"),
    ("SELECT list_filter([1, 2], x -> x > 1)", "a function written in place"),
    ("SELECT list_aggregate(name) FROM teams", "list_aggregate()"),
    ("SELECT arg_max(name) FROM teams", "arg_max()"),
    ("SELECT arg_max(name, max(seed)) FROM teams", "arg_max()"),
    ("SELECT TRY_CAST(name AS INTERVAL) FROM teams", "TRY_CAST to this type"),
    ("SELECT TRY_CAST(name AS UUID) FROM teams", "TRY_CAST to this type"),
    ("SELECT TRY_CAST('[1, 2]' AS INT[])", "TRY_CAST to this type"),
    ("SELECT printf(name, 1) FROM teams", "printf() with more than %s and %d places"),
    ("SELECT printf('50% %s', name) FROM teams", "printf() with more than %s and %d places"),
    ("SELECT [1, 2, 3][1, 2]", "an index of several parts"),
    ("SELECT [1, 2, 3][-2:]", "a slice from the end"),
    ("SELECT name[-3:] FROM teams", "a slice from the end"),
    ("SELECT name[1:-2] FROM teams", "a slice from the end"),
    ("SELECT name[0:2] FROM teams", "a slice from the end"),
    ("SELECT name[seed] FROM teams", "a character at a place that is no literal"),
    ("SELECT name[1:seed] FROM teams", "a slice that is not of literals"),
    ("SELECT name[seed:3] FROM teams", "a slice that is not of literals"),
    ("SELECT struct_pack(1, 2)", "struct() without names"),
    ("SELECT {'a': 1}.b", "a struct's part by this name"),
    ("SELECT list_aggregate([1, 2], 'sum', 3)", "list_aggregate() of this kind"),
    ("SELECT list_aggregate([1, 2], name) FROM teams", "list_aggregate() of this kind"),
    ("SELECT list_aggregate([1, 2], 'median')", "list_aggregate() of this kind"),
    ("PIVOT teams ON division IN (name)", "PIVOT on values that are no literals"),
    ("PIVOT teams ON division IN ('Open'), seed IN (1) USING count(*)", "PIVOT without IN (…)"),
    ("PIVOT range(3) t(x) ON x IN (1) USING count(*)", "PIVOT of columns that are not listed"),
    ("SELECT name FROM teams WHERE name GLOB division", "GLOB with more than * and ?"),
    ("SELECT regexp_full_match(name, division) FROM teams", "a regular expression that is no"),
    ("SELECT regexp_extract(name, '(S)', ['a']) FROM teams", "regexp_extract() with names"),
    ("SELECT date_trunc(lower('DAY'), scheduled_at) FROM games", "a unit that is no literal"),
    ("SELECT date_diff('isoyear', scheduled_at, now()) FROM games", "date_diff() in isoyears"),
    ("SELECT date_sub('isoyear', scheduled_at, now()) FROM games", "date_sub() in isoyears"),
    (
        "SELECT time_bucket(INTERVAL '1 day', scheduled_at, now()) FROM games",
        "time_bucket() with an",
    ),
    ("SELECT COLUMNS('[') FROM teams", "the pattern in COLUMNS"),
    ("UNPIVOT teams ON seed + 1", "UNPIVOT of this kind"),
    ("SELECT * EXCLUDE (n) FROM (SELECT 1 AS n, seed + 1 FROM teams)", "EXCLUDE, REPLACE, RENAME"),
]


@pytest.mark.parametrize(("sql", "what"), LACKING, ids=[what for _, what in LACKING])
def test_what_postgresql_lacks_is_named(guarded: Guarding, sql: str, what: str) -> None:
    """A construct without a PostgreSQL form is refused by its name."""
    refusal = guarded(sql, "duckdb")
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.UNSUPPORTED_DIALECT
    lead = "The model used a DuckDB feature that PostgreSQL lacks: "
    assert refusal.message.startswith(lead + what)


GROWING = [
    "SELECT " + ", ".join(["COLUMNS('.*')"] * 30) + " FROM games",
    "SELECT COLUMNS('.*') + " + "1 + " * 900 + "1 FROM games",
    "SELECT COLUMNS('(a+)+b') FROM games",
    "SELECT [1, 2]" + "[-1]" * 400,
    "SELECT " + "TRY_CAST(" * 11 + "name" + "::TEXT AS INT)" * 11 + " FROM teams",
    "SELECT " + "date_sub('month', " * 11 + "now()" + ", now())" * 11,
    "FROM (" * 11 + "FROM teams USING SAMPLE 10%" + ") USING SAMPLE 10%" * 11,
]


@pytest.mark.parametrize("sql", GROWING, ids=range(len(GROWING)))
def test_translating_is_bounded(guarded: Guarding, sql: str) -> None:
    """What would grow out of all measure in PostgreSQL is refused before it does."""
    refusal = guarded(sql, "duckdb")
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.TOO_COMPLEX
