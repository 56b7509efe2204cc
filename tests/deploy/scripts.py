"""How the tests run the scripts of deploy/backup."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

BACKUP = Path(__file__).parents[2] / "deploy" / "backup"


def run(
    script: str,
    *arguments: Path | str,
    environment: Mapping[str, str] | None = None,
    blocks: int | None = None,
) -> subprocess.CompletedProcess[str]:
    """A script as cron runs it; no file grows beyond `blocks` of 512 bytes, as on a full disk."""
    full = ["sh", "-c", f"trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"", "sh"] if blocks else []
    return subprocess.run(
        [*full, BACKUP / script, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **(environment or {})},
    )


def fill(folder: Path, **files: str) -> Path:
    """A folder with these files and nothing else of ours."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder
