"""What an Ollama server says, read into values: seconds, counts and typed errors.

No I/O: `bot.llm.ollama` does the calls. Facts about the protocol are from Ollama's docs/api.md:
durations come in nanoseconds (here: seconds), and an error may arrive in the middle of a stream
with status 200. Everything from outside is checked here; what is not of the expected shape
raises BadAnswerError.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.llm.errors import (
    BadAnswerError,
    LanguageModelError,
    ModelFailedError,
    ModelMissingError,
    OutOfMemoryError,
    PromptTooLongError,
    RequestError,
    ServerBusyError,
)


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A generation to ask for: `path` is /api/generate or /api/chat, `body` its JSON object."""

    path: str
    body: Mapping[str, Any]

    @property
    def model(self) -> str:
        """The model's name, as the server knows it."""
        return str(self.body["model"])


@dataclass(frozen=True, slots=True)
class Usage:
    """What a generation cost: seconds and tokens; 0 where the server did not say."""

    prompt_tokens: int = 0
    answer_tokens: int = 0
    total_seconds: float = 0.0
    load_seconds: float = 0.0
    prompt_seconds: float = 0.0
    answer_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's answer. `done_reason` is stop, length or load, and "cut" where we had enough."""

    text: str
    usage: Usage
    done_reason: str


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on the server's disk; `size` in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory; sizes in bytes, `expires_at` as the server writes it (RFC 3339)."""

    name: str
    size: int
    size_vram: int
    expires_at: str
    context_length: int


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What /api/show says; `context_length` in tokens, 0 if it is not said."""

    family: str
    parameter_size: str
    quantization: str
    context_length: int
    capabilities: tuple[str, ...]


def same_model(one: str, other: str) -> bool:
    """Whether two names are one model: a name without a tag means its tag `latest`."""
    return _tagged(one) == _tagged(other)


def read_installed(said: Mapping[str, Any]) -> tuple[InstalledModel, ...]:
    """The answer of /api/tags."""
    return tuple(InstalledModel(_name(m), _count(m, "size")) for m in _models(said))


def read_loaded(said: Mapping[str, Any]) -> tuple[LoadedModel, ...]:
    """The answer of /api/ps."""
    return tuple(
        LoadedModel(
            name=_name(model),
            size=_count(model, "size"),
            size_vram=_count(model, "size_vram"),
            expires_at=str(model.get("expires_at", "")),
            context_length=_count(model, "context_length"),
        )
        for model in _models(said)
    )


def read_embeddings(said: Mapping[str, Any], count: int) -> tuple[tuple[float, ...], ...]:
    """The answer of /api/embed: `count` vectors of one length."""
    found = said.get("embeddings")
    if not isinstance(found, list) or len(found) != count:
        raise BadAnswerError("The language model server sent other embeddings than asked for.")
    try:
        vectors = tuple(tuple(float(value) for value in vector) for vector in found)
    except (TypeError, ValueError) as error:
        raise BadAnswerError("The language model server sent no numbers.") from error
    if len({len(vector) for vector in vectors}) > 1 or not all(vectors):
        raise BadAnswerError("The language model server sent embeddings of different lengths.")
    if not all(math.isfinite(value) for vector in vectors for value in vector):
        raise BadAnswerError("The language model server sent embeddings that are no numbers.")
    return vectors


def read_details(said: Mapping[str, Any]) -> ModelDetails:
    """The answer of /api/show."""
    details = read_object(said.get("details") or {})
    info = read_object(said.get("model_info") or {})
    lengths = [key for key in info if key.endswith(".context_length")]
    capabilities = said.get("capabilities")
    return ModelDetails(
        family=str(details.get("family", "")),
        parameter_size=str(details.get("parameter_size", "")),
        quantization=str(details.get("quantization_level", "")),
        context_length=_count(info, lengths[0]) if lengths else 0,
        capabilities=tuple(map(str, capabilities)) if isinstance(capabilities, list) else (),
    )


def read_piece(line: str) -> tuple[str, Completion | None]:
    """The text of one line of a stream; and the Completion (without text) if it is the last."""
    if not line.strip():
        return "", None
    said = read_object(json.loads(line))
    if "error" in said:
        raise _failure(_error_text(said))
    message = said.get("message")
    text = said.get("response") if message is None else read_object(message).get("content")
    if not isinstance(text, str):
        raise BadAnswerError("The language model server sent an answer without text.")
    if said.get("done") is not True:
        return text, None
    usage = Usage(
        prompt_tokens=_count(said, "prompt_eval_count"),
        answer_tokens=_count(said, "eval_count"),
        total_seconds=_count(said, "total_duration") / 1e9,
        load_seconds=_count(said, "load_duration") / 1e9,
        prompt_seconds=_count(said, "prompt_eval_duration") / 1e9,
        answer_seconds=_count(said, "eval_duration") / 1e9,
    )
    return text, Completion("", usage, str(said.get("done_reason", "stop")))


def refuse_truncated(request: ModelRequest, usage: Usage) -> None:
    """Raise PromptTooLongError if the prompt fills the whole context, as one that was cut does.

    Servers that know `truncate: false` say it themselves; older ones cut in silence.
    """
    num_ctx = int(request.body.get("options", {}).get("num_ctx", 0))
    if num_ctx and usage.prompt_tokens >= num_ctx - 1:
        raise too_long(f"{usage.prompt_tokens} tokens, num_ctx {num_ctx}")


def refusal(status: int, body: str) -> LanguageModelError:
    """What an answer with a status other than 200 means."""
    try:
        said = _error_text(read_object(json.loads(body)))
    except (json.JSONDecodeError, BadAnswerError):
        said = ""
    if status == httpx.codes.NOT_FOUND and "model" in said and "not found" in said:
        return ModelMissingError(f"The language model server says: {said}.")
    if status in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS}:
        return ServerBusyError("The language model server takes no more requests for now.")
    if said and (status >= httpx.codes.INTERNAL_SERVER_ERROR or _about_length(said)):
        return _failure(said)
    if said and status == httpx.codes.BAD_REQUEST:
        return RequestError(f"The language model server refused the request: {said[:200]}")
    return BadAnswerError(f"The language model server answered with status {status}.")


def read_object(value: object) -> dict[str, Any]:
    """`value` as a JSON object. Raises BadAnswerError if it is anything else."""
    if not isinstance(value, dict):
        raise BadAnswerError("The language model server sent JSON of an unknown shape.")
    return value


def _failure(said: str) -> LanguageModelError:
    """What the server's own words are about. They are free text, so key words decide."""
    words = said.lower()
    if _about_length(said):
        return too_long(said[:200])
    if any(sign in words for sign in ("out of memory", "more system memory", "cudamalloc")):
        return OutOfMemoryError(f"The model does not fit into the server's memory: {said[:200]}")
    if "busy" in words:
        return ServerBusyError("The language model server takes no more requests for now.")
    return ModelFailedError(f"The language model server failed: {said[:200]}")


def _about_length(said: str) -> bool:
    return "context" in said and "exceed" in said


def too_long(detail: str) -> PromptTooLongError:
    """A prompt that does not fit; `detail` says by how much."""
    return PromptTooLongError(
        f"The prompt does not fit the model's context ({detail}): raise OLLAMA_NUM_CTX."
    )


def _error_text(said: Mapping[str, Any]) -> str:
    error = said.get("error", "")
    return error if isinstance(error, str) else json.dumps(error)


def _models(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = said.get("models")
    if not isinstance(found, list):
        raise BadAnswerError("The language model server sent no list of models.")
    return [read_object(item) for item in found]


def _name(model: Mapping[str, Any]) -> str:
    return str(model.get("name") or model.get("model") or "")


def _count(said: Mapping[str, Any], key: str) -> int:
    value = said.get(key)
    return value if isinstance(value, int) else 0


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"
