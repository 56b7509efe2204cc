"""The parts of the embedded model: engine process, host, command line, requests, model files."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.demo.model.asked import BadRequestError, read_chat, read_generate, seconds
from bot.demo.model.errors import EngineError, WeightsError
from bot.demo.model.gguf import read_model_file
from bot.demo.model.host import Done, Host
from bot.demo.model.llama import start_engine


async def test_an_engine_that_dies_is_replaced(model_weights: Path) -> None:
    """A crash of llama.cpp ends the answer with a typed error; the next one has a new engine."""
    host = Host(read_model_file(model_weights), threads=1)
    asked = read_generate({"model": "m", "prompt": "Count.", "options": {"num_ctx": 512}}, 1)
    try:
        await host.load(512, 60)
        assert host._engine is not None
        crashed = host._engine.process
        with pytest.raises(EngineError):  # noqa: PT012 - the crash comes within the answer
            async for _piece in host.answer(asked):
                if crashed.returncode is None:
                    crashed.kill()
                    await crashed.wait()
        assert host.loaded is None
        short = replace(asked, options={**asked.options, "n_predict": 1})
        pieces = [piece async for piece in host.answer(short)]
        assert isinstance(pieces[-1], Done)
    finally:
        await host.close()


async def test_the_engine_ends_with_whoever_started_it(model_weights: Path) -> None:
    """Its standard input is a pipe that the kernel closes when the adapter dies."""
    engine = await start_engine(model_weights, context=256, threads=1)
    assert engine.process.stdin is not None
    engine.process.stdin.close()
    assert await asyncio.wait_for(engine.process.wait(), 60) == 0
    await engine.http.aclose()


async def test_a_file_that_llama_cannot_load(tmp_path: Path, model_weights: Path) -> None:
    """A model file that is cut short is an error in words."""
    with model_weights.open("rb") as whole:
        (tmp_path / "cut.gguf").write_bytes(whole.read(8_000_000))
    with pytest.raises(EngineError, match=r"could not load .*cut\.gguf"):
        await start_engine(tmp_path / "cut.gguf", context=256, threads=1)


def test_ctrl_c_ends_the_server_in_order(model_weights: Path) -> None:
    """SIGINT leaves no engine and no traceback behind."""
    command = [sys.executable, "-m", "bot.demo.model", "--weights", str(model_weights)]
    with subprocess.Popen(
        [*command, "--name", "m", "--threads", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["address"]
        assert httpx.get(f"{url}/api/tags", timeout=60).json()["models"][0]["name"] == "m"
        process.send_signal(signal.SIGINT)
        _out, errors_shown = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors_shown == b""


def test_a_port_that_is_taken(model_weights: Path) -> None:
    """The message says what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "bot.demo.model", "--weights", str(model_weights)]
        ended = subprocess.run(
            [*command, "--name", "m", "--port", port], capture_output=True, text=True, check=False
        )
    assert ended.returncode == 1
    assert "--port" in ended.stderr


BAD = [
    {},
    {"model": 3},
    {"model": "m", "options": {"temperature": "hot"}},
    {"model": "m", "options": {"num_ctx": 1.5}},
    {"model": "m", "options": {"stop": [1]}},
    {"model": "m", "stream": "yes"},
    {"model": "m", "format": "xml"},
    {"model": "m", "keep_alive": "soon"},
    {"model": "m", "images": ["…"]},
    {"model": "m", "tools": [{}]},
    [],
]


@pytest.mark.parametrize("read", [read_generate, read_chat])
@pytest.mark.parametrize("body", BAD, ids=str)
def test_a_bad_request_is_refused(read: Callable[..., object], body: object) -> None:
    """Wrong types and what is not supported are refused, not ignored."""
    with pytest.raises(BadRequestError):
        read(body, None)


def test_a_bad_prompt_is_refused() -> None:
    """Prompts are text, and roles are those that a template knows."""
    with pytest.raises(BadRequestError, match="prompt must be"):
        read_generate({"model": "m", "prompt": 3}, None)
    with pytest.raises(BadRequestError, match="invalid role"):
        read_chat({"model": "m", "messages": [{"role": "robot", "content": "x"}]}, None)


@pytest.mark.parametrize(
    ("keep_alive", "expected"),
    [(0, 0), (30, 30), ("24h", 86400), ("1h30m", 5400), ("-1", float("inf")), ("0", 0)],
)
def test_keep_alive_is_read(keep_alive: object, expected: float) -> None:
    """Numbers are seconds, words are durations, negative is for ever."""
    assert seconds(keep_alive) == expected


def test_the_head_of_a_model_file(model_weights: Path, tmp_path: Path) -> None:
    """A GGUF file says what it is; anything else is an error that names the file."""
    file = read_model_file(model_weights)
    assert (file.architecture, file.context, file.quantization) == ("qwen2", 32768, "Q4_K_M")
    with model_weights.open("rb") as opened:
        head = opened.read(100)
    for content in (b"", b"GGUF", b"<html>" * 100, head):
        other = tmp_path / "other.gguf"
        other.write_bytes(content)
        with pytest.raises(WeightsError, match="not a GGUF"):
            read_model_file(other)
    with pytest.raises(WeightsError, match="no model file"):
        read_model_file(tmp_path / "absent.gguf")
