"""The line before a server: fair to people, then by age, whoever leaves."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.errors import ServerBusyError
from bot.llm.line import Line


async def quiet(_place: int, _wait: float | None) -> None:
    """Hear nothing."""


async def settle() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


class Crowd:
    """People who ask; `order` is who began, `go` lets one finish."""

    def __init__(self, places: int = 1) -> None:
        self.line = Line(places)
        self.order: list[str] = []
        self.go = asyncio.Semaphore(0)

    async def ask(self, name: str) -> None:
        """Ask as the person whose letter begins the name."""
        async with self.line.turn(name[0], quiet, 60):
            self.order.append(name)
            await self.go.acquire()

    async def come(self, *names: str) -> list[asyncio.Task[None]]:
        """Ask these in this order."""
        tasks = []
        for name in names:
            tasks.append(asyncio.create_task(self.ask(name)))
            await settle()
        return tasks


async def test_five_questions_do_not_hold_up_anothers_first() -> None:
    """Others' first questions begin right after the one that runs; nobody's last is forgotten."""
    crowd = Crowd()
    tasks = await crowd.come("a1", "a2", "a3", "a4", "a5", "b1", "c1", "b2")
    for _ in tasks:
        crowd.go.release()
    await asyncio.gather(*tasks)
    assert crowd.order == ["a1", "b1", "c1", "a2", "b2", "a3", "a4", "a5"]


async def test_questions_that_were_taken_back_do_not_count() -> None:
    """Who leaves the line has not used a turn."""
    crowd = Crowd()
    tasks = await crowd.come("x1", "a1", "a2", "a3", "b1", "b2")
    for task in tasks[1:4]:
        task.cancel()
    tasks += await crowd.come("a4")
    for _ in tasks:
        crowd.go.release()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert crowd.order == ["x1", "b1", "a4", "b2"]


async def test_whoever_waits_hears_a_place_and_a_time() -> None:
    """No time before there was a turn; then the recent turns' middle for each round of places."""
    line = Line(2)
    assert line.estimate(1) is None
    async with line.turn("a", quiet, 60):
        await asyncio.sleep(0.02)
    one, three = line.estimate(1), line.estimate(3)
    assert one is not None
    assert three is not None
    assert one >= 0.02
    assert three == pytest.approx(2 * one)


async def test_a_wait_that_is_too_long_ends() -> None:
    """The error says to come again, and the place is free for others."""
    crowd = Crowd()
    (inside,) = await crowd.come("a1")
    with pytest.raises(ServerBusyError, match="ask again in a minute"):
        async with crowd.line.turn("b", quiet, 0.01):
            pass
    assert (crowd.line.inside, crowd.line.waiting) == (1, 0)
    crowd.go.release()
    await inside


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), st.integers(1, 3))
def test_every_question_begins_and_no_person_is_passed_over(people: list[str], places: int) -> None:
    """However people come, all begin, and between two turns of one nobody waits for a first."""

    async def run() -> list[str]:
        crowd = Crowd(places)
        names = [f"{who}{number}" for number, who in enumerate(people)]
        tasks = await crowd.come(*names)
        assert crowd.line.inside == min(places, len(names))
        for _ in tasks:
            crowd.go.release()
        await asyncio.gather(*tasks)
        assert (crowd.line.inside, crowd.line.waiting) == (0, 0)
        return crowd.order

    order = asyncio.run(run())
    assert len(order) == len(people)
    waited = [name[0] for name in order[places:]]
    firsts = [who for number, who in enumerate(waited) if who not in waited[:number]]
    began = {name[0] for name in order[:places]}
    fresh = [who for who in firsts if who not in began]
    # Those who had no turn yet come before anybody's second.
    assert waited[: len(fresh)] == fresh
