"""Names that people use, from those that a database has; and which column names a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from bot.semantic.draft.survey import TableSeen
from bot.semantic.sql import plain

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")

_NAMING = ("name", "label", "full_name", "display_name", "last_name", "lastname", "title")


def friendly(name: str, taken: Collection[str] = ()) -> str:
    """A plain lower-case name that is not `taken`: InvoiceLine → invoice_line."""
    text = _OTHER.sub("_", _HUMP.sub("_", name).lower()).strip("_")[:56]
    if not plain(text):
        text = f"the_{text}".rstrip("_")[:56]
    number, found = 2, text
    while found in taken or found == "own":
        found, number = f"{text}_{number}", number + 1
    return found


def table_names(tables: Iterable[str]) -> dict[str, str]:
    """A friendly name for each table, without a prefix that all of them share."""
    names = sorted(tables)
    prefix = names[0][: names[0].find("_") + 1] if len(names) > 2 else ""
    if not all(name.startswith(prefix) for name in names):
        prefix = ""
    found: dict[str, str] = {}
    for name in names:
        found[name] = friendly(name.removeprefix(prefix) or name, found.values())
    return found


def naming(table: TableSeen) -> str:
    """The column that people call a row by; "" if none looks like it."""
    own = {friendly(column.name): column.name for column in table.columns}
    candidates = (*_NAMING, f"{friendly(table.name)}_name")
    return next((own[name] for name in candidates if name in own), "")
