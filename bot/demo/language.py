"""Which language model answers in the demo, and what the page says of it.

An Ollama server that answers is used as it is. Without one the small model is fetched and served
here, and until it is loaded, or if it cannot be had, verified questions and worked examples are
answered all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console

from bot.demo.child import child
from bot.demo.model.errors import WeightsError
from bot.demo.model.gguf import read_model_file
from bot.demo.model.weights import SMALL, demo_weights, fetch_with_bar
from bot.demo.servers.process import free_port
from bot.settings import Settings

LOOK_SECONDS = 1.0
BIGGER = (
    "For better answers install Ollama, run `ollama pull duckdb-nsql:7b` and start the demo again, "
    "or give it another model file: `make demo GGUF=/path/to/model.gguf`."
)


@dataclass(slots=True)
class Said:
    """What the page says of the language model, changed as that changes. `kind`: info or busy."""

    text: str = ""
    detail: str = ""
    kind: str = "info"

    def __call__(self, text: str, detail: str, kind: str) -> None:
        """Say something else."""
        self.text, self.detail, self.kind = text, detail, kind


@dataclass(frozen=True, slots=True)
class Language:
    """Where the bot finds its language model. `embedded` says that we serve it."""

    base_url: str
    model: str
    embedded: bool


async def choose(settings: Settings, gguf: Path | None, model: str = "") -> Language:
    """The configured Ollama if it answers and no file or `model` is given; else an embedded one."""
    if gguf is None and not model and await _answers(settings.ollama_base_url):
        return Language(settings.ollama_base_url, settings.ollama_model, embedded=False)
    name = gguf.stem.lower() if gguf is not None else demo_weights(model or SMALL).model
    return Language(f"http://127.0.0.1:{free_port()}", name, embedded=True)


@contextlib.asynccontextmanager
async def served(
    language: Language, gguf: Path | None, folder: Path, console: Console, notice: Said
) -> AsyncIterator[None]:
    """Serve the embedded model, if it is one, and keep the page's notice true."""
    task = asyncio.create_task(_serve_and_tell(language, gguf, folder, console, notice))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _serve_and_tell(
    language: Language, gguf: Path | None, folder: Path, console: Console, notice: Said
) -> None:
    if not language.embedded:
        await _tell(language, notice)
        return
    try:
        weights = gguf or await _fetched(language.model, folder / "models", console, notice)
        read_model_file(weights)
    except WeightsError as error:
        told = "No language model: only verified questions and worked examples are answered."
        notice(told, str(error), "info")
        console.print(f"No language model: {error}", markup=False, highlight=False)
        return
    port = language.base_url.rpartition(":")[2]
    command = [sys.executable, "-m", "bot.demo.model", "--weights", str(weights)]
    command += ["--name", language.model, "--port", port]
    async with child(command, folder / "model.log", {}):
        await _tell(language, notice)


async def _fetched(model: str, folder: Path, console: Console, notice: Said) -> Path:
    """The model's file. The thread may be left behind: what it runs ends with us."""
    size = demo_weights(model).size / 1e6
    notice(
        f"Fetching the small language model ({size:.0f} MB, once).",
        "Verified questions and worked examples are answered already. See the terminal.",
        "busy",
    )
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Path] = loop.create_future()

    def settle(path: Path | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if path is not None:
            done.set_result(path)
        else:
            done.set_exception(error or WeightsError("The fetch ended without a word."))

    def fetch() -> None:
        path, failed = None, None
        try:
            path = fetch_with_bar(folder, console, model)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            failed = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, path, failed)

    threading.Thread(target=fetch, daemon=True, name="fetch the model").start()
    return await done


async def _tell(language: Language, notice: Said) -> None:
    """Say on the page whether the model is warm, for as long as the demo runs."""
    where = "a small model on this machine" if language.embedded else language.base_url
    async with httpx.AsyncClient(base_url=language.base_url, timeout=5) as client:
        while True:
            if await _loaded(client, language.model):
                detail = BIGGER if language.embedded else ""
                notice(f"Answers come from {language.model}, {where}.", detail, "info")
            else:
                notice(f"{language.model} is warming up.", f"It is {where}.", "busy")
            await asyncio.sleep(LOOK_SECONDS)


async def _loaded(client: httpx.AsyncClient, model: str) -> bool:
    try:
        answer = await client.get("/api/ps")
        names = [str(each.get("name", "")) for each in answer.json()["models"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return any(name in {model, f"{model}:latest"} for name in names)


async def _answers(base_url: str) -> bool:
    async with httpx.AsyncClient(timeout=1.0) as client:
        try:
            answer = await client.get(f"{base_url.rstrip('/')}/api/version")
        except (httpx.HTTPError, httpx.InvalidURL):
            return False
        return answer.is_success
