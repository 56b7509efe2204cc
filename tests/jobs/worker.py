"""A worker process for tests: `python worker.py REDIS_URL NAME LEASE`, ended by any signal.

Its job "sleep" notes `began:NAME:attempt` and `ended:NAME` in the list `log` around a sleep.
"""

import asyncio
import signal
import sys

from redis.asyncio import Redis

from bot.jobs import Job, Pace, open_jobs


async def main(url: str, name: str, lease: float) -> None:
    """Work until SIGTERM."""
    pace = Pace(lease=lease, grace=0.2, backoff=0.1)
    async with Redis.from_url(url) as redis, open_jobs(url, pace) as jobs:

        async def sleep(job: Job) -> None:
            await redis.rpush("log", f"began:{name}:{job.attempt}")
            await asyncio.sleep(float(str(job.payload["seconds"])))
            await redis.rpush("log", f"ended:{name}")

        jobs.register("sleep", sleep)
        work = asyncio.create_task(jobs.work())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
        await asyncio.wait({work})


asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
