"""Digests: what they say, and that one that is due is queued once."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import uuid4

from bot.digests.sections import moved, named, timed, unseen
from bot.domain import Column, ColumnKind, ResultTable
from bot.texts import speaking
from tests.digests.conftest import PLAYED, Stage
from tests.plugins.house import House

TEXT = ColumnKind.TEXT


async def test_a_match_day_has_results_leaders_and_spirit(house: House) -> None:
    """Each section's rows are this event's."""
    await house.app.answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    (digest,) = await house.app.digests.write("T1", "C1", PLAYED)
    headings = [section.heading for section in digest.sections]
    assert headings[:1] == ["Results"]
    assert {"Standings", "Leaders", "Best spirit"} < set(headings)
    assert "Standings moved" not in headings  # there is nothing to compare with yet
    assert all(section.table.rows for section in digest.sections)
    assert digest.event.id == house.sample.events[0].id
    assert digest.changed


async def test_an_event_to_come_has_no_results(house: House) -> None:
    """Sections without rows are left out."""
    await house.app.answering.bind("T1", "C1", (house.sample.events[2].id,), "U9")
    (digest,) = await house.app.digests.write("T1", "C1", PLAYED)
    assert "Results" not in [section.heading for section in digest.sections]


def test_next_games_have_a_day_and_a_time_as_the_reader_writes_them() -> None:
    """What is kept of them is the same in each language, so that nothing seems new."""
    heads = (Column("start", ColumnKind.DATETIME), Column("game", TEXT))
    found = ResultTable(heads, ((datetime(2026, 5, 16, 18, 5), "Owls – Tides"),))  # noqa: DTZ001
    shown, mark = timed(found, None)
    assert (shown.columns[0].kind, shown.rows) == (TEXT, (("Sat 18:05", "Owls – Tides"),))
    with speaking("de"):
        translated, same = timed(found, None)
        assert translated.rows == (("Sa. 18:05", "Owls – Tides"),)
        assert [column.name for column in named(translated).columns] == ["Beginn", "Spiel"]
    assert mark == same


async def test_a_second_digest_has_what_changed(house: House) -> None:
    """Results told are not told again; ranks are compared with those of the last digest."""
    await house.app.answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    digests = house.app.digests
    (first,) = await digests.write("T1", "C1", PLAYED)
    await digests.told("T1", "C1", first)
    (same,) = await digests.write("T1", "C1", PLAYED)
    assert not same.changed
    marks = dict(first.marks)
    marks["results"] = marks["results"][1:]
    team = next(iter(marks["moved"]))
    marks["moved"] = {**marks["moved"], team: 99}
    await house.app.answering.store.digests.mark("T1", "C1", first.event.id, marks)
    (second,) = await digests.write("T1", "C1", PLAYED)
    tables = {section.heading: section.table for section in second.sections}
    assert second.changed
    assert len(tables["Results"].rows) == 1
    ((_, rank, _, step),) = tables["Standings moved"].rows
    assert step == f"▲ {99 - int(str(rank))}"


async def test_marks_hold_no_rows(house: House) -> None:
    """What is kept of a digest is hashes, and ranks by team."""
    await house.app.answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    (digest,) = await house.app.digests.write("T1", "C1", PLAYED)
    kept = str(digest.marks)
    for section in digest.sections:
        for row in section.table.rows:
            assert not any(isinstance(value, str) and value in kept for value in row if value)


def test_a_score_put_right_is_told_again() -> None:
    """A row that reads otherwise is new; one that is gone and comes back is not."""
    key = Column("id", TEXT)
    columns = (key, Column("of_the_day", ColumnKind.BOOLEAN), Column("result", TEXT))
    first = ResultTable(columns, (("a", True, "A 1–0 B"), ("b", False, "C 1–0 D")))
    shown, marks = unseen(first, None)
    assert shown.rows == (("A 1–0 B",),)
    again, marks = unseen(ResultTable(columns, (("a", True, "A 2–0 B"),)), marks)
    assert again.rows == (("A 2–0 B",),)
    assert unseen(first, marks)[0].rows == ()


def test_teams_that_are_new_have_not_moved() -> None:
    """A rank is compared with one that is known."""
    one, two, three = uuid4(), uuid4(), uuid4()
    columns = tuple(Column(name, TEXT) for name in ("team_id", "division", "rank", "team"))
    rows = ((one, "Open", 1, "A"), (two, "Open", 2, "B"), (three, "Open", 3, "C"))
    shown, ranks = moved(ResultTable(columns, rows), {str(one): 2, str(two): 1})
    assert shown.rows == (("Open", 1, "A", "▲ 1"), ("Open", 2, "B", "▼ 1"))
    assert ranks == {str(one): 1, str(two): 2, str(three): 3}


async def test_a_due_digest_is_queued_once_by_two_clocks(stage: Stage) -> None:
    """Two replicas tick at once, and again later: one message."""
    await stage.say("every hour")
    now = stage.clock.now.replace(hour=19)
    await asyncio.gather(*[stage.digests.put_due(now) for _ in range(4)])
    await stage.digests.put_due(now)
    await stage.idle()
    assert len(stage.posts()) == 1


async def test_one_broken_schedule_does_not_hold_the_others(stage: Stage) -> None:
    """A row that cannot be read is logged, and the rest is posted."""
    store = stage.house.app.answering.store.digests
    await stage.say("every hour")
    early = datetime(2026, 5, 16, tzinfo=stage.clock.now.tzinfo)
    event = stage.house.sample.events[0].id
    await stage.house.app.answering.bind(stage.team, "C0", (event,), "U9")
    await store.set(stage.team, "C0", "whenever", "UTC", "U9", now=early)
    assert await stage.tick(hours=1) == 1
    assert len(stage.posts()) == 1
