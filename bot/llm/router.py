"""Which language model drafts a question, when, and what happens if it fails.

Questions stand in a line before the server. The models are tried in their order: one that is
missing or fails gives way to the next, one that keeps failing is left alone for a while (its
circuit). Leaving `draft`, also by cancellation, frees the place and stops the generation.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace

import structlog

from bot.domain import Dialect, Draft, Kind, Progress, Report, Source, Stage, silent
from bot.llm.circuit import Circuit, CircuitState
from bot.llm.errors import (
    LanguageModelError,
    NoSqlError,
    NotAboutDataError,
)
from bot.llm.extract import enough, find_statement, refused
from bot.llm.line import Line
from bot.llm.ollama import OllamaClient
from bot.llm.profiles import Options, Prompt, profile_for
from bot.llm.protocol import Completion, InstalledModel, LoadedModel, same_model
from bot.llm.status import ConfiguredModel, ModelStatus
from bot.metrics import Metrics

PromptFor = Callable[[Dialect], Prompt]
"""Gives the prompt in the dialect that a model's profile asks for."""

FIRST_SHARE = 2 / 3
"""Of the time that is left, what a model may use while another could still take over."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RouterOptions:
    """How many questions at once, how long one may wait in line, when a circuit opens (seconds)."""

    num_parallel: int = 1
    queue_wait: float = 300.0
    circuit_failures: int = 3
    circuit_seconds: float = 30.0


class ModelRouter:
    """Drafts SQL with the first of `models` that can. For one event loop."""

    def __init__(
        self,
        client: OllamaClient,
        models: tuple[str, ...],
        options: Options,
        metrics: Metrics,
        router: RouterOptions = RouterOptions(),
    ) -> None:
        self._client = client
        self._models = models
        self._options = options
        self._metrics = metrics
        self._queue_wait = router.queue_wait
        self._line = Line(router.num_parallel)
        self._circuits = {
            model: Circuit(router.circuit_failures, router.circuit_seconds) for model in models
        }
        self._failures: dict[str, LanguageModelError] = {}
        self._warming = False

    @property
    def primary(self) -> str:
        """The model that answers while all is well."""
        return self._models[0]

    async def draft(self, prompt_for: PromptFor, report: Report, *, seconds: float) -> Draft:
        """SQL for a question, not yet checked. Raises LanguageModelError.

        `seconds` is for all attempts together, counted from when the question's turn comes.
        """
        asked = time.monotonic()
        async with self._turn(report):
            waited = time.monotonic() - asked
            self._metrics.wait_seconds.labels("language model").observe(waited)
            deadline = time.monotonic() + seconds
            models = self._candidates()
            for index, model in enumerate(models):
                last = index == len(models) - 1
                left = deadline - time.monotonic()
                try:
                    draft = await self._ask(
                        model, prompt_for, report, left if last else left * FIRST_SHARE
                    )
                except LanguageModelError as error:
                    if last or not error.another_may_do:
                        raise
                    log.warning("model_failed", model=model, code=error.code, why=error.message)
                else:
                    break
        if model != self.primary:
            self._metrics.fallbacks.labels(model).inc()
        return replace(draft, fell_back=model != self.primary, queue_seconds=waited)

    async def warm(self, prompt_for: PromptFor, *, seconds: float) -> None:
        """Load the first model that can answer, with the prompt's unchanging part in its cache.

        Raises LanguageModelError. The question of the prompt does not matter.
        """
        async with self._turn(silent):
            model = self._candidates()[0]
            profile = profile_for(model)
            options = replace(self._options, num_predict=1)
            request = profile.request(model, prompt_for(profile.dialect), options)
            self._warming = True
            try:
                await self._client.complete(request, seconds=seconds)
            finally:
                self._warming = False

    async def status(self) -> ModelStatus:
        """How the server and the models are. Never raises: a problem is part of the answer."""
        reachable, version, problem = True, "", ""
        installed: tuple[InstalledModel, ...] = ()
        loaded: tuple[LoadedModel, ...] = ()
        try:
            version = await self._client.version()
            installed = await self._client.installed()
            loaded = await self._client.loaded()
        except LanguageModelError as error:
            reachable, problem = bool(version), str(error)
        now = time.monotonic()
        models = tuple(
            ConfiguredModel(
                name=model,
                circuit=self._circuits[model].state(now),
                installed=any(same_model(model, other.name) for other in installed),
                loaded=any(same_model(model, other.name) for other in loaded),
            )
            for model in self._models
        )
        able = [m.name for m in models if m.installed and m.circuit is not CircuitState.OPEN]
        if reachable and not able and not problem:
            problem = f"No configured model can answer; install one: ollama pull {self.primary}"
        return ModelStatus(
            address=self._client.address,
            reachable=reachable,
            version=version,
            installed=installed,
            loaded=loaded,
            models=models,
            running=self._line.inside,
            waiting=self._line.waiting,
            warming=self._warming,
            answers=able[0] if able else "",
            problem=problem,
        )

    def circuits(self) -> dict[str, CircuitState]:
        """Each configured model's circuit now."""
        now = time.monotonic()
        return {model: circuit.state(now) for model, circuit in self._circuits.items()}

    def _turn(self, report: Report) -> AbstractAsyncContextManager[None]:
        """A place before the server. Raises ServerBusyError if none comes free in time."""

        async def tell(place: int) -> None:
            if self._warming:
                await report(Progress(Stage.WARMING, "the language model is warming up"))
            else:
                await report(Progress(Stage.QUEUED, f"{_ordinal(place)} in line"))

        return self._line.turn(tell, self._queue_wait)

    async def _ask(
        self, model: str, prompt_for: PromptFor, report: Report, seconds: float
    ) -> Draft:
        profile = profile_for(model)
        request = profile.request(model, prompt_for(profile.dialect), self._options)

        spoke = 0.0

        async def loaded(_text: str) -> None:
            nonlocal spoke
            spoke = time.monotonic()
            if not ready:
                await report(Progress(Stage.DRAFTING, model))

        with self._watched(model):
            began = time.monotonic()
            ready = any(same_model(model, other.name) for other in await self._client.loaded())
            await report(Progress(Stage.DRAFTING if ready else Stage.WARMING, model))
            completion = await self._client.complete(
                request, seconds=seconds, enough=enough, started=loaded
            )
            usage = completion.usage
            self._metrics.tokens.labels(model, "prompt").inc(usage.prompt_tokens)
            self._metrics.tokens.labels(model, "answer").inc(usage.answer_tokens)
            sql = _sql_of(completion)
        return Draft(
            sql=sql,
            dialect=profile.dialect,
            source=Source.MODEL,
            language_model=model,
            prompt_tokens=completion.usage.prompt_tokens,
            answer_tokens=completion.usage.answer_tokens,
            seconds=time.monotonic() - began,
            prompt_seconds=spoke - began,
        )

    @contextmanager
    def _watched(self, model: str) -> Iterator[None]:
        """Measure a call of `model`, and let its circuit know how it went."""
        began = time.monotonic()
        status = "cancelled"
        try:
            yield
            status = "ok"
            self._circuits[model].worked()
        except LanguageModelError as error:
            status = error.code.value
            if error.code.kind is Kind.OUTAGE:
                self._circuits[model].failed(time.monotonic())
                self._failures[model] = error
            else:
                self._circuits[model].worked()
            raise
        finally:
            self._metrics.ollama_seconds.labels(status).observe(time.monotonic() - began)
            self._metrics.ollama_total.labels(status).inc()

    def _candidates(self) -> tuple[str, ...]:
        """The models whose circuit lets a call through. Raises the last failure if none does."""
        now = time.monotonic()
        able = tuple(model for model in self._models if not self._circuits[model].wait(now))
        if not able:
            wait, model = min(
                (circuit.wait(now), model) for model, circuit in self._circuits.items()
            )
            last = self._failures[model]
            again = f"{last.message} It is tried again in {wait:.0f} seconds."
            raise type(last)(again, retry_after=wait)
        return able


def _sql_of(completion: Completion) -> str:
    """The SQL in a model's answer. Raises NotAboutDataError, NoSqlError."""
    if refused(completion.text):
        raise NotAboutDataError("That does not look like a question about this tournament's data.")
    found = find_statement(completion.text)
    if found is None:
        raise NoSqlError("The language model answered without SQL: try other words.")
    if completion.done_reason == "length" and not found.closed:
        raise NoSqlError("The language model's SQL grew too long: ask for less at once.")
    return found.sql


def _ordinal(place: int) -> str:
    if place == 1:
        return "next"
    teen = 10 <= place % 100 <= 20
    return f"{place}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th')}"
