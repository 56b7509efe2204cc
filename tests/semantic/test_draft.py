"""Drafting a semantic model from a database that is not easy: what it finds, and what it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from bot.metrics import new_metrics
from bot.semantic import SemanticModel, check_catalog, load
from bot.semantic.draft import ColumnSeen, DraftError, Survey, draft
from bot.semantic.draft.suspicion import suspicion
from bot.semantic.model import Parent, Root, SemanticTable, Stored, UsedBy
from bot.warehouse import open_warehouse

TABLES = """
    CREATE TYPE mood AS ENUM ('glad', 'so-so');
    CREATE DOMAIN cents AS integer;
    CREATE TABLE "Clinic" (
        "ClinicID" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "Name" text,
        status integer NOT NULL DEFAULT 1, starts_at time NOT NULL DEFAULT '08:00');
    COMMENT ON TABLE "Clinic" IS 'A house: "one" of many';
    CREATE TABLE ward (id bigserial PRIMARY KEY, clinic uuid NOT NULL REFERENCES "Clinic",
        label text NOT NULL, colour text, feeling mood, price cents, opened timestamp,
        "select" integer, deleted_at timestamptz, tags text[], extra jsonb, contact text,
        machine inet);
    COMMENT ON COLUMN ward.colour IS 'of the door';
    CREATE TABLE bed (id serial PRIMARY KEY, ward_id bigint NOT NULL REFERENCES ward,
        kind_id integer REFERENCES_KIND);
    CREATE TABLE transfer (id serial PRIMARY KEY, from_id bigint NOT NULL REFERENCES ward,
        to_id bigint NOT NULL REFERENCES ward);
    CREATE TABLE note (id serial PRIMARY KEY, transfer_id integer NOT NULL REFERENCES transfer);
    CREATE TABLE visit (id serial PRIMARY KEY, ward_id bigint REFERENCES ward);
    CREATE TABLE lonely (id serial PRIMARY KEY, name text);
    CREATE TABLE staff (id serial PRIMARY KEY, clinic uuid NOT NULL REFERENCES "Clinic",
        boss_id integer REFERENCES staff, last_name text, password_hash text);
    CREATE TABLE shift (staff_id integer NOT NULL REFERENCES staff, day date NOT NULL,
        PRIMARY KEY (staff_id, day));
    INSERT INTO "Clinic" ("Name") VALUES ('North'), ('South');
    INSERT INTO ward (clinic, label, colour, feeling, contact, machine)
        SELECT "ClinicID", 'W' || n, (ARRAY['red', 'green "x"'])[n % 2 + 1], 'glad',
               'p' || n || '@example.org', '10.0.0.1'
        FROM "Clinic", generate_series(1, 10) AS n;
""".replace("REFERENCES_KIND", "REFERENCES kind").replace(
    "CREATE TYPE mood",
    "CREATE TABLE kind (id serial PRIMARY KEY, name text); CREATE TYPE mood",
    1,
)


@pytest.fixture
async def survey(fresh_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Survey]:
    """What the database says of itself."""
    url = await fresh_database()
    owner = await asyncpg.connect(url)
    await owner.execute(TABLES)
    await owner.close()
    async with open_warehouse(url, timeout=30, max_cost=1e9, metrics=new_metrics()) as warehouse:
        yield await warehouse.survey()


@pytest.fixture
def drafted(survey: Survey, tmp_path: Path) -> tuple[str, SemanticModel]:
    """The draft, and what it loads as."""
    path = tmp_path / "model.yml"
    text = draft(survey, "Clinic")
    path.write_text(text)
    return text, load(path)


def _stored(table: SemanticTable) -> Stored:
    assert isinstance(table.recipe, Stored)
    return table.recipe


def test_the_draft_loads_and_fits_as_it_is(
    survey: Survey, drafted: tuple[str, SemanticModel]
) -> None:
    """Odd names, types and comments and all, a draft needs no edit to be loaded."""
    _text, model = drafted
    catalog = {
        table.name: {column.name: column.type for column in table.columns}
        for table in survey.values()
    }
    check_catalog(model, catalog)
    assert model.root == "clinic"
    assert model.tables["clinic"].description == 'A house: "one" of many'
    assert len(model.examples) >= 2


def test_each_table_has_its_way_or_a_reason(drafted: tuple[str, SemanticModel]) -> None:
    """The only way is taken; two ways, one that may be empty, and none are left to a person."""
    text, model = drafted
    reaches = {name: _stored(table).reach for name, table in model.tables.items()}
    assert reaches == {
        "clinic": Root(),
        "ward": Parent("clinic_id"),
        "staff": Parent("clinic_id"),
        "bed": Parent("ward_id"),
        "shift": Parent("staff_id"),
        "kind": UsedBy((("bed", "kind_id"),)),
    }
    assert (
        "# transfer: several ways lead to Clinic, choose one: from_id → ward, to_id → ward" in text
    )
    assert "# note: no way leads to Clinic, for what it refers to is not listed: transfer" in text
    assert "# visit: its way to Clinic may be empty: ward_id can be NULL" in text
    assert "# lonely: no way leads to Clinic, and no listed table refers to it" in text


def test_columns_are_read_as_what_they_are(drafted: tuple[str, SemanticModel]) -> None:
    """Enums and domains are texts, a time without a zone is UTC, a soft delete hides rows."""
    _text, model = drafted
    ward = model.tables["ward"]
    types = {column.name: column.type for column in ward.columns}
    assert types["feeling"] == types["price"] == "text"
    assert types["opened"] == "timestamptz"
    assert types["the_select"] == "integer"
    assert _stored(ward).soft_delete == "deleted_at"
    assert model.tables["shift"].key == ("staff_id", "day")
    colour = ward.column("colour")
    assert colour is not None
    assert colour.samples == ('green "x"', "red")
    assert colour.description == "of the door"
    clinic = {column.name for column in model.tables["clinic"].columns}
    assert {"id", "name", "status_2", "starts_at_2"} == clinic


def test_what_may_be_personal_is_left_out_with_its_reason(
    drafted: tuple[str, SemanticModel],
) -> None:
    """By name, by type and by the shape of values; and no value of it is in the draft."""
    text, model = drafted
    assert "# password_hash: the name looks like a secret" in text
    assert "# machine: an address of a machine" in text
    assert "# extra: may hold anything" in text
    assert "# contact: values look like e-mail addresses" in text
    assert "# tags: a semantic model has no type for text[]" in text
    assert "example.org" not in text
    assert model.tables["staff"].column("password_hash") is None


@pytest.mark.parametrize(
    ("name", "value", "suspicious"),
    [
        ("email", "", True),
        ("EMailAddress", "", True),
        ("billingpostalcode", "", True),
        ("home_phone", "", True),
        ("dob", "", True),
        ("ip", "", True),
        ("api_key", "", True),
        ("description", "", False),
        ("ship_name", "", False),
        ("zipper", "", False),
        ("opinion", "", False),
        ("label", "+49 30 1234567", True),
        ("label", "$2b$12$abcdefghijklmnop", True),
        ("label", "192.168.1.20", True),
        ("label", "DE89370400440532013000", True),
        ("label", "4111 1111 1111 1111", True),
        ("label", "2026-05-01", False),
        ("label", "10:30", False),
        ("label", "Rock", False),
    ],
)
def test_suspicion(name: str, value: str, *, suspicious: bool) -> None:
    """Names and values that look personal are told from those that do not."""
    column = ColumnSeen(name, "text", values=(value,))
    assert bool(suspicion(column)) is suspicious


def test_without_a_root_the_likeliest_is_taken(survey: Survey) -> None:
    """The table that most others belong to; and a root that cannot be one is refused."""
    assert "root: clinic\n" in draft(survey)
    with pytest.raises(DraftError, match="there is no table 'nothing'; there are Clinic"):
        draft(survey, "nothing")
    with pytest.raises(DraftError, match="needs a primary key"):
        draft(survey, "shift")
    with pytest.raises(DraftError, match="no table"):
        draft({})


async def test_a_role_that_may_read_little_drafts_little(
    fresh_database: Callable[[], Awaitable[str]],
) -> None:
    """Tables and columns that the role may not read are not in the draft."""
    url = await fresh_database()
    owner = await asyncpg.connect(url)
    await owner.execute(
        "CREATE TABLE a (id integer PRIMARY KEY, name text, hidden text); CREATE TABLE b (id int);"
        "CREATE ROLE drafter LOGIN PASSWORD 'x'; GRANT SELECT (id, name) ON a TO drafter"
    )
    try:
        limited = url.replace(url.split("//")[1].split("@")[0], "drafter:x")
        async with open_warehouse(
            limited, timeout=5, max_cost=1e9, metrics=new_metrics()
        ) as warehouse:
            seen = await asyncio.wait_for(warehouse.survey(), 30)
    finally:
        await owner.execute("DROP OWNED BY drafter; DROP ROLE drafter")
        await owner.close()
    assert list(seen) == ["a"]
    assert [column.name for column in seen["a"].columns] == ["id", "name"]
