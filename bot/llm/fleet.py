"""The servers and the routes over them: which may be asked now, and how everything is.

Whether a route is worth trying is decided before anything is generated: its circuit, then what its
server says of itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.llm.circuit import Circuit, CircuitState
from bot.llm.errors import LanguageModelError, ModelMissingError, ServerDownError
from bot.llm.ollama import OllamaClient
from bot.llm.protocol import same_model
from bot.llm.pulling import Pulled
from bot.llm.routes import Route, read_routes
from bot.llm.server import Seen, Server
from bot.llm.status import ConfiguredModel, ModelStatus


class Fleet:
    """`models` in their order on the servers of `clients`, of which the first is the first.

    A circuit opens after `failures` in a row, for `seconds`. For one event loop.
    """

    def __init__(
        self,
        clients: tuple[OllamaClient, ...],
        models: tuple[str, ...],
        *,
        parallel: int,
        failures: int,
        seconds: float,
    ) -> None:
        self.servers = {each.address: Server(each, parallel) for each in clients}
        self.first = clients[0].address
        self.routes: tuple[Route, ...] = ()
        self._limits = (failures, seconds)
        self._circuits: dict[Route, Circuit] = {}
        self._failures: dict[Route, LanguageModelError] = {}
        self.choose(models)

    def choose(self, models: tuple[str, ...]) -> None:
        """Ask these from now on, in this order; those on servers that are not ours are left out."""
        routes = read_routes(models, self.first)
        known = tuple(route for route in routes if route.address in self.servers)
        self.routes = known or self.routes
        for route in self.routes:
            self._circuits.setdefault(route, Circuit(*self._limits))

    def on(self, route: Route) -> Server:
        """The server of a route."""
        return self.servers[route.address]

    def name(self, route: Route) -> str:
        """A route as people write it."""
        return route.model if route.address == self.first else f"{route.model}@{route.address}"

    async def pull(self, name: str) -> AsyncGenerator[Pulled, None]:
        """Fetch a model onto the server that its name says, else the first.

        Raises LanguageModelError.
        """
        (route,) = read_routes((name,), self.first) or (Route(name, self.first),)
        if route.address not in self.servers:
            raise ModelMissingError(f"{route.address} is not a server of this bot's settings.")
        server = self.on(route)
        async with aclosing(server.client.pull(route.model)) as steps:
            async for step in steps:
                yield step
        server.forget()

    async def find(self, name: str) -> Route:
        """Where the model `name` is installed, as its server calls it.

        Raises ModelMissingError, saying what is installed, or why a server does not answer.
        """
        (wanted,) = read_routes((name,), "") or (Route(name, ""),)
        seen = await self._look_at_all()
        places = [wanted.address] if wanted.address else list(self.servers)
        for address in places:
            for model in seen.get(address, Seen()).installed:
                if same_model(model.name, wanted.model):
                    return Route(model.name, address)
        for address in places:
            if (error := seen.get(address, Seen()).error) is not None:
                raise error
        there = ", ".join(
            self.name(Route(model.name, address))
            for address, look in seen.items()
            for model in look.installed[:10]
        )
        raise ModelMissingError(f"{name} is not installed. There are: {there or 'none'}.")

    def worked(self, route: Route) -> None:
        """A call came through."""
        self._circuits[route].worked()

    def failed(self, route: Route, error: LanguageModelError) -> None:
        """A call did not, through no fault of the question."""
        self._circuits[route].failed(time.monotonic())
        self._failures[route] = error
        self.on(route).forget()

    async def able(self) -> tuple[Route, ...]:
        """The routes that may work now. Raises why the first cannot if none can."""
        routes = self.routes
        faults = [await self._fault(route) for route in routes]
        able = tuple(route for route, fault in zip(routes, faults, strict=True) if fault is None)
        if not able:
            raise next(fault for fault in faults if fault is not None)
        return able

    async def _fault(self, route: Route) -> LanguageModelError | None:
        """Why `route` need not be tried: its circuit is open, or its server says so."""
        if wait := self._circuits[route].wait(time.monotonic()):
            last = self._failures[route]
            again = f"{last.message} It is tried again in {wait:.0f} seconds."
            return type(last)(again, retry_after=wait)
        seen = await self.on(route).look()
        if isinstance(seen.error, ServerDownError):
            self.failed(route, seen.error)
            return seen.error
        # A server that does not list its models may answer nevertheless.
        if seen.error is None and not seen.has(route.model):
            return ModelMissingError(f"{route.model} is not installed at {route.address}.")
        return None

    async def status(self, *, warming: bool) -> ModelStatus:
        """How the servers and the models are. Never raises: a problem is part of the answer."""
        first = self.servers[self.first]
        seen = await self._look_at_all()
        version, error = "", seen[self.first].error
        if error is None:
            try:
                version = await first.client.version()
            except LanguageModelError as failed:
                error = failed
        models = tuple(self._configured(route, seen[route.address]) for route in self.routes)
        able = [each for each in models if each.installed and each.circuit is not CircuitState.OPEN]
        problem = str(error) if error is not None else ""
        if not able and not problem:
            problem = (
                f"No configured model can answer; install one: ollama pull {self.routes[0].model}"
            )
        return ModelStatus(
            address=self.first,
            reachable=error is None,
            version=version,
            installed=seen[self.first].installed,
            loaded=seen[self.first].loaded,
            models=models,
            running=sum(server.line.inside for server in self.servers.values()),
            waiting=sum(server.line.waiting for server in self.servers.values()),
            warming=warming,
            answers=able[0].name if able else "",
            problem=problem,
        )

    async def _look_at_all(self) -> dict[str, Seen]:
        for server in self.servers.values():
            server.forget()
        looks = await asyncio.gather(*(server.look() for server in self.servers.values()))
        return dict(zip(self.servers, looks, strict=True))

    def _configured(self, route: Route, seen: Seen) -> ConfiguredModel:
        return ConfiguredModel(
            name=route.model,
            circuit=self._circuits[route].state(time.monotonic()),
            installed=seen.has(route.model),
            loaded=seen.holds(route.model),
            address="" if route.address == self.first else route.address,
            reachable=seen.error is None,
        )

    def circuits(self) -> dict[str, CircuitState]:
        """Each configured model's circuit now; of one on several servers, the best."""
        now = time.monotonic()
        states: dict[str, CircuitState] = {}
        for route in reversed(self.routes):
            state = self._circuits[route].state(now)
            if states.get(route.model) is not CircuitState.CLOSED:
                states[route.model] = state
        return states
