"""What an operator sees of the language models: reachable, installed, loaded, circuits, queue."""

from __future__ import annotations

from dataclasses import dataclass

from bot.llm.circuit import CircuitState
from bot.llm.protocol import InstalledModel, LoadedModel


@dataclass(frozen=True, slots=True)
class ConfiguredModel:
    """A model that the router may ask, in its order; `address` is empty on the first server.

    `reachable` is whether its server answers.
    """

    name: str
    circuit: CircuitState
    installed: bool
    loaded: bool
    address: str = ""
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """`address`, `reachable`, `version`, `installed` and `loaded` are the first server's.

    `answers` is the model that the next question goes to, empty if none can take it.

    `problem` is a sentence for people, empty if there is none.
    """

    address: str
    reachable: bool
    version: str
    installed: tuple[InstalledModel, ...]
    loaded: tuple[LoadedModel, ...]
    models: tuple[ConfiguredModel, ...]
    running: int
    waiting: int
    warming: bool
    answers: str
    problem: str
