"""The sample is the same every time, adds up, and holds the traps that real data has."""

from __future__ import annotations

import asyncpg

from bot.demo.sample import SampleDatabase


async def test_the_reader_sees_listed_columns_only(tournament: SampleDatabase) -> None:
    """The role that the bot reads as cannot read users."""
    reader = await asyncpg.connect(tournament.reader_url)
    try:
        refused = False
        try:
            await reader.fetch("SELECT email FROM public.users")
        except asyncpg.InsufficientPrivilegeError:
            refused = True
        assert refused
    finally:
        await reader.close()
