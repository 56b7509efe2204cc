"""A result as a CSV file that spreadsheets open safely and with the right letters.

UTF-8 with a byte order mark (Excel needs it), column names as in the query, times in ISO 8601.
A text that a spreadsheet would run as a formula gets an apostrophe in front
(https://owasp.org/www-community/attacks/CSV_Injection); numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, time
from decimal import Decimal

from bot.domain import ResultTable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def to_csv(table: ResultTable) -> bytes:
    """All rows of `table`, header first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_safe(column.name) for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def _cell(value: object) -> str | int | float | Decimal:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case dict() | list() | tuple():
            return _safe(json.dumps(value, ensure_ascii=False, default=str))
        case _:
            return _safe(str(value))


def _safe(text: str) -> str:
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
