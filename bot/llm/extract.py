"""Find the first SQL statement in what a language model wrote, also while it is still writing.

Models put SQL into fences, among prose, after thoughts in <think> tags, or say that a question is
not about the data. Nothing is judged here: a DELETE is taken out like a SELECT, for the guard to
refuse with a proper reason.
"""

from __future__ import annotations

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


_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)

# Where a statement begins: at a line's start, or after a fence or a colon. WITH, FROM and the rest
# need what SQL puts behind them, since sentences begin with them too.
_START = re.compile(
    r"""
    (?:^|```\w*|:) [ \t`]*
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

# What ends a statement (a semicolon, a fence, a paragraph of prose), and what an end may hide in.
# A text or comment that is not closed runs to the end of what is there.
_TOKEN = re.compile(
    r"""
    '(?:[^']|'')*(?:'|\Z) | "(?:[^"]|"")*(?:"|\Z) | --[^\n]* | /\*.*?(?:\*/|\Z)
    | \$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)
    | (?P<end>; | ``` | \n[ \t]*\n(?=[A-Z][a-z]+[ ',]))
    """,
    re.VERBOSE | re.DOTALL,
)


def find_statement(text: str) -> Found | None:
    """The first statement in `text`; None if there is none, or none yet."""
    text = _THOUGHT.sub("", text)
    start = _START.search(text)
    if start is None:
        return None
    begin = start.start("sql")
    for token in _TOKEN.finditer(text, begin):
        if token["end"] is not None:
            rest = text[token.start() :].strip("; `\n\t")
            return Found(text[begin : token.start()].strip(), closed=True, more=bool(rest))
    return Found(text[begin:].strip(" `\n\t"), closed=False, more=False)


def refused(text: str) -> bool:
    """Whether the model says, before any SQL, that the question is not about the data."""
    text = _THOUGHT.sub("", text)
    said = re.search(REFUSAL.replace("_", "[_ ]"), text, re.IGNORECASE)
    start = _START.search(text)
    return said is not None and (start is None or said.start() < start.start())


def enough(text: str) -> bool:
    """Whether reading on is of no use: the statement has ended and something else begins."""
    found = find_statement(text)
    return found is not None and found.closed and found.more
