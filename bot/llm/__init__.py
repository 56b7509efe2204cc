"""Language models on an Ollama server: draft SQL for a question.

`ModelRouter.draft` is the way in; `open_ollama` makes the client that it calls. How models want to
be asked is in `profiles`, every way to fail in `errors`. Nothing here judges SQL.
"""

from bot.llm.circuit import CircuitState
from bot.llm.errors import LanguageModelError
from bot.llm.extract import REFUSAL as NOT_ABOUT_DATA
from bot.llm.ollama import Kept, OllamaClient, open_ollama
from bot.llm.profiles import Options, Prompt, profile_for, prompt_version
from bot.llm.pulling import Pulled
from bot.llm.router import ModelRouter, RouterOptions
from bot.llm.routes import Route, listed, read_routes
from bot.llm.status import ModelStatus

__all__ = [
    "NOT_ABOUT_DATA",
    "CircuitState",
    "Kept",
    "LanguageModelError",
    "ModelRouter",
    "ModelStatus",
    "OllamaClient",
    "Options",
    "Prompt",
    "Pulled",
    "Route",
    "RouterOptions",
    "listed",
    "open_ollama",
    "profile_for",
    "prompt_version",
    "read_routes",
]
