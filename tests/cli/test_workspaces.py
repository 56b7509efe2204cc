"""`workspaces` on real servers: a key, who is there, sealing anew, removing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.distribution import PREFIX
from bot.store import Installation, Installations, Keys, open_store
from tests.cli.test_cli import run


async def test_a_key_is_made_used_changed_and_a_workspace_removed(
    fresh_database: Callable[[], Awaitable[str]], redis_url: str
) -> None:
    """The whole life of a key, as docs/slack.md tells it."""
    own = await fresh_database()

    async def said(*words: str, keys: str = "", code: int = 0) -> str:
        environment = {"BOT_DATABASE_URL": own, "REDIS_URL": redis_url, "TOKEN_KEY": keys}
        ended, out, errors = await run("workspaces", *words, environment=environment)
        assert ended == code, errors
        return (out + errors).strip()

    old, new = await said("new-key"), await said("new-key")
    assert old != new
    assert "new-key" in await said("list", code=2)
    async with open_store(own, redis_url) as store:
        table = Installations(store.database, store.redis, PREFIX, Keys(old))
        await table.put(Installation("T1", "Desk", "A1", "U1", "B1", "xoxb-1", "U2"))
    assert "cannot be read" in await said("list", keys=new, code=1)
    assert await said("seal-anew", keys=f"{new},{old}") == "1 sealed anew."
    assert await said("list", keys=new) == "T1"
    assert await said("remove", "T1", "--yes", keys=new) == "Deleted."
    assert await said("list", keys=new) == ""
