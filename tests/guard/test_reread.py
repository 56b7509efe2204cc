"""What was emitted is read again, and nothing else than what was meant passes."""

from __future__ import annotations

import pytest
from pglast import ast, parse_sql
from pglast.parser import ParseError

from bot.guard.isolate import isolate
from bot.guard.reread import _BLANK_TREE, _PLACES, EmittedWrongError, _meant, chosen, reread
from bot.semantic import Fence

FENCES = (
    Fence(
        "divisions", "SELECT d.id FROM public.division_pools AS d WHERE d.e = ANY($1::uuid[])", ()
    ),
    Fence("teams", "SELECT t.id FROM public.teams AS t JOIN divisions AS d ON d.id = t.d", ()),
)
TEXT = "SELECT id FROM teams ORDER BY id"


def read(emitted: str, text: str = TEXT, fences: tuple[Fence, ...] = FENCES) -> None:
    """Read `emitted` as what should be `text` in `fences`."""
    reread(emitted, text, parse_sql(text)[0].stmt, fences)


def test_what_is_meant_passes() -> None:
    """The isolated text of a query is read as that query in its fences."""
    read(isolate(TEXT, FENCES))
    read(isolate("SELECT 1", ()), "SELECT 1", ())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("AS MATERIALIZED", "AS"),
        ("AS MATERIALIZED", "AS NOT MATERIALIZED"),
        ("WITH ", "WITH RECURSIVE "),
        ("= ANY($1::uuid[])", "= ANY($1::uuid[]) OR true"),
        ("= ANY($1::uuid[])", "= ANY($2::uuid[])"),
        ('"teams" AS', '"teams" (id) AS'),
        ('"teams" AS', '"team" AS'),
        ('"teams" AS MATERIALIZED', '"x" AS (SELECT 1), "teams" AS MATERIALIZED'),
        ("SELECT * FROM (", "SELECT 1 FROM ("),
        (") AS answer", ") AS answer, public.users"),
        (") AS answer", ") AS answer LIMIT 1"),
        (") AS answer", ") AS answer UNION SELECT 1"),
        (") AS answer", ") AS answer; SELECT 1"),
        ("ORDER BY id)", ")"),
        ("FROM teams ORDER", "FROM public.teams ORDER"),
    ],
)
def test_anything_else_does_not(old: str, new: str) -> None:
    """A statement that differs in its fences, its query or what is around them is not run."""
    emitted = isolate(TEXT, FENCES)
    assert old in emitted
    with pytest.raises(EmittedWrongError, match=r"^more around the query than its fences"):
        read(emitted.replace(old, new))


def test_no_place_in_the_text_is_compared() -> None:
    """Every attribute of the tree that only says where something stood is left out."""
    places = {
        name
        for kind in vars(ast).values()
        if isinstance(kind, type) and isinstance(getattr(kind, "__slots__", None), dict)
        for name, slot in kind.__slots__.items()
        if slot.c_type == "ParseLoc"
    }
    assert places
    assert [name for name in places if not _PLACES.fullmatch(f'"{name}":1')] == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM public.teams",
        "SELECT id FROM users",
        "SELECT id FROM pg_class",
        "WITH pg_class AS (SELECT 1 AS id) SELECT id FROM pg_class",
        "SELECT (SELECT count(*) FROM users) FROM teams",
    ],
)
def test_every_table_is_a_fence(text: str) -> None:
    """A table that is neither a fence nor a WITH of the query is found by the second reading."""
    with pytest.raises(EmittedWrongError, match="no fence"):
        read(isolate(text, FENCES), text)


def test_a_misprint_is_caught() -> None:
    """A printer that loses something is caught: the text has to parse to the tree."""
    query = parse_sql("SELECT id FROM teams")[0].stmt
    wrong = (TEXT, "SELECT (", "SELECT id FROM teams; SELECT id FROM teams", "SELECT id FROM team")
    with pytest.raises(EmittedWrongError, match=r"^another query than the one that was checked$"):
        chosen(query, wrong)
    assert chosen(query, (*wrong, "SELECT id  FROM teams")) == "SELECT id  FROM teams"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'é' AS \"naïve\" FROM teams WHERE id::text = '→'",
        """SELECT '"location":1 {"SelectStmt":{"op":"SETOP_NONE"}}' FROM teams""",
        f"SELECT '{_BLANK_TREE}'",
        "VALUES (1), (2) ORDER BY 1 LIMIT 1",
        "TABLE teams",
        "(SELECT id FROM teams) UNION ALL (SELECT id FROM divisions)",
        "WITH teams AS (SELECT 1 AS id) SELECT id FROM teams",
    ],
)
def test_places_are_counted_in_bytes(text: str) -> None:
    """Letters of more bytes than one, and strings that look like a tree, are read as they stand."""
    read(isolate(text, FENCES), text)
    wide = (
        Fence("teams", "SELECT t.id FROM public.teams AS t WHERE t.name = 'é'", ()),
        *FENCES[:1],
    )
    read(isolate(text, wide), text, wide)


@pytest.mark.parametrize(
    "text", ["SELECT id FROM teams;", "SELECT 1; SELECT 2", "SELECT 1) AS x, (SELECT 2"]
)
def test_the_query_is_one_select_and_no_more(text: str) -> None:
    """Text that closes the brackets around it, or ends in them, is not run."""
    with pytest.raises((EmittedWrongError, ParseError)):
        reread(isolate(text, FENCES), text, parse_sql(TEXT)[0].stmt, FENCES)


def test_what_cannot_be_blanked_is_no_select() -> None:
    """A body that is shorter than any query, or two statements, is not put into a frame."""
    with pytest.raises(EmittedWrongError, match=r"^not one SELECT$"):
        _meant("TABLE", FENCES)
    with pytest.raises(EmittedWrongError, match=r"^not one SELECT$"):
        _meant("DELETE FROM teams", FENCES)
    assert _meant("SELECT", ()).count("SelectStmt") == 2


def test_a_fence_with_a_name_that_needs_quotes_makes_another_frame() -> None:
    """The frame is compared too: a name that breaks out of its quotes is no fence."""
    broken = Fence('x" AS (SELECT 1), "y', "SELECT 1 AS id", ())
    with pytest.raises(EmittedWrongError, match=r"^another frame than the one that is meant$"):
        _meant(TEXT, (broken,))
