"""`make bench`: prints what it measured, on which machine, and the ratio to its reference.

Event to ack, mention to posted answer (a cached question), resident memory: beside a bare Bolt
echo. The guard's time and the fence's cost: `tests.bench.guards` and `tests.bench.fences`.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import httpx
from slack_sdk.signature import SignatureVerifier

from bot.demo.sample import SampleSpec, open_sample
from bot.demo.servers import Servers, start_servers
from bot.demo.servers.databases import ensure_database
from bot.semantic import load
from bot.store import migrate, open_store
from tests.bench.fences import bench_sizes
from tests.bench.guards import bench_guards
from tests.bench.measure import Times, compare, times
from tests.bench.programs import Program, running
from tests.plugins.house import MODEL as SCRIPTED
from tests.plugins.house import scripted_ollama

MODEL = Path("bot/semantic/game_stats.yml")
ROUNDS = 100
QUESTION = "@Game Stats list the first five teams"
SQL = "SELECT name, division FROM teams ORDER BY name LIMIT 5"


def main() -> None:
    """Measure everything."""
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} processors, ", end="")
    print(f"{platform.system()} {platform.release()}, Python {platform.python_version()}")
    bench_guards(sys.argv[2] if sys.argv[1:2] == ["--postgres-mcp"] else "")
    with tempfile.TemporaryDirectory(prefix="gsb-bench-") as folder:
        Path(folder).chmod(0o755)
        with start_servers(Path(folder) / "data") as servers:
            bench_sizes(servers, load(MODEL), (3, 100))
            asyncio.run(bench_slack(servers, Path(folder)))


async def bench_slack(servers: Servers, folder: Path) -> None:
    """The bot and the echo, one after the other, on the same machine."""
    async with scripted_ollama() as ollama:
        ollama.answers["list the first five"] = SQL
        await bench_bot(servers, folder, ollama.url)


async def bench_bot(servers: Servers, folder: Path, ollama: str) -> None:
    """Both programs, and the comparison."""
    sample = await open_sample(servers, SampleSpec(), load(MODEL))
    bot_url = await ensure_database(servers, "bench_bot")
    await migrate(bot_url)
    environment = {
        "DATABASE_URL": sample.reader_url,
        "BOT_DATABASE_URL": bot_url,
        "REDIS_URL": servers.redis_url,
        "OLLAMA_BASE_URL": ollama,
        "OLLAMA_MODEL": SCRIPTED,
        "RATE_LIMIT": "1000000/hour",
    }
    async with running("bare echo", ["-m", "tests.bench.echo"], {}, folder / "echo.log") as echo:
        echo_ack, echo_answer, echo_memory = await measure(echo, "")
    command = ["-m", "bot.cli", "serve"]
    async with running("bot", command, environment, folder / "bot.log") as bot:
        async with open_store(bot_url, servers.redis_url) as store:
            team, channel = bot.workspace.state.team, bot.workspace.channel("general").id
            await store.bindings.bind(team, channel, (sample.events[0].id,), "U1")
        ack, answer, memory = await measure(bot, "table")
    compare("Event to ack (signed HTTP)", ack, echo_ack)
    compare("Mention to posted answer (cached question)", answer, echo_answer)
    print("Resident memory")
    print(
        f"  bot {memory:.0f} MiB, bare echo {echo_memory:.0f} MiB, ratio {memory / echo_memory:.2f}"
    )


async def measure(program: Program, wanted: str) -> tuple[Times, Times, float]:
    """Acks of signed events, then answers to mentions, then memory."""
    answers = await answer_seconds(program, wanted)
    acks = await ack_seconds(program)
    return times(program.name, acks), times(program.name, answers), program.resident()


async def answer_seconds(program: Program, wanted: str) -> list[float]:
    """Seconds from a mention to the reply that holds a block of type `wanted` (or any reply)."""
    taken = []
    workspace = program.workspace

    def answered(ts: str) -> bool:
        replies = workspace.replies("general", ts)
        kinds = {block["type"] for reply in replies for block in reply.get("blocks", ())}
        return bool(replies) and (not wanted or wanted in kinds)

    for _ in range(ROUNDS + 5):
        start = time.perf_counter()
        ts = workspace.post("maya", "general", QUESTION)
        await workspace.until(lambda ts=ts: answered(ts), timeout=30)
        taken.append(time.perf_counter() - start)
    return taken[5:]


async def ack_seconds(program: Program) -> list[float]:
    """Seconds that a signed app_mention waits for its 200."""
    workspace, taken = program.workspace, []
    signer = SignatureVerifier(workspace.signing_secret)
    async with httpx.AsyncClient() as client:
        for number in range(ROUNDS + 5):
            event = {
                "type": "app_mention",
                "user": workspace.person("maya"),
                "text": f"<@{workspace.bot_user}> list the first five teams",
                "ts": f"{time.time():.6f}",
                "channel": workspace.channel("general").id,
                "event_ts": f"{time.time():.6f}",
            }
            body = json.dumps(
                {
                    "type": "event_callback",
                    "team_id": workspace.state.team,
                    "api_app_id": workspace.state.app,
                    "event": event,
                    "event_id": f"Ev{number:08d}",
                    "event_time": int(time.time()),
                    "authorizations": [],
                }
            )
            now = str(int(time.time()))
            headers = {
                "content-type": "application/json",
                "x-slack-request-timestamp": now,
                "x-slack-signature": signer.generate_signature(timestamp=now, body=body) or "",
            }
            start = time.perf_counter()
            answer = await client.post(program.url, content=body, headers=headers)
            taken.append(time.perf_counter() - start)
            assert answer.status_code == 200, answer.text
            # The answer to the last one must not be measured as part of the next.
            await asyncio.sleep(0.05)
    return taken[5:]


if __name__ == "__main__":
    main()
