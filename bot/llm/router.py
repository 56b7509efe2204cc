"""Which language model drafts a question, when, and what happens if it fails.

The routes (a model on a server) are tried in their order: one that is missing, down or fails gives
way to the next, one that keeps failing is left alone for a while (its circuit). Questions stand in
a line before each server. Leaving `draft`, also by cancellation, frees the place and stops the
generation.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

import structlog

from bot import traces
from bot.domain import Dialect, Draft, Kind, Progress, Report, Source, Stage, silent
from bot.llm.circuit import CircuitState
from bot.llm.counting import Counts
from bot.llm.errors import (
    LanguageModelError,
    NoSqlError,
    NotAboutDataError,
)
from bot.llm.extract import enough, find_statement, refused
from bot.llm.fleet import Fleet
from bot.llm.ollama import OllamaClient
from bot.llm.profiles import Options, Prompt, profile_for
from bot.llm.protocol import Completion, ModelRequest
from bot.llm.routes import Route
from bot.llm.server import Server
from bot.llm.status import ModelStatus
from bot.llm.waiting import in_line, loading
from bot.metrics import Metrics

PromptFor = Callable[[Dialect], Prompt]
"""Gives the prompt in the dialect that a model's profile asks for."""

FIRST_SHARE = 2 / 3
"""Of the time that is left, what a model may use while another could still take over."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RouterOptions:
    """Questions at once on each server; seconds to wait in a line; when a circuit opens."""

    num_parallel: int = 1
    queue_wait: float = 300.0
    circuit_failures: int = 3
    circuit_seconds: float = 30.0


class ModelRouter:
    """Drafts SQL with the first of `models` that can; `clients` are the servers, the first first.

    A model is a name on the first server, or "name@address" of another. For one event loop.
    """

    def __init__(
        self,
        clients: tuple[OllamaClient, ...],
        models: tuple[str, ...],
        options: Options,
        metrics: Metrics,
        router: RouterOptions = RouterOptions(),
    ) -> None:
        self.fleet = Fleet(
            clients,
            models,
            parallel=router.num_parallel,
            failures=router.circuit_failures,
            seconds=router.circuit_seconds,
        )
        self._options = options
        self._metrics = metrics
        self._queue_wait = router.queue_wait
        self._counts = Counts()
        self._loads: dict[Route, float] = {}
        self._warming = False
        self._warm: Route | None = None

    @property
    def primary(self) -> str:
        """The model that answers while all is well."""
        return self.fleet.routes[0].model

    async def status(self) -> ModelStatus:
        """How the servers and the models are. Never raises: a problem is part of the answer."""
        return await self.fleet.status(warming=self._warming)

    def circuits(self) -> dict[str, CircuitState]:
        """Each configured model's circuit now; of one on several servers, the best."""
        return self.fleet.circuits()

    async def draft(
        self, prompt_for: PromptFor, report: Report, *, seconds: float, who: str = ""
    ) -> Draft:
        """SQL for a question of `who`, not yet checked. Raises LanguageModelError.

        `seconds` is for all attempts together; waiting in a line does not count.
        """
        question = _Question(prompt_for, report, who, seconds)
        *earlier, last = _by_server(await self.fleet.able())
        for routes in earlier:
            try:
                return await self._on_server(question, routes, last=False)
            except LanguageModelError as error:
                if error.code.kind is not Kind.OUTAGE:
                    raise
                log.warning("server_failed", server=routes[0].address, why=error.message)
        return await self._on_server(question, last, last=True)

    async def warm(self, prompt_for: PromptFor, *, seconds: float) -> None:
        """Load the first model that can answer, with the prompt's unchanging part in its cache.

        Raises LanguageModelError. The question of the prompt does not matter.
        """
        route = (await self.fleet.able())[0]
        server = self.fleet.on(route)
        async with self._turn(server, "", silent):
            options = replace(self._options, num_predict=1)
            request = await self._request(route, prompt_for, options)
            self._warming = True
            try:
                completion = await server.client.complete(request, seconds=seconds)
            finally:
                self._warming = False
                server.forget()
        self._counts.compare(request, completion.usage.prompt_tokens)
        self._loaded(route, completion.usage.load_seconds)
        self._warm = route

    async def cold(self) -> bool:
        """Whether a warm-up is due: never warm, another model, or its server has let go of it.

        Raises LanguageModelError if none can answer.
        """
        route = (await self.fleet.able())[0]
        if not (await self.fleet.on(route).look()).holds(route.model):
            self._warm = None
        return self._warm != route

    @asynccontextmanager
    async def _turn(self, server: Server, who: str, report: Report) -> AsyncIterator[float]:
        """A place before the server; the seconds that it took. Raises ServerBusyError."""

        async def tell(place: int, wait: float | None) -> None:
            if self._warming and server.address == self.fleet.routes[0].address:
                await report(loading(self._loads.get(self.fleet.routes[0])))
            else:
                await report(in_line(place, wait))

        asked = time.monotonic()
        async with server.line.turn(who, tell, self._queue_wait):
            waited = time.monotonic() - asked
            self._metrics.wait_seconds.labels("language model").observe(waited)
            yield waited

    async def _on_server(
        self, question: _Question, routes: tuple[Route, ...], *, last: bool
    ) -> Draft:
        """Try the models of one server within one turn; `last` says that no other is left."""
        server = self.fleet.on(routes[0])
        *earlier, final = routes
        async with self._turn(server, question.who, question.report) as waited:
            question.waited += waited
            for route in earlier:
                try:
                    return await self._ask(route, question, question.left * FIRST_SHARE)
                except LanguageModelError as error:
                    if not error.another_may_do:
                        raise
                    log.warning("model_failed", model=route.model, why=error.message)
            left = question.left if last else question.left * FIRST_SHARE
            return await self._ask(final, question, left)

    async def _ask(self, route: Route, question: _Question, seconds: float) -> Draft:
        server, model = self.fleet.on(route), route.model
        profile = profile_for(model)
        request = await self._request(route, question.prompt_for, self._options)
        report, spoke = question.report, 0.0

        async def loaded(_text: str) -> None:
            nonlocal spoke
            spoke = time.monotonic()
            if not ready:
                server.forget()
                await report(Progress(Stage.DRAFTING, model))

        with self._watched(route), question.spending(), traces.span("model", model=model):
            began = time.monotonic()
            ready = (await server.look()).holds(model)
            await report(
                Progress(Stage.DRAFTING, model) if ready else loading(self._loads.get(route))
            )
            completion = await server.client.complete(
                request, seconds=seconds, enough=enough, started=loaded
            )
            traces.step("model.prompt", began, spoke or time.monotonic())
            traces.step("model.generation", spoke or time.monotonic(), time.monotonic())
            traces.text(answer=completion.text)
            usage = completion.usage
            self._counts.compare(request, usage.prompt_tokens)
            self._loaded(route, usage.load_seconds)
            self._metrics.tokens.labels(model, "prompt").inc(usage.prompt_tokens)
            self._metrics.tokens.labels(model, "answer").inc(usage.answer_tokens)
            sql = _sql_of(completion)
        fell_back = route != self.fleet.routes[0]
        if fell_back:
            self._metrics.fallbacks.labels(model).inc()
        return Draft(
            sql=sql,
            dialect=profile.dialect,
            source=Source.MODEL,
            language_model=model,
            prompt_tokens=usage.prompt_tokens,
            answer_tokens=usage.answer_tokens,
            seconds=time.monotonic() - began,
            fell_back=fell_back,
            queue_seconds=question.waited,
            prompt_seconds=max(0.0, spoke - began),
        )

    async def _request(self, route: Route, prompt_for: PromptFor, options: Options) -> ModelRequest:
        """What to ask, fitted to what the model can hold. Raises PromptTooLongError."""
        profile = profile_for(route.model)
        holds = await self.fleet.on(route).context_length(route.model)
        if holds is not None and holds < options.num_ctx:
            log.warning("num_ctx_too_large", model=route.model, holds=holds, asked=options.num_ctx)
            options = replace(options, num_ctx=holds)

        def build(prompt: Prompt) -> ModelRequest:
            return profile.request(route.model, prompt, options)

        return self._counts.fitted(build, prompt_for(profile.dialect))

    def _loaded(self, route: Route, seconds: float) -> None:
        # Ollama reports some milliseconds for a model that is in memory already.
        if seconds >= 1:
            self._loads[route] = seconds

    @contextmanager
    def _watched(self, route: Route) -> Iterator[None]:
        """Measure a call of a model, and let its circuit know how it went."""
        began = time.monotonic()
        status = "cancelled"
        try:
            yield
            status = "ok"
            self.fleet.worked(route)
        except LanguageModelError as error:
            status = error.code.value
            if error.code.kind is Kind.OUTAGE:
                self.fleet.failed(route, error)
            else:
                self.fleet.worked(route)
            raise
        finally:
            self._metrics.ollama_seconds.labels(status).observe(time.monotonic() - began)
            self._metrics.ollama_total.labels(status).inc()


@dataclass(slots=True)
class _Question:
    """A question on its way through the routes.

    `left` are the seconds that attempts may still take, `waited` those spent in lines.
    """

    prompt_for: PromptFor
    report: Report
    who: str
    left: float
    waited: float = 0.0

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Take the time of what is inside off what is left."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left -= time.monotonic() - began


def _by_server(routes: tuple[Route, ...]) -> list[tuple[Route, ...]]:
    return [tuple(group) for _, group in itertools.groupby(routes, lambda route: route.address)]


def _sql_of(completion: Completion) -> str:
    """The SQL in a model's answer. Raises NotAboutDataError, NoSqlError."""
    if refused(completion.text):
        raise NotAboutDataError("That does not look like a question about this data.")
    found = find_statement(completion.text)
    if found is None:
        raise NoSqlError("The language model answered without SQL: try other words.")
    if completion.done_reason == "length" and not found.closed:
        raise NoSqlError("The language model's SQL grew too long: ask for less at once.")
    return found.sql
