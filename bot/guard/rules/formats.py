"""Formats: strftime's directives as to_char's patterns, and {}, %s and %d as format()'s places."""

from __future__ import annotations

import re

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.calls import call
from bot.guard.rules.known import Known

DIRECTIVES = {
    "a": "FMDy",
    "A": "FMDay",
    "b": "FMMon",
    "B": "FMMonth",
    "c": "YYYY-MM-DD HH24:MI:SS",
    "d": "DD",
    "-d": "FMDD",
    "f": "US",
    "g": "MS",
    "G": "IYYY",
    "H": "HH24",
    "-H": "FMHH24",
    "I": "HH12",
    "-I": "FMHH12",
    "j": "DDD",
    "-j": "FMDDD",
    "m": "MM",
    "-m": "FMMM",
    "M": "MI",
    "-M": "FMMI",
    "p": "AM",
    "S": "SS",
    "-S": "FMSS",
    "u": "ID",
    "V": "IW",
    "x": "YYYY-MM-DD",
    "X": "HH24:MI:SS",
    "y": "YY",
    "Y": "YYYY",
}
"""DuckDB's directives, without %, as to_char writes the same; those that it cannot are missing."""

_PIECE = re.compile(r"%(-?[A-Za-z])|%%|([^%]+)|%")


def time_text(node: exp.Expr, known: Known) -> exp.Expr:
    """strftime(x, format) is to_char(x, pattern); the arguments may stand in either order."""
    value, form = node.this, node.args["format"]
    if value.is_string and not form.is_string:
        value, form = form, value
    if value.is_string or known.kind(value) == "text":
        value = exp.cast(value.copy(), "timestamp")
    return call("to_char", value, exp.Literal.string(pattern(form)))


def pattern(form: exp.Expr) -> str:
    """A strftime format as a to_char pattern, with all that is no directive in quotes."""
    if not form.is_string:
        raise duckdb_only("a format that is no literal")
    made: list[str] = []
    for found in _PIECE.finditer(form.name):
        directive, text = found[1], found[2]
        if directive:
            if directive not in DIRECTIVES:
                raise duckdb_only(f"%{directive} in a format")
            made.append(DIRECTIVES[directive])
        else:
            made.append(_quoted(text or "%"))
    return "".join(made)


def _quoted(text: str) -> str:
    """Text that to_char is to leave as it is; signs need no quotes."""
    if not re.search(r"[A-Za-z\"\\]", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def format_braces(node: exp.Expr, _known: Known) -> exp.Expr:
    """format('{} and {}', x, y) is format('%s and %s', x, y); numbers' formats have no form."""
    template = node.this
    if not template.is_string or re.search(r"\{[^}]", template.name.replace("{{", "")):
        raise duckdb_only("format() with more than {} places")
    text = template.name.replace("%", "%%").replace("{}", "%s")
    text = text.replace("{{", "{").replace("}}", "}")
    return call("format", exp.Literal.string(text), *node.expressions)


def format_percent(node: exp.Expr, _known: Known) -> exp.Expr:
    """printf('%s of %d', x, y) is format('%s of %s', x, y); widths and digits have no form."""
    template, *values = node.expressions
    text = template.name if template.is_string else "%"
    if re.search(r"%(?![sd%])", text.replace("%%", "")):
        raise duckdb_only("printf() with more than %s and %d places")
    return call("format", exp.Literal.string(re.sub(r"%[sd]", "%s", text)), *values)
