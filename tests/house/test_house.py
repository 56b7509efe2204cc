"""The bot as a process, in the local workspace, on real servers, checked against Slack's types.

Only the language model's words are written here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import psutil

from bot.demo.child import child
from bot.demo.servers.process import free_port
from tests.plugins.house import MODEL
from tests.plugins.office import Office


async def test_a_mention_is_answered_with_sql_csv_and_state(office: Office) -> None:
    """A table in the thread; SQL for who clicks, CSV for the thread, the model's state."""
    workspace = office.workspace
    async with office.bot():
        ts = workspace.post("sam", "spring-classic", "@Game Stats the first three teams?")
        reply = await office.reply("spring-classic", ts, "Ask again")
        assert {"data_table", "context", "actions"} <= {each["type"] for each in reply["blocks"]}
        assert "Spring Classic" in str(reply["blocks"])
        assert MODEL in str(reply["blocks"])
        actions = next(each for each in reply["blocks"] if each["type"] == "actions")
        buttons = [each for each in actions["elements"] if each["type"] == "button"]
        names = {each["text"]["text"]: each["action_id"] for each in buttons}
        await workspace.click("sam", "spring-classic", reply, names["Show SQL"])
        view = await workspace.until(lambda: workspace.view("sam"))
        assert "FROM teams" in str(view)
        await workspace.click("sam", "spring-classic", reply, names["CSV"])
        (file,) = await workspace.until(lambda: workspace.files)
        assert file.body is not None
        assert len(file.body.decode("utf-8-sig").splitlines()) == 4
        await workspace.command("sam", "spring-classic", "/stats-model")
        await workspace.until(
            lambda: f"{MODEL} is answering" in str(workspace.ephemerals("sam", "spring-classic"))
        )


async def test_a_question_survives_a_killed_bot_and_is_answered_once(office: Office) -> None:
    """SIGKILL while the model writes; the next bot edits the reply that is there."""
    workspace = office.workspace
    office.ollama.seconds = 30
    async with office.bot() as process:
        ts = workspace.post("maya", "spring-classic", "@Game Stats the first three teams")
        await office.reply("spring-classic", ts, "…")
        await workspace.until(lambda: office.ollama.asked or None, timeout=60)
        await office.kill(process)
    office.ollama.seconds = 0
    async with office.bot():
        await office.reply("spring-classic", ts, "Ask again")
    replies = workspace.replies("spring-classic", ts)
    assert len(replies) == 1


async def test_an_event_that_is_delivered_thrice_is_answered_once(office: Office) -> None:
    """Slack may repeat itself; the thread does not."""
    workspace = office.workspace
    async with office.bot():
        ts = workspace.post("maya", "spring-classic", "@Game Stats the first three teams")
        workspace.deliver_again()
        workspace.deliver_again()
        await office.reply("spring-classic", ts, "Ask again")
        second = workspace.post("maya", "spring-classic", "@Game Stats top 5 scorers")
        await office.reply("spring-classic", second, "Ask again")
    assert len(workspace.replies("spring-classic", ts)) == 1
    assert len(workspace.calls("chat.postMessage")) == 2


async def test_an_admin_binds_a_channel_and_a_member_cannot(office: Office) -> None:
    """The picker finds events by name; the channel then answers about the chosen one."""
    workspace = office.workspace
    async with office.bot():
        ts = workspace.post("sam", "winter-cup", "@Game Stats top 5 scorers")
        await office.reply("winter-cup", ts, "/stats-channel")
        await workspace.command("sam", "winter-cup", "/stats-channel")
        await workspace.until(lambda: "Only" in str(workspace.ephemerals("sam", "winter-cup")))
        assert workspace.view("sam") is None
        await workspace.command("maya", "winter-cup", "/stats-channel")
        view = await workspace.until(lambda: workspace.view("maya"))
        (block,) = [each for each in view["blocks"] if each["type"] == "input"]
        action = block["element"]["action_id"]
        offered = await workspace.suggest("maya", view, action, "winter")
        (option,) = offered["options"]
        assert await workspace.submit("maya", view, {action: [option]}) == {}
        ts = workspace.post("sam", "winter-cup", "@Game Stats top 5 scorers")
        reply = await office.reply("winter-cup", ts, "Ask again")
        assert "Winter Cup" in str(reply["blocks"])


async def test_serve_and_worker_share_the_work(office: Office) -> None:
    """One process listens, another answers."""
    workspace = office.workspace
    async with office.bot("serve", "--no-worker"):
        ts = workspace.post("maya", "spring-classic", "@Game Stats top 5 scorers")
        # The question waits in the queue: nobody works yet.
        await asyncio.sleep(1)
        assert workspace.replies("spring-classic", ts) == []
        command = [sys.executable, "-m", "bot.cli", "worker"]
        environment = {**office.environment, "HTTP_PORT": str(free_port())}
        async with child(command, office.log.with_suffix(".worker"), environment):
            await office.reply("spring-classic", ts, "Ask again")


async def test_a_term_signal_ends_the_bot_in_order(office: Office) -> None:
    """SIGTERM: exit 0, and a question under way is finished first."""
    office.ollama.seconds = 1
    workspace = office.workspace
    async with office.bot() as process:
        ts = workspace.post("maya", "spring-classic", "@Game Stats the first three teams")
        # The warm-up asks as well, so it is this question that is waited for.
        await workspace.until(lambda: "the first three teams" in office.ollama.asked, timeout=60)
        (program,) = psutil.Process(process.pid).children()
        os.kill(program.pid, signal.SIGTERM)
        assert await process.wait() == 0, office.log.read_text()
    assert "Ask again" in str(workspace.replies("spring-classic", ts))


async def test_a_question_is_stopped_in_another_process(office: Office) -> None:
    """Stop frees the model for the next in line; pressed twice, or too late, it loses nothing."""
    workspace = office.workspace
    command = [sys.executable, "-m", "bot.cli", "worker"]
    environment = {**office.environment, "HTTP_PORT": str(free_port())}
    async with (
        office.bot("serve", "--no-worker"),
        child(command, office.log.with_suffix(".worker"), environment),
        asyncio.timeout(120),
    ):
        while not office.ollama.asked:  # the warm-up  # noqa: ASYNC110 (another process's work)
            await asyncio.sleep(0.05)
        office.ollama.seconds = 60
        first = workspace.post("sam", "spring-classic", "@Game Stats the first three teams")
        waiting = await office.reply("spring-classic", first, "Stop")
        await workspace.until(lambda: "the first three teams" in office.ollama.asked, timeout=60)
        second = workspace.post("maya", "spring-classic", "@Game Stats the first three, by seed")
        await office.reply("spring-classic", second, "in line")
        office.ollama.seconds = 0
        await workspace.click("sam", "spring-classic", waiting, "stop")
        await workspace.click("sam", "spring-classic", waiting, "stop")
        stopped = await office.reply("spring-classic", first, "Stopped.")
        assert "Ask again" in str(stopped["blocks"])
        await office.reply("spring-classic", second, "Show SQL")
        await workspace.click("sam", "spring-classic", stopped, "ask_again")
        await workspace.until(
            lambda: (
                sum("Show SQL" in str(each) for each in workspace.replies("spring-classic", first))
                == 1
            ),
            timeout=60,
        )
    assert "Show SQL" in str(workspace.replies("spring-classic", second))
