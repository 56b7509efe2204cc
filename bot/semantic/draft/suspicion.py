"""Which columns may hold what is nobody's business: by name, by type, by the shape of values."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.semantic.draft.names import friendly
from bot.semantic.draft.survey import ColumnSeen

_NAMES = (
    ("a secret", r"pass(word|wd|phrase)?|pwd|secret|token|salt|hash|api_?key|private_?key|otp|pin"),
    ("an address to write to", r"e_?mails?|mail"),
    ("a telephone number", r"phones?|tel(ephone)?|mobile|cell|fax"),
    ("where somebody lives", r"address(es)?\d?|street|postal_?code|postcode|zip(_?code)?"),
    ("a date of birth", r"birth(day|date)?|dob|born"),
    ("a number of a person", r"ssn|passport|tax_?id|vat|national_?id|iban|bic|license|licence"),
    ("a means of payment", r"card|credit_?card|cvv|cvc|account_?number|bank"),
    ("a device or place", r"ip(_?address)?|mac|user_?agent|device|latitude|longitude|lat|lng|geo"),
    ("what somebody looks like", r"photo|picture|avatar|image|signature|fingerprint"),
    ("what somebody wrote", r"notes?|comments?|remarks?|message|bio"),
    ("health or belief", r"health|medical|allerg(y|ies)|diagnosis|religion|ethnicity|salary"),
)
_BY_NAME = [(why, re.compile(rf"(^|_)({words})(_|\d|$)")) for why, words in _NAMES]

_BY_TYPE = {
    "inet": "an address of a machine",
    "cidr": "an address of a machine",
    "macaddr": "an address of a machine",
    "macaddr8": "an address of a machine",
    "json": "may hold anything",
    "jsonb": "may hold anything",
    "hstore": "may hold anything",
}

_BY_VALUE = tuple(
    (f"values look like {what}", re.compile(shape))
    for what, shape in (
        ("e-mail addresses", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        ("telephone numbers", r"(?!\d{4}-\d\d-\d\d)\+?\(?\d[\d\s().-]{7,}\d"),
        ("addresses of machines", r"\d{1,3}(\.\d{1,3}){3}|[\da-f]{0,4}(:[\da-f]{0,4}){3,7}"),
        ("account numbers", r"[A-Z]{2}\d{2}[ A-Z0-9]{11,32}|(\d{4}[ -]?){3}\d{4}"),
        ("secrets", r"\$\w+\$.{10,}|[\da-fA-F]{32,}|[\w-]{20,}\.[\w-]{10,}\.[\w-]{10,}"),
    )
)

_SHARE = 0.2
"""Of the values seen, how many of one shape are enough."""

_TEXTS = frozenset({"text", "character varying", "character", "citext"})


def suspicion(column: ColumnSeen) -> str:
    """Why a column should stay out; "" if nothing speaks against it."""
    name = friendly(column.name)
    # "BillingPostalCode" and "billingpostalcode" are one name: ends count too.
    for why, pattern in _BY_NAME:
        if pattern.search(name) or _ends(name, pattern):
            return f"the name looks like {why}"
    if why := _BY_TYPE.get(column.type, ""):
        return why
    if column.type not in _TEXTS:
        return ""
    return _by_value(column.values)


def _ends(name: str, pattern: re.Pattern[str]) -> bool:
    """Whether a long word of the pattern ends a name that has no parts."""
    return "_" not in name and any(
        pattern.fullmatch(name[place:]) for place in range(1, len(name) - 3)
    )


def _by_value(values: Iterable[str]) -> str:
    seen = [value.strip() for value in values if value.strip()]
    for why, pattern in _BY_VALUE:
        if seen and sum(bool(pattern.fullmatch(value)) for value in seen) >= _SHARE * len(seen):
            return why
    return ""
