"""Whose account the servers run under, and which folders that account can reach.

An ordinary user runs them as himself, in any folder. Root must not (PostgreSQL refuses), so its
servers run as `nobody`; where nobody cannot go, such as below a root's home, data and copies of
programs live under /var/cache/game-stats-bot instead.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

SHARED = Path("/var/cache/game-stats-bot")
"""Where root's servers keep what their account cannot reach elsewhere; only root may write it."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account; `name` is empty for the one that we run as already."""

    name: str
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Hand `path` to this account."""
        if self.name:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether this account can read `path` and pass every folder above it."""
        if not self.name:
            return True
        whole = path.resolve()
        folders = [*whole.parents, *([whole] if whole.is_dir() else [])]
        passes = all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)
        return passes and bool(whole.stat().st_mode & stat.S_IROTH or whole.is_dir())


def server_account() -> Account:
    """The account for servers: nobody for root, else our own."""
    if os.geteuid() != 0:
        return Account("", os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)


def private_folder(path: Path, account: Account) -> Path:
    """Make `path`, or a stand-in for it that `account` can reach; nobody else can list it."""
    path.mkdir(parents=True, exist_ok=True)
    if not account.name:
        path.chmod(0o700)
        return path
    if not account.reaches(path.parent):
        digest = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]
        path = SHARED / digest
        path.mkdir(parents=True, exist_ok=True)
        SHARED.chmod(0o711)
    path.chmod(0o711)
    return path
