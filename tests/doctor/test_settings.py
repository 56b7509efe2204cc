"""The settings as `doctor` and `config show` see them, and both as programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.doctor import Grade, read
from tests.cli.test_cli import run


def test_each_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Several bad settings are all named, and the others are kept."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": "mysql://x",
        "HTTP_PORT": "many",
        "OLLAMA_NUM_CTX": "1",
        "RATE_LIMIT": "lots",
        "TIMEZONE": "Mars/Olympus",
        "LOG_LEVEL": "loud",
        "OLLAMA_MODEL": "kept:1b",
    }.items():
        monkeypatch.setenv(name, value)
    settings, found = read()
    assert {each.code for each in found} == {
        "database_url",
        "bot_database_url",
        "redis_url",
        "http_port",
        "ollama_num_ctx",
        "rate_limit",
        "timezone",
        "log_level",
    }
    assert all(each.grade is Grade.FAILS for each in found)
    assert settings.ollama_model == "kept:1b"
    assert settings.http_port == 8080


async def test_doctor_without_anything_says_what_to_set(tmp_path: Path) -> None:
    """With no setting at all the program names each that is needed, and its code says so."""
    nowhere = {"OLLAMA_BASE_URL": "http://127.0.0.1:9", "COLUMNS": "200"}
    code, out, errors = await run("doctor", environment=nowhere, cwd=tmp_path)
    assert code == 3, errors
    for name in ("DATABASE_URL", "BOT_DATABASE_URL", "REDIS_URL", "SLACK_BOT_TOKEN"):
        assert f"{name}" in out
    assert "→ " in out
    code, out, errors = await run("doctor", "--json", environment=nowhere, cwd=tmp_path)
    assert {each["code"] for each in json.loads(out)} >= {"ollama_down", "bot_token_missing"}


async def test_config_show_says_where_each_comes_from_and_no_secret(tmp_path: Path) -> None:
    """The environment goes before .env, .env before the default; secrets are only said to be."""
    (tmp_path / ".env").write_text("OLLAMA_MODEL=from-file:1b\nHTTP_PORT=9000\n")
    environment = {
        "OLLAMA_MODEL": "from-environment:1b",
        "OLLAMA_BASE_URL": "http://me:s3cr3t@host:11434",
        "DATABASE_URL": "postgresql://u:s3cr3t@host/x",
        "BOT_DATABASE_URL": "postgresql://u:s3cr3t@host/y",
        "REDIS_URL": "redis://:s3cr3t@host/0",
        "SLACK_BOT_TOKEN": "xoxb-s3cr3t",
    }
    code, out, errors = await run("config", "show", "--json", environment=environment, cwd=tmp_path)
    assert code == 0, errors
    assert "s3cr3t" not in out + errors
    rows = {row["name"]: (row["value"], row["from"]) for row in json.loads(out)}
    assert rows["OLLAMA_MODEL"] == ("from-environment:1b", "environment")
    assert rows["HTTP_PORT"] == ("9000", ".env")
    assert rows["TIMEZONE"] == ("UTC", "default")
    assert rows["SLACK_BOT_TOKEN"] == ("(hidden)", "environment")
    assert rows["SLACK_APP_TOKEN"] == ("", "default")
    assert rows["OLLAMA_BASE_URL"] == ("http://(hidden)@host:11434", "environment")
    code, out, errors = await run(
        "config", "show", environment=environment | {"HTTP_PORT": "many"}, cwd=tmp_path
    )
    assert code == 1
    assert "HTTP_PORT cannot be used" in errors
    assert "s3cr3t" not in out + errors
    assert "from-environment:1b" in out


async def test_schema_init_needs_a_database(tmp_path: Path) -> None:
    """Without a database the command says which setting is missing, and codes 2 for it."""
    code, out, errors = await run("schema", "init", cwd=tmp_path)
    assert (code, out) == (2, "")
    assert "Set DATABASE_URL" in errors
    code, out, _errors = await run("schema", cwd=tmp_path)
    assert code == 0
    assert "CREATE TABLE standings" in out
