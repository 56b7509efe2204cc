"""A program of the demo's on a leash, with its output in a log file."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bot.demo.leash import leash_command


@contextlib.asynccontextmanager
async def child(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `command` until the block is left; it ends with us, however we end."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *leash_command(command),
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **environment},
        )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
