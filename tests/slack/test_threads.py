"""Going on in a thread without a second mention."""

from __future__ import annotations

from tests.slack.conftest import Scene


async def test_a_reply_in_a_thread_of_ours_needs_no_mention(scene: Scene) -> None:
    """A question of anybody there is answered; what is said to somebody, or is none, is not."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    for words in ("thanks!", "nice work everyone", "@sam what do you think?"):
        scene.workspace.post("sam", "general", words, thread_ts=ts)
    scene.workspace.post("sam", "general", "and by division?", thread_ts=ts)
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    await scene.ask("winter-cup", "another one")
    assert [one.text for one in scene.answering.asked] == [
        "top 5 teams",
        "and by division?",
        "another one",
    ]
    assert scene.answering.asked[1].thread == ts
    assert scene.answering.asked[1].asker.user == scene.workspace.person("sam")


async def test_a_mention_in_a_thread_is_one_question(scene: Scene) -> None:
    """It arrives as a mention and as a message, and is answered once."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    scene.workspace.post("sam", "general", "@Game Stats and by division?", thread_ts=ts)
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    await scene.ask("winter-cup", "another one")
    assert len(scene.answering.asked) == 3


async def test_other_threads_and_channels_are_left_alone(scene: Scene) -> None:
    """Where nothing was answered a question among people is theirs."""
    ts = scene.workspace.post("maya", "general", "lunch")
    scene.workspace.post("sam", "general", "and where?", thread_ts=ts)
    scene.workspace.post("sam", "general", "where shall we go?")
    await scene.ask("winter-cup", "another one")
    assert [one.text for one in scene.answering.asked] == ["another one"]
    assert len(scene.workspace.calls("chat.postMessage")) == 1
