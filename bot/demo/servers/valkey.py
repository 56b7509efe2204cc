"""The embedded Valkey: write its settings, start it, know when it is ready.

It listens on loopback only and asks for a password. Every write is in an append-only file, synced
once a second, since the queue of questions lives here. When memory is full only keys that would
expire anyway make room; the queue's have no expiry.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import redis

from bot.demo.servers.account import Account
from bot.demo.servers.process import Server, free_port, start, wait_ready
from bot.demo.servers.programs import Programs


def start_valkey(
    home: Path, programs: Programs, account: Account, lock: int, *, password: str
) -> tuple[Server, int]:
    """Start on the data folder in `home` and give the port; does not wait until it is ready."""
    data, port = home / "valkey", free_port()
    data.mkdir(mode=0o700, exist_ok=True)
    account.owns(data)
    settings = {
        "bind": "127.0.0.1",
        "port": port,
        "requirepass": password,
        "dir": json.dumps(str(data), ensure_ascii=False),  # quoted as Valkey reads it
        "appendonly": "yes",
        "save": '""',
        "maxmemory": "256mb",
        "maxmemory-policy": "volatile-ttl",
    }
    # A file, because anyone on the machine can read a command line.
    config = home / "valkey.conf"
    with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{name} {value}\n" for name, value in settings.items())
    account.owns(config)
    command = [programs.valkey, config]
    log = home / "valkey.log"
    return start(command, log=log, account=account, lock=lock, stop=signal.SIGTERM), port


def wait_valkey(server: Server, url: str) -> None:
    """Return once Valkey at `url` answers. Raises StartFailedError."""

    def answers() -> bool:
        try:
            with redis.Redis.from_url(url, socket_timeout=1, retry=None) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    wait_ready(server, answers)
