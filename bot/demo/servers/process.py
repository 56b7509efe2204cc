"""One server process on a leash: start it, wait until it is ready, stop it."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.demo.leash import GRACE, leash_command
from bot.demo.servers.account import Account
from bot.demo.servers.errors import StartFailedError

READY_SECONDS = 30.0
"""How long a server may take to be ready; recovery after a crash is within it."""

_LOG_TAIL = 2_000  # characters shown when a start fails


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started. `log` is the file that it writes to."""

    name: str
    leash: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    account: Account,
    lock: int,
    stop: signal.Signals,
) -> Server:
    """Start a server. It holds the open file `lock`, so that the lock lasts as long as it does."""
    arguments = leash_command(command, stop=stop, user=account.name, keep=(lock,))
    with log.open("wb") as output:
        leash = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            pass_fds=(lock,),
        )
    return Server(Path(command[0]).name, leash, log)


def wait_ready(server: Server, ready: Callable[[], bool]) -> None:
    """Return once `ready` says so. Raises StartFailedError if the server ends or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while not ready():
        if server.leash.poll() is not None:
            raise _failed(server, "ended while starting")
        if time.monotonic() > deadline:
            raise _failed(server, f"was not ready within {READY_SECONDS:.0f} s")
        time.sleep(0.01)


def _failed(server: Server, what: str) -> StartFailedError:
    home = server.log.parent
    way_out = f"If nothing in {home} is of value, delete it and start again."
    message = f"{server.name} {what}. {way_out} The end of its log:"
    return StartFailedError(message, tail(server.log))


def end(server: Server) -> None:
    """Let go of the leash and wait until the server is gone."""
    assert server.leash.stdin is not None
    server.leash.stdin.close()
    try:
        server.leash.wait(GRACE + 5)
    except subprocess.TimeoutExpired:  # a leash that is itself stopped or traced
        server.leash.kill()
        server.leash.wait()


def tail(log: Path) -> str:
    """The end of a log, for a person."""
    return log.read_text(errors="replace")[-_LOG_TAIL:].strip()
