"""The embedded PostgreSQL: make its data folder once, start it, know when it is ready.

It listens on loopback only, without a socket file, and asks for SCRAM passwords, because others may
be on the machine. Ready is what PostgreSQL writes into postmaster.pid, the file that its own
pg_ctl reads (https://www.postgresql.org/docs/18/storage-file-layout.html).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from bot.demo.servers.account import Account
from bot.demo.servers.errors import StartFailedError
from bot.demo.servers.process import Server, free_port, start, wait_ready
from bot.demo.servers.programs import Programs

SUPERUSER = "postgres"


def make_data(home: Path, programs: Programs, account: Account, lock: int, password: str) -> None:
    """Make the data folder in `home` unless it is there. Raises StartFailedError."""
    data = home / "postgres"
    if data.is_dir():
        return
    part, secret = home / "postgres.part", home / "initdb.secret"
    shutil.rmtree(part, ignore_errors=True)  # an earlier start that was killed half-way
    part.mkdir(mode=0o700)
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(password)
    account.owns(part)
    account.owns(secret)
    command = [programs.initdb, "-D", part, "-U", SUPERUSER, f"--pwfile={secret}"]
    # C.UTF-8 sorts the same on every machine and knows letters beyond ASCII.
    options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    other = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.name else {}
    done = subprocess.run(  # type: ignore[call-overload]
        [*command, *options, *locale],
        check=False,
        capture_output=True,
        text=True,
        cwd="/",
        pass_fds=(lock,),  # whoever comes next waits until it is done, should we be killed
        **other,
    )
    secret.unlink()
    if done.returncode != 0:
        raise StartFailedError("PostgreSQL could not make its data folder.", done.stderr[-2_000:])
    part.rename(data)


def start_postgres(
    home: Path, programs: Programs, account: Account, lock: int, *, durable: bool
) -> tuple[Server, int]:
    """Start on the data folder in `home` and give the port; does not wait until it is ready."""
    data, port = home / "postgres", free_port()
    # Whoever holds the lock knows that no server is left, so this file can only be stale; its
    # process id may by now be another program's.
    (data / "postmaster.pid").unlink(missing_ok=True)
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "max_connections": 100,
        "shared_buffers": "64MB",
        "fsync": durable,
        "synchronous_commit": durable,
        "full_page_writes": durable,
        # No replica will ever follow, and minimal logging makes bulk loads faster.
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": False,
    }
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    command: list[str | Path] = [programs.postgres, "-D", data, *settings]
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    log = home / "postgres.log"
    return start(command, log=log, account=account, lock=lock, stop=signal.SIGINT), port


def wait_postgres(server: Server, home: Path) -> None:
    """Return once PostgreSQL takes connections. Raises StartFailedError."""
    wait_ready(server, lambda: _is_ready(home / "postgres" / "postmaster.pid"))


def _is_ready(pid_file: Path) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"
