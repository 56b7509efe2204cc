"""Read the head of a GGUF file: what model it holds.

The layout is that of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: a magic word, three
numbers, then key-value pairs, of which those about the tokenizer come last and are not read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.demo.model.errors import WeightsError

_NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_TEXT, _ARRAY = 8, 9
_MOST_TEXT = 1 << 20  # bytes; nothing before the tokenizer is nearly as long

# general.file_type, from llama.cpp's llama_ftype; the common ones.
_QUANTIZATIONS = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 32: "BF16",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A GGUF file. `size` in bytes, `context` in tokens (what the model was trained for)."""

    path: Path
    size: int
    architecture: str
    parameters: str
    quantization: str
    context: int
    name: str


def read_model_file(path: Path) -> ModelFile:
    """What `path` holds. Raises WeightsError if it is missing or no GGUF file."""
    try:
        with path.open("rb") as file:
            pairs = _pairs(file)
            size = path.stat().st_size
    except FileNotFoundError as error:
        raise WeightsError(f"There is no model file {path}.") from error
    except OSError as error:
        raise WeightsError(f"The model file {path} cannot be read: {error.strerror}.") from error
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise WeightsError(f"{path} is not a GGUF model file, or it is damaged.") from error
    architecture = str(pairs.get("general.architecture", "unknown"))
    context = pairs.get(f"{architecture}.context_length", 0)
    kind = pairs.get("general.file_type", -1)
    return ModelFile(
        path=path,
        size=size,
        architecture=architecture,
        parameters=str(pairs.get("general.size_label", "")),
        quantization=_QUANTIZATIONS.get(kind, "unknown") if isinstance(kind, int) else "unknown",
        context=context if isinstance(context, int) else 0,
        name=str(pairs.get("general.name", "")),
    )


def _pairs(file: BinaryIO) -> dict[str, object]:
    magic, version, _tensors, count = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF" or version not in {2, 3}:
        raise ValueError("not GGUF")
    found: dict[str, object] = {}
    for _ in range(count):
        key = _text(file)
        if key.startswith("tokenizer."):
            break
        found[key] = _value(file, _number(file, "I"))
    return found


def _value(file: BinaryIO, kind: int) -> object:
    if kind == _TEXT:
        return _text(file)
    if kind == _ARRAY:
        inner, length = _number(file, "I"), _number(file, "Q")
        return [_value(file, inner) for _ in range(length)]
    if kind not in _NUMBERS:
        raise ValueError("unknown kind of value")
    return struct.unpack(f"<{_NUMBERS[kind]}", file.read(struct.calcsize(_NUMBERS[kind])))[0]


def _number(file: BinaryIO, code: str) -> int:
    return int(struct.unpack(f"<{code}", file.read(struct.calcsize(code)))[0])


def _text(file: BinaryIO) -> str:
    length = _number(file, "Q")
    if length > _MOST_TEXT:
        raise ValueError("text too long")
    raw = file.read(length)
    if len(raw) < length:
        raise ValueError("the file ends too early")
    return raw.decode()
