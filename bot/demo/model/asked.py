"""Read the requests of the Ollama protocol into values, as strictly as Ollama does.

Field names and defaults are those of Ollama's docs/api.md and docs/modelfile.md. What this adapter
cannot do (images, tools, thoughts, templates, a suffix) is refused by name, never ignored.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEEP_ALIVE = 300.0
"""Ollama's default: seconds that a model stays in memory after its last use."""


class BadRequestError(Exception):
    """The request is malformed, or asks for what is not supported; becomes status 400."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to generate.

    `messages` are role and content, or `raw` is the prompt as it stands; both are empty if the
    model is only to be loaded. `keep_alive` is in seconds, infinite for ever. `options` are
    llama.cpp's; `context` is in tokens, 0 for the default.
    """

    model: str
    chat: bool
    messages: tuple[Mapping[str, str], ...]
    raw: str
    stream: bool
    keep_alive: float
    truncate: bool
    context: int
    options: Mapping[str, Any]


_UNSUPPORTED = ("images", "suffix", "template", "context", "tools", "think")

# Ollama's name and default, llama.cpp's name, the type.
_OPTIONS: tuple[tuple[str, object, str, type], ...] = (
    ("temperature", 0.8, "temperature", float),
    ("top_k", 40, "top_k", int),
    ("top_p", 0.9, "top_p", float),
    ("min_p", 0.0, "min_p", float),
    ("repeat_last_n", 64, "repeat_last_n", int),
    ("repeat_penalty", 1.1, "repeat_penalty", float),
    ("presence_penalty", 0.0, "presence_penalty", float),
    ("frequency_penalty", 0.0, "frequency_penalty", float),
    ("num_predict", -1, "n_predict", int),
    ("num_keep", 4, "n_keep", int),
)


def read_generate(body: object, seed: int | None) -> Asked:
    """The body of /api/generate. Raises BadRequestError."""
    fields = _fields(body)
    prompt = _field(fields, "prompt", str, default="")
    system = _field(fields, "system", str, default="")
    raw = _field(fields, "raw", bool, default=False)
    messages: tuple[Mapping[str, str], ...] = ()
    if prompt and not raw:
        said = [{"role": "system", "content": system}] if system else []
        messages = (*said, {"role": "user", "content": prompt})
    return _asked(fields, seed, chat=False, messages=messages, raw=prompt if raw else "")


def read_chat(body: object, seed: int | None) -> Asked:
    """The body of /api/chat. Raises BadRequestError."""
    fields = _fields(body)
    messages = tuple(_message(item) for item in _field(fields, "messages", list, default=[]))
    return _asked(fields, seed, chat=True, messages=messages, raw="")


def read_model(body: object) -> str:
    """The model that /api/show, /api/pull or /api/embed names. Raises BadRequestError."""
    fields = _fields(body)
    model: str = fields.get("model") or fields.get("name") or ""
    if not isinstance(model, str):
        raise BadRequestError("model must be of type str")
    if not model:
        raise BadRequestError("model is required")
    return model


def seconds(keep_alive: object) -> float:
    """A keep_alive: a number of seconds, or "1h30m"; negative means for ever."""
    if isinstance(keep_alive, bool) or not isinstance(keep_alive, int | float | str):
        raise BadRequestError("invalid keep_alive")
    if isinstance(keep_alive, str):
        keep_alive = _duration(keep_alive)
    return math.inf if keep_alive < 0 else float(keep_alive)


def _duration(text: str) -> float:
    if re.fullmatch(r"-?\d+", text):
        return float(text)
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", text)
    if not parts or "".join(map("".join, parts)) != text.removeprefix("-"):
        raise BadRequestError(f'time: invalid duration "{text}"')
    total = sum(float(number) * units[unit] for number, unit in parts)
    return -total if text.startswith("-") else total


def _asked(
    fields: Mapping[str, Any],
    seed: int | None,
    *,
    chat: bool,
    messages: tuple[Mapping[str, str], ...],
    raw: str,
) -> Asked:
    for name in _UNSUPPORTED:
        if fields.get(name):
            raise BadRequestError(f"the embedded model does not support {name}")
    options = _field(fields, "options", dict, default={})
    return Asked(
        model=read_model(fields),
        chat=chat,
        messages=messages,
        raw=raw,
        stream=_field(fields, "stream", bool, default=True),
        keep_alive=seconds(fields.get("keep_alive", KEEP_ALIVE)),
        truncate=_field(fields, "truncate", bool, default=True),
        context=_option(options, "num_ctx", int, 0),
        options=_llama_options(options, fields.get("format"), seed),
    )


def _llama_options(options: Mapping[str, Any], shape: object, seed: int | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: _option(options, key, kind, default) for key, default, name, kind in _OPTIONS
    }
    chosen = _option(options, "seed", int, seed)
    if chosen is not None:
        found["seed"] = chosen
    stop = options.get("stop", [])
    if isinstance(stop, str):
        stop = [stop]
    if not isinstance(stop, list) or not all(isinstance(word, str) for word in stop):
        raise BadRequestError('option "stop" must be of type array')
    found["stop"] = stop
    if shape == "json":
        found["json_schema"] = {"type": "object"}
    elif isinstance(shape, dict):
        found["json_schema"] = shape
    elif shape not in (None, ""):
        raise BadRequestError('invalid format: expected "json" or a JSON schema')
    return found


def _fields(body: object) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise BadRequestError("the body must be a JSON object")
    return body


def _field(fields: Mapping[str, Any], name: str, kind: type, *, default: Any) -> Any:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise BadRequestError(f"{name} must be of type {kind.__name__}")
    return value


def _option(options: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = options.get(name)
    if value is None:
        return default
    wanted: tuple[type, ...] = (int, float) if kind is float else (kind,)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise BadRequestError(f'option "{name}" must be of type {kind.__name__}')
    return value


def _message(item: object) -> Mapping[str, str]:
    fields = _fields(item)
    role = _field(fields, "role", str, default="")
    if role not in {"system", "user", "assistant"}:
        raise BadRequestError(f'invalid role "{role}"')
    for name in ("images", "tool_calls"):
        if fields.get(name):
            raise BadRequestError(f"the embedded model does not support {name}")
    return {"role": role, "content": _field(fields, "content", str, default="")}
