"""One Ollama server as the router sees it: its client, the line before it, and how it is.

How it is (/api/tags and /api/ps) is asked before every choice and kept for a few seconds, so that
a burst of questions costs one look. What a model can hold (/api/show) is asked once.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bot.llm.errors import LanguageModelError
from bot.llm.line import Line
from bot.llm.ollama import OllamaClient
from bot.llm.protocol import InstalledModel, LoadedModel, same_model

FRESH_SECONDS = 3.0
"""How long a look at a server is believed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a server said of itself; `error` is why it did not, if it did not."""

    installed: tuple[InstalledModel, ...] = ()
    loaded: tuple[LoadedModel, ...] = ()
    error: LanguageModelError | None = None

    def has(self, model: str) -> bool:
        """Whether `model` is on its disk."""
        return any(same_model(model, other.name) for other in self.installed)

    def holds(self, model: str) -> bool:
        """Whether `model` is in its memory."""
        return any(same_model(model, other.name) for other in self.loaded)


class Server:
    """A server that answers `parallel` questions at once; for one event loop."""

    def __init__(self, client: OllamaClient, parallel: int) -> None:
        self.client = client
        self.line = Line(parallel)
        self._seen = Seen()
        self._until = 0.0
        self._lengths: dict[str, int] = {}

    @property
    def address(self) -> str:
        """Its base URL."""
        return self.client.address

    async def look(self) -> Seen:
        """How it is, or was a few seconds ago. Never raises."""
        if time.monotonic() >= self._until:
            self._seen = await self._ask()
            self._until = time.monotonic() + FRESH_SECONDS
        return self._seen

    def forget(self) -> None:
        """Look anew the next time: something has changed."""
        self._until = 0.0

    async def unload(self, model: str) -> None:
        """Have `model` out of its memory. Raises LanguageModelError."""
        await self.client.unload(model)
        self.forget()

    async def context_length(self, model: str) -> int | None:
        """The tokens that `model` was made for; None if the server does not say. Never raises."""
        if model not in self._lengths:
            try:
                self._lengths[model] = (await self.client.show(model)).context_length
            except LanguageModelError:
                return None
        return self._lengths[model] or None

    async def _ask(self) -> Seen:
        try:
            installed, loaded = await asyncio.gather(self.client.installed(), self.client.loaded())
        except LanguageModelError as error:
            return Seen(error=error)
        return Seen(installed, loaded)
