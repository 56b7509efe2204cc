"""A database of another field, through the whole house, with the draft as nobody has edited it."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from bot.app import App
from bot.domain import Answer, Asker, Code, Dialect, GuardedQuery, Question, Refusal
from bot.guard import guard
from bot.metrics import new_metrics
from bot.semantic import check_catalog, directory_sql
from bot.warehouse import open_warehouse
from tests.plugins.house import ScriptedOllama
from tests.second.chinook import fixtures
from tests.second.conftest import Second

CUSTOMER = 23
"""Whose questions are asked: 23, with seven invoices like everyone else."""


class Facts:
    """The package's own fixtures, looked at in Python: what is true, without any SQL."""

    def __init__(self) -> None:
        self.by: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
        for each in fixtures():
            self.by[each["model"].removeprefix("chinook.")][each["pk"]] = each["fields"]
        self.invoices = [
            {"id": key, **row}
            for key, row in self.by["invoice"].items()
            if row["customer"] == CUSTOMER
        ]
        own = {row["id"] for row in self.invoices}
        self.lines = [row for row in self.by["invoiceline"].values() if row["invoice"] in own]
        self.tracks = [self.by["track"][row["track"]] for row in self.lines]

    def genre(self, track: dict[str, Any]) -> str:
        """The name of a track's genre."""
        return str(self.by["genre"][track["genre"]]["name"])

    def artist(self, track: dict[str, Any]) -> str:
        """The name of a track's artist."""
        album = self.by["album"][track["album"]]
        return str(self.by["artist"][album["artist"]]["name"])


@pytest.fixture(scope="module")
def facts() -> Facts:
    """What is true of the customer."""
    return Facts()


def money(value: Any) -> Decimal:
    """A price as it is kept."""
    return Decimal(str(value))


TEN: dict[str, tuple[str, Callable[[Facts], list[tuple[object, ...]]]]] = {
    "How many invoices do I have?": (
        "SELECT count(*) AS invoices FROM invoice",
        lambda facts: [(len(facts.invoices),)],
    ),
    "What did I spend in all?": (
        "SELECT sum(total) AS spent FROM invoice",
        lambda facts: [(sum(money(each["total"]) for each in facts.invoices),)],
    ),
    "What was my largest invoice?": (
        "SELECT max(total) AS largest FROM invoice",
        lambda facts: [(max(money(each["total"]) for each in facts.invoices),)],
    ),
    "How many tracks did I buy?": (
        "SELECT count(DISTINCT track_id) AS tracks FROM invoiceline",
        lambda facts: [(len({each["track"] for each in facts.lines}),)],
    ),
    "Which genres do I buy, and how often?": (
        """SELECT t.genre, count(*) AS bought FROM invoiceline AS l JOIN track AS t
        ON t.id = l.track_id GROUP BY t.genre ORDER BY bought DESC, t.genre""",
        lambda facts: sorted(
            Counter(map(facts.genre, facts.tracks)).items(), key=lambda each: (-each[1], each[0])
        ),
    ),
    "Which artists did I buy?": (
        """SELECT DISTINCT a.artist COLLATE "C" AS artist FROM invoiceline AS l
        JOIN track AS t ON t.id = l.track_id JOIN album AS a ON a.id = t.album_id ORDER BY 1""",
        lambda facts: [(name,) for name in sorted(set(map(facts.artist, facts.tracks)))],
    ),
    "In which years did I buy?": (
        "SELECT DISTINCT extract(year FROM invoice_date)::int AS year FROM invoice ORDER BY year",
        lambda facts: [
            (year,) for year in sorted({int(each["invoicedate"][:4]) for each in facts.invoices})
        ],
    ),
    "Who looks after me?": (
        """SELECT e.firstname, e.lastname FROM customer AS c
        JOIN employee AS e ON e.id = c.support_rep_id""",
        lambda facts: [
            tuple(
                facts.by["employee"][facts.by["customer"][CUSTOMER]["support_rep"]][name]
                for name in ("firstname", "lastname")
            )
        ],
    ),
    "How long is the longest track that I have?": (
        "SELECT max(milliseconds) AS longest FROM track",
        lambda facts: [(max(each["milliseconds"] for each in facts.tracks),)],
    ),
    "Which country is on my invoices?": (
        "SELECT DISTINCT billingcountry FROM invoice",
        lambda facts: [(each,) for each in {row["billingcountry"] for row in facts.invoices}],
    ),
}


def tenant(number: int) -> UUID:
    """The event that a customer's number stands for."""
    return UUID(f"{number:032}")


def asked(text: str) -> Question:
    """A question of the customer's."""
    return Question(
        uuid.uuid4().hex,
        text,
        Asker("slack", "T1", "U1"),
        "C1",
        (tenant(CUSTOMER),),
    )


def test_the_tenants_are_numbers_that_one_can_read() -> None:
    """Customer 23 is the event whose id ends in 23."""
    (event,) = asked("?").events or ()
    assert str(event) == "00000000-0000-0000-0000-000000000023"


@pytest.mark.parametrize("text", TEN)
async def test_ten_questions_are_answered(
    shop: App, ollama: ScriptedOllama, facts: Facts, text: str
) -> None:
    """Each comes with the customer's own rows, as the package's fixtures have them."""
    sql, right = TEN[text]
    ollama.answers[text] = sql
    outcome = await shop.answering.answer(asked(text))
    assert isinstance(outcome, Answer), outcome
    assert [tuple(row) for row in outcome.table.rows] == right(facts)
    assert outcome.events[0].name == "John Gordon"


async def test_a_refusal_speaks_of_this_shop(shop: App) -> None:
    """What one can ask comes from the drafted model, and nothing of another field is said."""
    outcome = await shop.answering.answer(asked("What is the weather?"))
    assert isinstance(outcome, Refusal)
    assert outcome.code is Code.NOT_ABOUT_DATA
    assert "invoice" in outcome.message
    assert not any(word in outcome.message for word in ("team", "spirit", "game", "tournament"))


async def test_the_draft_holds_no_private_column(second: Second) -> None:
    """Where people live and how they are reached is left out, and cannot be asked for."""
    shown = {column.name for table in second.model.tables.values() for column in table.columns}
    assert not shown & {"email", "phone", "fax", "address", "postalcode", "birthdate"}
    assert not shown & {"billingaddress", "billingpostalcode"}
    text = second.path.read_text()
    assert "# email: the name looks like an address to write to" in text
    assert "# chinook_playlist: no way leads to chinook_customer" in text
    found = guard("SELECT email FROM customer", Dialect.POSTGRES, second.model, (tenant(1),))
    assert isinstance(found, Refusal)
    assert found.code is Code.UNKNOWN_COLUMN


async def test_the_hardened_role_is_clean_and_the_draft_fits(second: Second) -> None:
    """`harden` leaves nothing to mend, the catalogue fits, and every customer can be bound."""
    async with open_warehouse(
        second.reader_url, timeout=10, max_cost=2e6, metrics=new_metrics()
    ) as warehouse:
        assert await warehouse.role_faults(second.model) == ()
        check_catalog(second.model, await warehouse.catalog())
        events = await warehouse.events(directory_sql(second.model))
        assert len(events) == 59
        assert len({event.slug for event in events}) == 59


async def test_the_fence_and_the_policies_agree_on_every_table(second: Second) -> None:
    """As the owner, whom no policy holds, and as the reader each table has the same rows."""
    async with (
        open_warehouse(
            second.reader_url, timeout=10, max_cost=2e9, metrics=new_metrics()
        ) as reader,
        open_warehouse(second.owner_url, timeout=10, max_cost=2e9, metrics=new_metrics()) as owner,
    ):
        for number in (1, 23, 59):
            for name in second.model.tables:
                query = guard(
                    f"SELECT * FROM {name} ORDER BY id",
                    Dialect.POSTGRES,
                    second.model,
                    (tenant(number),),
                )
                assert isinstance(query, GuardedQuery)
                rows = (await owner.run(query)).rows
                assert rows
                assert (await reader.run(query)).rows == rows
