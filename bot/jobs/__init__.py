"""The durable queue: a job that was put is done, once, whatever dies meanwhile.

    async with open_jobs(redis_url) as jobs:
        jobs.register("answer", handler)
        await jobs.put("answer", {"text": "…"}, id="slack:T1:C1:1700000000.000100")
        await jobs.work()        # until cancelled

Redis Streams directly; docs/decisions.md says why not through taskiq.
"""

from bot.jobs.jobs import Handler, Job, Jobs, Later, Pace, open_jobs

__all__ = ["Handler", "Job", "Jobs", "Later", "Pace", "open_jobs"]
