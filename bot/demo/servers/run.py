"""Both servers together: one lock on the folder, one password, one way in and out.

The servers inherit the open lock file. So the lock is free exactly when no server of an earlier
run is left, even if that run was killed, and whoever holds it may start on the same data.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.demo.servers.account import private_folder, server_account
from bot.demo.servers.errors import AlreadyRunningError, StartFailedError
from bot.demo.servers.postgres import SUPERUSER, make_data, start_postgres, wait_postgres
from bot.demo.servers.process import Server, end
from bot.demo.servers.programs import find_programs
from bot.demo.servers.valkey import start_valkey, wait_valkey

LOCK_SECONDS = 15.0
"""How long to wait for the servers of an earlier run to end; more than a leash's grace."""

_T = TypeVar("_T")

_TRIES = 3  # a port that was free may be taken before the server has it


@dataclass(frozen=True, slots=True)
class Servers:
    """Two running servers. `folder` holds their data; each role has a password of its own."""

    folder: Path
    postgres_port: int
    redis_url: str
    secret: bytes = field(repr=False)

    def password(self, role: str) -> str:
        """The password of a PostgreSQL role; the superuser has its own already."""
        return _password(self.secret, f"postgres:{role}")

    def postgres_url(self, database: str, role: str = SUPERUSER) -> str:
        """A URL for asyncpg; neither the role nor the database is made here."""
        place = f"127.0.0.1:{self.postgres_port}"
        return f"postgresql://{role}:{self.password(role)}@{place}/{database}"


@contextlib.contextmanager
def start_servers(folder: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Start both servers on the data in `folder`; stop them at the end.

    `durable=False` is for tests: faster, and a crash of the machine loses the data.
    Raises ServersError (NotInstalledError, AlreadyRunningError, StartFailedError).
    """
    with contextlib.ExitStack() as stack:
        try:
            running = _start(stack, folder, durable=durable)
        except OSError as error:
            raise StartFailedError(
                f"The servers cannot keep their data in {folder}: {error}. Name another folder."
            ) from error
        yield running


def _start(stack: contextlib.ExitStack, folder: Path, *, durable: bool) -> Servers:
    account = server_account()
    programs = find_programs(account)
    home = private_folder(folder, account)
    lock = stack.enter_context(_locked(home / "lock"))
    secret = _secret(home / "secret")
    make_data(home, programs, account, lock, _password(secret, f"postgres:{SUPERUSER}"))

    def postgres() -> int:
        server, port = start_postgres(home, programs, account, lock, durable=durable)
        with _kept(server, stack):
            wait_postgres(server, home)
        return port

    def valkey() -> str:
        word = _password(secret, "valkey")
        server, port = start_valkey(home, programs, account, lock, password=word)
        url = f"redis://:{word}@127.0.0.1:{port}/0"
        with _kept(server, stack):
            wait_valkey(server, url)
        return url

    return Servers(home, _retried(postgres), _retried(valkey), secret)


@contextlib.contextmanager
def _kept(server: Server, stack: contextlib.ExitStack) -> Iterator[None]:
    """End `server` with the stack, or at once if the body fails."""
    try:
        yield
    except BaseException:
        end(server)
        raise
    stack.callback(end, server)


def _retried(begin: Callable[[], _T]) -> _T:
    """Begin again, on another port, when the port was taken meanwhile."""
    for _ in range(_TRIES - 1):
        try:
            return begin()
        except StartFailedError as failure:
            if "already in use" not in failure.log:
                raise
    return begin()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Hold the lock file open and give its descriptor; the file says who holds it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _lock(lock):
            if time.monotonic() > deadline:
                holder = os.pread(lock, 32, 0).decode() or "unknown"
                raise AlreadyRunningError(
                    f"Another demo is running in {path.parent} (process {holder}). Stop it first."
                )
            time.sleep(0.1)
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield lock
    finally:
        os.close(lock)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _secret(path: Path) -> bytes:
    """The folder's secret, made once; only we can read it."""
    if not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        part.rename(path)
    return path.read_bytes()


def _password(secret: bytes, purpose: str) -> str:
    return hmac.new(secret, purpose.encode(), hashlib.sha256).hexdigest()[:32]
