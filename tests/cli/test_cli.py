"""The command line, as programs of their own."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.demo.sample import SampleDatabase
from tests.plugins.house import MODEL, ScriptedOllama

ROOT = Path(__file__).parents[2]


async def run(
    *arguments: str, given: str = "", environment: dict[str, str] | None = None, cwd: Path = ROOT
) -> tuple[int, str, str]:
    """Run `game-stats-bot`; its code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **(environment or {})},
        cwd=cwd,
    )
    out, errors = await process.communicate(given.encode())
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def test_sql_check_answers_each_line_in_order(tmp_path: Path) -> None:
    """Good, bad and broken lines each get one line out; no server and no settings are needed."""
    event = str(uuid.uuid4())
    lines = [
        json.dumps({"id": 1, "sql": "SELECT count(*) FROM teams"}),
        json.dumps({"id": "two", "sql": "SELECT password_hash FROM users"}),
        "not json",
        json.dumps({"id": 4}),
        json.dumps({"id": 5, "sql": "DELETE FROM teams"}),
    ]
    code, out, _errors = await run(
        "sql", "check", "--event", event, given="\n".join(lines), cwd=tmp_path
    )
    said = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [each["id"] for each in said] == [1, "two", None, None, 5]
    assert [each["ok"] for each in said] == [True, False, False, False, False]
    assert [each["code"] for each in said[1:]] == [
        "unknown_table",
        "bad_line",
        "bad_line",
        "not_a_query",
    ]
    assert said[0]["tables"] == ["teams"]
    assert "$1" in said[0]["sql"]
    assert all(set(each) == {"id", "ok", "code", "message", "sql", "tables"} for each in said)


async def test_sql_check_reads_duckdb(tmp_path: Path) -> None:
    """The dialect is that of what comes in; PostgreSQL goes out."""
    line = json.dumps({"id": 1, "sql": "FROM teams SELECT name LIMIT 3"})
    _code, out, _errors = await run("sql", "check", "--dialect", "duckdb", given=line, cwd=tmp_path)
    assert json.loads(out)["ok"] is True


async def test_a_broken_model_file_is_one_line(tmp_path: Path) -> None:
    """File and line, exit 2, no traceback."""
    bad = tmp_path / "bad.yml"
    bad.write_text("name: x\nroot: events\ntables:\n  events: {sauce: events}\n")
    code, _out, errors = await run("schema", "--semantic-model", str(bad), cwd=tmp_path)
    assert code == 2
    assert re.search(r"bad\.yml:4: ", errors)
    assert "Traceback" not in errors


async def test_a_missing_setting_is_named(tmp_path: Path) -> None:
    """Without DATABASE_URL the way out is said."""
    code, _out, errors = await run("ask", "how many teams", "--event", "x", cwd=tmp_path)
    assert code == 2
    assert "DATABASE_URL" in errors
    assert "make demo" in errors


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OLLAMA_NUM_CTX", "many"),
        ("DATABASE_URL", "mysql://somewhere/x"),
        ("REDIS_URL", "http://somewhere"),
        ("RATE_LIMIT", "lots"),
        ("LOG_LEVEL", "LOUD"),
        ("TIMEZONE", "Mars/Olympus"),
        ("HTTP_HOST", "192.0.2.1"),
    ],
)
async def test_a_bad_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    """A value that makes no sense is told with its variable, in a line and without its secrets."""
    environment = {
        "DATABASE_URL": "postgresql://reader:secret@127.0.0.1:9/x",
        "BOT_DATABASE_URL": "postgresql://owner:secret@127.0.0.1:9/x",
        "REDIS_URL": "redis://:secret@127.0.0.1:9/0",
        name: value,
    }
    code, _out, errors = await run("serve", environment=environment, cwd=tmp_path)
    assert code == 2, errors
    assert name in errors
    assert "Traceback" not in errors
    assert "secret" not in errors


async def test_schema_is_what_a_model_sees(tmp_path: Path) -> None:
    """The prompt's part, without what must not be seen."""
    code, out, _errors = await run("schema", cwd=tmp_path)
    assert code == 0
    assert "CREATE TABLE teams" in out
    assert "password" not in out
    assert "email" not in out


@pytest.fixture
async def environment(
    ollama: ScriptedOllama,
    tournament: SampleDatabase,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> dict[str, str]:
    """What an operator sets, on real servers."""
    ollama.answers["count"] = "SELECT count(*) AS teams FROM teams"
    ollama.answers["delete"] = "DELETE FROM teams"
    return {
        "DATABASE_URL": tournament.reader_url,
        "BOT_DATABASE_URL": await fresh_database(),
        "REDIS_URL": redis_url,
        "OLLAMA_BASE_URL": ollama.url,
        "OLLAMA_MODEL": MODEL,
    }


async def test_ask_answers_in_json(environment: dict[str, str], tmp_path: Path) -> None:
    """The whole pipeline for a program: rows, SQL, tables, and exit 0."""
    code, out, errors = await run(
        *("ask", "count the teams", "--event", "spring-classic", "--json"),
        environment=environment,
        cwd=tmp_path,
    )
    assert code == 0, errors
    fields = json.loads(out)
    assert fields["ok"] is True
    assert fields["columns"] == ["teams"]
    assert fields["rows"][0][0] > 0
    assert fields["source"] == "model"


async def test_ask_tells_a_refusal_from_an_outage(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Refused is exit 1, down is exit 3, and each says why."""
    asked = ("ask", "delete all teams", "--event", "spring-classic")
    code, _out, errors = await run(*asked, environment=environment, cwd=tmp_path)
    assert (code, "reads" in errors) == (1, True)
    down = environment | {"OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    asked = ("ask", "another question", "--event", "spring-classic")
    code, _out, errors = await run(*asked, environment=down, cwd=tmp_path)
    assert code == 3
    assert "language model" in errors
    down = environment | {"DATABASE_URL": "postgresql://x:y@127.0.0.1:9/z"}
    code, _out, errors = await run(*asked, environment=down, cwd=tmp_path)
    assert code == 3
    assert "Traceback" not in errors


async def test_ask_of_an_unknown_event_lists_the_known(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """A slip in the slug costs one look."""
    asked = ("ask", "count", "--event", "sprong-classic")
    code, _out, errors = await run(*asked, environment=environment, cwd=tmp_path)
    assert code == 2
    assert "spring-classic" in errors


async def test_harden_checks_the_role_of_the_database_url(
    environment: dict[str, str], tournament: SampleDatabase, tmp_path: Path
) -> None:
    """0 and no word for the hardened role, 1 and a line a fault for the owner, 3 if down."""
    for url, expected in (
        (tournament.reader_url, 0),
        (tournament.owner_url, 1),
        ("postgresql://x:y@127.0.0.1:9/z", 3),
    ):
        settings = {"DATABASE_URL": url}
        code, out, errors = await run(
            "database", "harden", "--check", environment=settings, cwd=tmp_path
        )
        assert code == expected, errors
        assert "Traceback" not in errors
        lines = out.splitlines()
        assert bool(lines) is (expected == 1)
        assert all(". Mend: " in line for line in lines)
    code, out, errors = await run("database", "harden", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "name the role, or use --check" in errors
    code, out, errors = await run("models", "--json", environment=environment, cwd=tmp_path)
    assert json.loads(out)["role_excess"] == []
    mighty = environment | {"DATABASE_URL": tournament.owner_url}
    code, out, errors = await run("models", "--json", environment=mighty, cwd=tmp_path)
    assert "It is a superuser, whom nothing holds" in json.loads(out)["role_excess"]


async def test_models_and_digest_open_the_app(environment: dict[str, str], tmp_path: Path) -> None:
    """The state as JSON, and a digest as text."""
    code, out, errors = await run("models", "--json", environment=environment, cwd=tmp_path)
    assert code == 0, errors
    assert json.loads(out)["models"]["answers"] == MODEL
    code, out, errors = await run(
        "digest", "preview", "winter-cup", environment=environment, cwd=tmp_path
    )
    assert code == 0, errors
    assert "Leaders" in out


async def test_what_people_made_goes_out_and_in_as_a_file(
    fresh_database: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    """`export` never writes over a file, and `import` says in one line what is wrong with one."""
    environment = {"BOT_DATABASE_URL": await fresh_database()}
    file = tmp_path / "made.json"
    code, out, errors = await run("export", str(file), environment=environment)
    assert (code, errors) == (0, "")
    assert "0 bindings" in out
    kept = file.read_text()
    code, _out, errors = await run("export", str(file), environment=environment)
    assert code == 2
    assert "is there already" in errors
    assert file.read_text() == kept
    code, out, _errors = await run("import", "--dry-run", str(file), environment=environment)
    assert code == 0
    assert "dry run" in out
    file.write_text("{}")
    code, _out, errors = await run("import", str(file), environment=environment)
    assert code == 2
    assert "not an export" in errors
    assert "Traceback" not in errors
    code, _out, errors = await run(
        "export", str(tmp_path / "no" / "x.json"), environment=environment
    )
    assert code == 2
    assert "cannot be written" in errors


async def test_models_are_fetched_chosen_and_unloaded(
    ollama: ScriptedOllama,
    tournament: SampleDatabase,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> None:
    """Each says what it did in a sentence; what is not there is one line and a code."""
    environment = {
        "DATABASE_URL": tournament.reader_url,
        "BOT_DATABASE_URL": await fresh_database(),
        "REDIS_URL": redis_url,
        "OLLAMA_BASE_URL": ollama.url,
        "OLLAMA_MODEL": MODEL,
    }
    for words, said in (
        ("pull new:1b", "new:1b is there."),
        ("use new:1b", "Asked in this order from now on: new:1b\n"),
        (f"fallback {MODEL}", f"from now on: new:1b, {MODEL}\n"),
        ("warm", "Warm after "),
        ("test --event spring-classic", "Which five players scored the most goals?"),
        ("evict new:1b", "new:1b is unloaded"),
        ("use default", f"from now on: {MODEL}\n"),
    ):
        code, out, errors = await run("models", *words.split(), environment=environment)
        assert (code, said in out) == (0, True), (words, out, errors)
    code, _out, errors = await run("models", "use", "gpt", environment=environment)
    assert code == 3
    assert f"gpt is not installed. There are: {MODEL}, new:1b." in errors
