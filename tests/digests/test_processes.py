"""Several processes with one schedule: real ones, on the same servers."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.settings import Settings
from tests.digests.conftest import Stage

ROOT = Path(__file__).parents[2]

TICKING = """
import asyncio, sys
from datetime import datetime
from bot.app import open_app, read_settings

async def main():
    async with open_app(read_settings()) as app:
        print("ready", flush=True)
        sys.stdin.readline()
        while True:
            print(await app.digests.put_due(datetime.fromisoformat(sys.argv[1])), flush=True)

asyncio.run(main())
"""


async def ticking(settings: Settings, now: datetime) -> asyncio.subprocess.Process:
    """A process that will look what is due at `now` without a pause, once it is told to."""
    secrets = {
        name: value.get_secret_value()
        for name in ("database_url", "bot_database_url", "redis_url")
        if (value := getattr(settings, name)) is not None
    }
    environment = {
        **os.environ,
        **{name.upper(): value for name, value in secrets.items()},
        "OLLAMA_BASE_URL": settings.ollama_base_url,
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-c", TICKING, now.isoformat())
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=pipe, stdout=pipe
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def test_processes_that_tick_at_once_and_are_killed(stage: Stage) -> None:
    """Two look at the same moment, again and again, until they are killed: one message."""
    await stage.say("every hour")
    later = stage.clock.now + timedelta(hours=1)
    processes = [await ticking(stage.house.app.settings, later) for _ in range(2)]
    try:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        for process in processes:
            assert process.stdout is not None
            for _ in range(5):
                assert await process.stdout.readline()
    finally:
        for process in processes:
            process.kill()
            await process.wait()
    await stage.idle()
    assert len(stage.posts()) == 1
    assert await stage.digests.put_due(later) == 0
