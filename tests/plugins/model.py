"""The real embedded model for tests: fetched once into the user's cache, served once a session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.demo.leash import leash_command
from bot.demo.model.weights import demo_weights, fetch_weights


@dataclass(frozen=True)
class ModelServer:
    """An Ollama-protocol server with one model, a fixed seed and one thread."""

    url: str
    model: str
    weights: Path


@pytest.fixture(scope="session")
def model_weights() -> Path:
    """The demo's model file, in the same place as `make demo` keeps it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return fetch_weights(cache / "game-stats-bot" / "models")


@contextmanager
def serving_model(weights: Path) -> Iterator[ModelServer]:
    """The embedded model; gone with this process, whatever ends it."""
    name = demo_weights().model
    server = [sys.executable, "-m", "bot.demo.model", "--weights", str(weights)]
    options = ["--name", name, "--threads", "1", "--seed", "1"]
    process = subprocess.Popen(
        leash_command([*server, *options]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, "the embedded model did not start; its words are above"
        yield ModelServer(json.loads(line)["address"], name, weights)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def model_server(model_weights: Path) -> Iterator[ModelServer]:
    """One for the session."""
    with serving_model(model_weights) as server:
        yield server
