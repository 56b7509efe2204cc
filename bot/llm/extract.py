"""Find the first SQL statement in what a language model wrote, also while it is still writing.

Models put SQL into fences, among prose, after thoughts in <think> tags, or say that a question is
not about the data. Nothing is judged here: a DELETE is taken out like a SELECT, for the guard to
refuse with a proper reason.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

REFUSAL = "NOT_ABOUT_DATA"
"""What a model is told to answer instead of SQL when a question is not about the data."""


@dataclass(frozen=True, slots=True)
class Found:
    """`closed` says that the statement has ended, `more` that something else comes after it."""

    sql: str
    closed: bool
    more: bool


# A thought without an end hides all that follows; an end without a beginning, all before it.
_THOUGHT = re.compile(
    r"""
    <(think|thinking|reasoning)>.*?(?:</\1>|\Z) | \A.*</(?:think|thinking|reasoning)>
    | <\|channel\|>analysis<\|message\|>.*?(?:<\|end\|>|\Z)
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
_INVISIBLE = str.maketrans(dict.fromkeys("\ufeff\u200b\u2060", "") | {"\u00a0": " "})

# Where a statement begins: at a line's start (in a list, a quotation, behind a comment or a
# prompt), or after a fence, a colon, a tag. WITH, FROM and the rest need what SQL puts behind
# them, since sentences begin with them too.
_START = re.compile(
    r"""
    (?:^[ \t]*(?:[-*>]|\d+[.)])? | ``` \w* | : | > | \] | \*/ | =[#>])
    [ \t`]* (?P<open>["']|\*\*|\$\$)? [ \t`]*
    (?P<sql> (?:\(\s*)* (?:
      SELECT\b (?![ ](?:the|all[ ]the)[ ])
    | WITH\s+ (?:RECURSIVE\s+)? "?\w+"? \s* (?:\([^()]*\)\s*)? AS\b
    | FROM\s+ \w+ \s* (?:SELECT|WHERE|GROUP|ORDER|LIMIT|;)
    | VALUES\s*\(
    | INSERT\s+INTO\b | DELETE\s+FROM\b | UPDATE\s+\S+\s+SET\b | MERGE\s+INTO\b
    | (?:DROP|CREATE|ALTER|TRUNCATE)\s+(?:TABLE|VIEW|INDEX|SCHEMA|DATABASE|ROLE|USER|FUNCTION)\b
    ))
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)

# “Select names from the teams table.”: a sentence about SQL.
_SENTENCE = re.compile(r"Select\b[^;\n]*[.:!][ \t]*$", re.MULTILINE)

# What ends a statement (a semicolon, a fence, a tag, a mark of the model's, prose), and what an end
# may hide in. A text or comment that is not closed runs to the end of what is there.
_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z) | --[^\n]* | /\*.*?(?:\*/|\Z)
    | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)
    | (?P<end>
        ; | ``` | ~~~ | </\w+> | <\|\w+\|> | \[/\w+\]
      | \n(?=[A-Z][a-z]+:(?!:))
      | \n[ \t]*\n(?=[A-Z][a-z]+[ ',] | [^\W\d_a-zA-Z])
      )
    """,
    re.VERBOSE | re.DOTALL,
)

_JSON = re.compile(r"\s*(?:```\w*\s*)?(?:\[\s*)?\{")
_KEYS = ("sql", "query")


def find_statement(text: str) -> Found | None:
    """The first statement in `text`; None if there is none, or none yet."""
    text = _readable(text)
    if _JSON.match(text):
        return _in_json(text)
    start = _first(text)
    if start is None:
        return None
    begin = start.start("sql")
    around = start["open"] or ""
    for token in _TOKEN.finditer(text, begin):
        if token["end"] is not None:
            rest = text[token.start() :].strip("; `\n\t")
            return Found(_inside(text[begin : token.start()], around), closed=True, more=bool(rest))
    return Found(_inside(text[begin:], around), closed=False, more=False)


def refused(text: str) -> bool:
    """Whether the model says, before any SQL, that the question is not about the data."""
    text = _readable(text)
    said = re.search(REFUSAL.replace("_", "[_ ]"), text, re.IGNORECASE)
    start = _first(text)
    return said is not None and (start is None or said.start() < start.start())


def enough(text: str) -> bool:
    """Whether reading on is of no use: the statement has ended and something else begins."""
    found = find_statement(text)
    return found is not None and found.closed and found.more


def _readable(text: str) -> str:
    return _THOUGHT.sub("", text.translate(_INVISIBLE))


def _first(text: str) -> re.Match[str] | None:
    matches = _START.finditer(text)
    return next((each for each in matches if not _SENTENCE.match(text, each.start("sql"))), None)


def _inside(sql: str, around: str) -> str:
    """A statement without the quotation marks or stars that the whole of it stands in."""
    sql = sql.strip(" `\n\t\r")
    return sql.removesuffix(around).rstrip() if around else sql


def _in_json(text: str) -> Found | None:
    """The statement in an answer that is a JSON object, once it is whole."""
    try:
        said, _end = json.JSONDecoder(strict=False).raw_decode(text, text.index("{"))
    except json.JSONDecodeError:
        return None
    sql = next((said[key] for key in _KEYS if isinstance(said.get(key), str)), "")
    return find_statement(sql)
