"""`/stats-model` for admins, by the bot as a process in the local workspace."""

from __future__ import annotations

from tests.plugins.office import Office

SQL = "SELECT name, seed FROM teams ORDER BY name LIMIT 3"


async def test_an_admin_changes_the_model(office: Office) -> None:
    """Each command says what it did, to the admin alone; a member and a wrong name are told."""
    workspace, place = office.workspace, "spring-classic"
    office.ollama.installed.append("other:7b")
    office.ollama.answers["teams"] = SQL
    async with office.bot():
        for who, words, said in (
            ("sam", "use other:7b", "Only workspace admins can change the language models."),
            ("maya", "use gpt", "gpt is not installed. There are: scripted:latest, other:7b."),
            ("maya", "use other:7b", "From now on I ask `other:7b`."),
            ("maya", "fallback scripted:latest", "I ask `other:7b`, then `scripted:latest`."),
            ("maya", "test", "*How many teams are there?*"),
            ("maya", "warm", "Warm after "),
            ("maya", "evict other:7b", "`other:7b` is unloaded."),
            ("maya", "use default", "From now on I ask `scripted:latest`."),
            ("maya", "use", "*How the language model is*"),
        ):
            await workspace.command(who, place, f"/stats-model {words}")

            def told(who: str = who, said: str = said) -> bool:
                return said in str(workspace.ephemerals(who, place))

            await workspace.until(told, timeout=60)
    trial = next(
        each["text"] for each in workspace.ephemerals("maya", place) if "*How many" in each["text"]
    )
    assert "`other:7b`" in trial
    assert "Seed" in trial
    assert workspace.messages(place) == []


async def test_a_pull_shows_its_progress_in_one_message(office: Office) -> None:
    """The bar moves, Stop ends it, a new try comes to its end; a wrong name is said there."""
    workspace, place = office.workspace, "spring-classic"
    office.ollama.seconds = 2
    async with office.bot():
        await workspace.command("maya", place, "/stats-model pull new:1b")

        def shows(words: str) -> bool:
            return words in str(workspace.messages(place))

        await workspace.until(lambda: shows("GB"), timeout=60)
        (message,) = workspace.messages(place)
        await workspace.click("maya", place, message, "stop")
        await workspace.until(lambda: shows("Stopped fetching `new:1b`"), timeout=60)
        office.ollama.seconds = 0
        await workspace.command("maya", place, "/stats-model pull new:1b")
        await workspace.until(lambda: shows("`new:1b` is there."), timeout=60)
        await workspace.command("maya", place, "/stats-model pull nonsense")
        await workspace.until(lambda: shows("There is no model called nonsense"), timeout=60)
    assert len(workspace.messages(place)) == 3


async def test_a_pull_survives_a_killed_bot(office: Office) -> None:
    """Another process goes on with the same message."""
    workspace, place = office.workspace, "spring-classic"
    office.ollama.seconds = 5
    async with office.bot() as process:
        await workspace.command("maya", place, "/stats-model pull new:1b")
        await workspace.until(lambda: "GB" in str(workspace.messages(place)), timeout=60)
        await office.kill(process)
    office.ollama.seconds = 0
    async with office.bot():
        await workspace.until(
            lambda: "`new:1b` is there." in str(workspace.messages(place)), timeout=90
        )
    assert len(workspace.messages(place)) == 1
