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
