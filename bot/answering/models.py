"""What admins do with the language models: fetch, choose, warm, unload; in Slack and the terminal.

A choice is kept in the bot's database and followed by every process, from its next question on.
Only servers of the settings are asked, whatever a name says. Methods raise LanguageModelError,
whose message is for people, and StoreError.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

import structlog

from bot.answering.stopping import unless_stopped
from bot.llm import LanguageModelError, ModelRouter, Pulled
from bot.llm.router import PromptFor
from bot.store import ModelChoice, Store, StoreError
from bot.store.tasks import check_cancelled

log = structlog.get_logger()

LOOK_SECONDS = 10.0
"""Between two looks whether the model has to be warmed anew."""

WARM_SECONDS = 600.0
"""How long a language model may take to load."""

TRIALS = (
    "How many teams are there?",
    "Which five players scored the most goals?",
    "Which finished games were decided by one point?",
)
"""What an admin's test asks. They are put to the model even where the answer is known."""

Told = Callable[[Pulled], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ModelAdmin:
    """`configured` is what the settings say; `prompt` gives one with the unchanging part."""

    router: ModelRouter
    store: Store
    configured: tuple[str, ...]
    prompt: Callable[[], PromptFor]

    async def follow(self) -> ModelChoice:
        """Have this process ask the models that are chosen now, and say what is chosen."""
        choice = await self.store.choices.get()
        self.router.fleet.choose(choice.models or self.configured)
        return choice

    async def catch_up(self) -> None:
        """Follow if the store is up; else the models stay as they are."""
        with suppress(StoreError):
            await self.follow()

    async def use(self, name: str, by: str) -> tuple[str, ...]:
        """Ask `name` first from now on; the models in their order."""
        route = await self.router.fleet.find(name)
        now = await self._models()
        chosen = self.router.fleet.name(route)
        return await self._choose((chosen, *(each for each in now[1:] if each != chosen)), by)

    async def fall_back(self, names: tuple[str, ...], by: str) -> tuple[str, ...]:
        """Ask `names` in their order where the first cannot; () for none."""
        fleet = self.router.fleet
        others = [fleet.name(await fleet.find(name)) for name in names]
        first = (await self._models())[0]
        return await self._choose((first, *(each for each in others if each != first)), by)

    async def reset(self, by: str) -> tuple[str, ...]:
        """Go back to what the settings say."""
        await self.store.choices.set(ModelChoice(), by)
        return await self._models()

    async def pull(self, name: str, told: Told, stop_as: str = "") -> bool:
        """Fetch `name` onto its server; False if somebody stopped it by `stop_as`."""

        async def fetch() -> bool:
            async with aclosing(self.router.fleet.pull(name)) as steps:
                async for step in steps:
                    await told(step)
            return True

        if not stop_as:
            return await fetch()
        return bool(await unless_stopped(self.store.stops, stop_as, fetch()))

    async def evict(self, name: str, by: str) -> str:
        """Have `name` out of its server's memory until it is asked or warmed; its whole name."""
        fleet = self.router.fleet
        route = await fleet.find(name)
        choice = await self.follow()
        if route.model == fleet.routes[0].model:
            await self.store.choices.set(ModelChoice(choice.models, resting=True), by)
        await fleet.on(route).unload(route.model)
        return fleet.name(route)

    async def warm(self, by: str) -> float:
        """Load the first model with the prompt's unchanging part; the seconds that it took."""
        choice = await self.follow()
        if choice.resting:
            await self.store.choices.set(ModelChoice(choice.models), by)
        began = time.monotonic()
        await self.router.warm(self.prompt(), seconds=WARM_SECONDS)
        return time.monotonic() - began

    async def keep_warm(self) -> None:
        """Warm the model whenever its server has let go of it, until cancelled."""
        said = ""
        while True:
            try:
                choice = await self.follow()
                if not choice.resting and await self.router.cold():
                    await self.router.warm(self.prompt(), seconds=WARM_SECONDS)
                    log.info("language model is warm", model=self.router.primary)
                said = ""
            except (LanguageModelError, StoreError) as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("waiting", error=said, cause=type(error.__cause__).__name__)
            check_cancelled()
            await asyncio.sleep(LOOK_SECONDS)

    async def _models(self) -> tuple[str, ...]:
        await self.follow()
        fleet = self.router.fleet
        return tuple(fleet.name(route) for route in fleet.routes)

    async def _choose(self, models: tuple[str, ...], by: str) -> tuple[str, ...]:
        await self.store.choices.set(ModelChoice(models), by)
        log.info("language_models_chosen", models=models, by=by)
        return await self._models()
