"""Replays the Dockerfile without an engine: `python -m tests.deploy.replay`, as root, on Debian.

Each stage becomes a folder that begins as a clean Debian of the base image's release, made with
debootstrap; COPY copies, RUN runs inside it. What comes out must then behave as images do: started
as its own user it refuses to run without settings, is healthy by its own check while no server
answers, and ends on SIGTERM. Takes some minutes, so it is not a test; docs/operations.md
has its output.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bot.demo.servers.process import free_port
from tests.deploy.programs import debian

ROOT = Path(__file__).parents[2]
RELEASE = "trixie"  # what python:3.13-slim is made from, and whose python3 is 3.13
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "PIP_INDEX_URL")
"""What a machine may need to reach its package index."""

BUILD = """
root=$1; shift
mount -t proc proc "$root/proc"
exec /usr/sbin/chroot --userspec="$0:$0" "$root" "$@"
"""
"""Runs a program inside: $0 is the user, $1 the folder, the rest the program's words. Programs find
their libraries through /proc."""

SEALED = """
set -e
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
for free in tmp data; do mount -t tmpfs -o mode=1777 tmpfs "$1/$free"; done
"""
"""Before that: the read-only file system of the manifests, with their two folders to write in."""


@dataclass
class Stage:
    """A stage of the Dockerfile, as a folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    check: list[str] = field(default_factory=list)
    sealed: bool = False

    def start(self, words: list[str], **environment: str) -> subprocess.Popen[str]:
        """Start a program inside, as the stage's user."""
        passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        path = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin", "HOME": "/tmp"}
        script = SEALED + BUILD if self.sealed else BUILD
        return subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", script, self.user, self.folder, *words],
            env=passed | path | self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, words: list[str], **environment: str) -> tuple[int, str]:
        """Run a program inside: its exit code and what it said."""
        process = self.start(words, **environment)
        said, _ = process.communicate()
        return process.returncode, said


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, in order."""
    lines = [
        line
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines()]


def copy(source: Path, target: Path) -> None:
    """Copy a file or folder as COPY does, without what .dockerignore names."""
    ignored = [line.removeprefix("**/") for line in (ROOT / ".dockerignore").read_text().split()]
    if source.is_dir():
        shutil.copytree(
            source,
            target,
            symlinks=True,
            dirs_exist_ok=True,
            ignore=lambda _folder, names: (
                [name for name in names if any(fnmatch.fnmatch(name, each) for each in ignored)]
                if source.is_relative_to(ROOT)
                else []
            ),
        )
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def clean_root(folder: Path) -> None:
    """A Debian with Python and nothing else, as the base image has it."""
    program = debian("debootstrap") / "usr"
    subprocess.run(
        [
            program / "sbin" / "debootstrap",
            "--variant=minbase",
            "--include=python3,python3-venv,ca-certificates",
            RELEASE,
            folder,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "DEBOOTSTRAP_DIR": str(program / "share" / "debootstrap")},
    )
    (folder / "usr" / "local" / "bin" / "python").symlink_to("/usr/bin/python3")
    # This machine's certificates, for an index behind a proxy of its own.
    shutil.copy2("/etc/ssl/certs/ca-certificates.crt", folder / "etc" / "ssl" / "certs")
    shutil.copy2("/etc/resolv.conf", folder / "etc" / "resolv.conf")


def replay(work: Path) -> list[Stage]:
    """All stages, built."""
    base = work / "debian"
    say(f"Making a clean Debian ({RELEASE}) …")
    clean_root(base)
    stages: dict[str, Stage] = {}
    for number, (word, rest) in enumerate(instructions()):
        say(f"{word} {' '.join(rest.split())[:90]}")
        if word == "FROM":
            source, _, name = rest.partition(" AS ")
            stage = Stage(work / f"stage{number}")
            if before := stages.get(source):
                stage.environment = dict(before.environment)
                stage.workdir = before.workdir
            origin = before.folder if before else base
            subprocess.run(["cp", "-a", "--reflink=auto", origin, stage.folder], check=True)
            stages[name or "final"] = stage
        else:
            follow(stage, stages, word, rest)
    return [stage for stage in stages.values() if stage.entrypoint]


def follow(stage: Stage, stages: dict[str, Stage], word: str, rest: str) -> None:
    """Do one instruction inside a stage."""
    match word:
        case "RUN":
            code, said = stage.run(["sh", "-c", f"cd {stage.workdir} && {rest}"])
            if code:
                raise SystemExit(f"RUN failed:\n{said}")
        case "COPY":
            copy_in(stage, stages, shlex.split(rest))
        case "WORKDIR":
            stage.workdir = rest
            (stage.folder / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "ENV":
            set_environment(stage, shlex.split(rest))
        case _:
            describe(stage, word, rest)


def copy_in(stage: Stage, stages: dict[str, Stage], words: list[str]) -> None:
    """COPY, from the project or from another stage."""
    *sources, target = words
    origin = ROOT
    if sources[0].startswith("--from="):
        origin = stages[sources.pop(0).removeprefix("--from=")].folder
    place = stage.folder / str(Path(stage.workdir, target)).lstrip("/")
    for source in sources:
        found = origin / source.lstrip("/")
        copy(found, place / found.name if target.endswith("/") and found.is_file() else place)


def set_environment(stage: Stage, pairs: list[str]) -> None:
    """ENV, for this stage and those that begin from it."""
    for pair in pairs:
        name, _, value = pair.partition("=")
        old = stage.environment.get("PATH", "/usr/local/bin:/usr/bin:/bin")
        stage.environment[name] = value.replace("$PATH", old)


def describe(stage: Stage, word: str, rest: str) -> None:
    """What an image says of how it is started."""
    match word:
        case "USER":
            stage.user = rest
        case "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        case "CMD":
            stage.command = json.loads(rest)
        case "HEALTHCHECK":
            stage.check = json.loads(rest.partition("CMD ")[2])
        case "LABEL" | "EXPOSE":
            pass
        case _:
            raise SystemExit(f"{word} is not known here.")


def prove_bot(stage: Stage) -> None:
    """Started without settings it says so; with servers that are down it is healthy and stops."""
    code, said = stage.run([*stage.entrypoint, *stage.command])
    say(f"without settings: exit {code}, {said.strip()!r}")
    assert code == 2
    settings = {
        "DATABASE_URL": "postgresql://reader:r@127.0.0.1:1/none",
        "BOT_DATABASE_URL": "postgresql://bot:b@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "HTTP_PORT": "8080",
    }
    process = stage.start([*stage.entrypoint, *stage.command], **settings)
    until(process, lambda: stage.run(stage.check)[0] == 0, "healthy by its own check")
    process.terminate()
    code = process.wait(60)
    say(f"stopped by SIGTERM: exit {code}")
    assert code == 0


def prove_demo(stage: Stage) -> None:
    """The demo's page is up, as the image's user, with a home of its own."""
    port = free_port()
    command = [*stage.entrypoint[:-1], "python", "-m", "bot.demo", "--port", str(port)]
    process = stage.start(command, HOME="/data")

    def shown() -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=3) as page:
            return bool(page.status == 200)

    until(process, shown, "the demo's page is up")
    process.terminate()
    say(f"stopped by SIGTERM: exit {process.wait(60)}")


def until(process: subprocess.Popen[str], well: Callable[[], bool], words: str) -> None:
    """Wait for `well()` for two minutes, while the process lives."""
    began = time.monotonic()
    while time.monotonic() - began < 120:
        if process.poll() is not None:
            raise SystemExit(f"It ended with {process.returncode}:\n{process.communicate()[0]}")
        try:
            if well():
                say(f"{words} after {time.monotonic() - began:.1f} s")
                return
        except OSError:
            pass
        time.sleep(0.5)
    process.kill()
    raise SystemExit(f"In two minutes not {words}.")


def say(words: str) -> None:
    """Show a line with the time."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


def main() -> None:
    """Replay in a folder that goes away."""
    with tempfile.TemporaryDirectory(prefix="gsb-replay-") as name:
        work = Path(name)
        work.chmod(0o755)
        for stage in replay(work):
            (stage.folder / "data").mkdir()
            stage.sealed = True
            if stage.check:
                prove_bot(stage)
            else:
                prove_demo(stage)
    say("The Dockerfile's steps work.")


if __name__ == "__main__":
    main()
