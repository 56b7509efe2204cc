"""Coverage-guided fuzzing of the guard: any text in, a sound query or a refusal out.

atheris is no package of this project; it goes into an environment of its own:

    python -m venv /tmp/fuzz
    /tmp/fuzz/bin/pip install atheris pglast sqlglot sqlglotc PyYAML
    PYTHONPATH=. /tmp/fuzz/bin/python tests/guard/fuzz/fuzz_guard.py -max_total_time=600

Options are libFuzzer's. The corpora are the seeds; what atheris finds beside them stays in a
temporary folder. A finding ends the run with the text that made it, in the file `crash-…`.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path
from uuid import UUID

import atheris

with atheris.instrument_imports(include=["bot.guard"]):
    from bot.guard import guard
    from bot.guard.check import check

from pglast import ast, parse_sql
from pglast.stream import RawStream

import bot
from bot.domain import Code, Dialect, GuardedQuery, Refusal
from bot.guard.parse import walk
from bot.semantic import load

HERE = Path(__file__).parent
MODEL = load(Path(bot.__file__).parent / "semantic" / "game_stats.yml")
EVENTS = (UUID(int=1),)
DIALECTS = (Dialect.POSTGRES, Dialect.DUCKDB)
LINES = [
    json.loads(line)
    for name in ("attacks.jsonl", "honest.jsonl")
    for line in (HERE.parent / name).read_text().splitlines()
]
PIECES = [line["sql"].replace("(", " ( ").replace(")", " ) ").split() for line in LINES]


def encoded(line: dict[str, str]) -> bytes:
    """A line of a corpus as fuzzed bytes: the first byte is the dialect."""
    start = bytes([DIALECTS.index(Dialect(line["dialect"]))])
    return start + line["sql"].encode(errors="ignore")


def try_one(data: bytes) -> None:
    """Guard what `data` means, and raise for an outcome that is not sound."""
    if not data:
        return
    dialect = DIALECTS[data[0] % 2]
    outcome = guard(data[1:].decode(errors="surrogateescape"), dialect, MODEL, EVENTS)
    if isinstance(outcome, Refusal):
        if outcome.code is Code.BUG or not outcome.message:
            raise AssertionError(outcome)
    else:
        check_query(outcome)


def check_query(query: GuardedQuery) -> None:
    """Take the emitted text apart again, and guard what people are shown of it."""
    (statement,) = parse_sql(query.sql)
    fences = {cte.ctename for cte in (statement.stmt.withClause or ast.WithClause(ctes=())).ctes}
    inner = statement.stmt.fromClause[0].subquery
    check(inner, frozenset())
    named = {node.ctename for node in walk(inner) if isinstance(node, ast.CommonTableExpr)}
    for node in walk(inner):
        if isinstance(node, ast.RangeVar):
            assert node.schemaname is None, query.sql
            assert node.relname in named | fences, query.sql
    if RawStream(special_functions=True)(inner) == "":
        raise AssertionError(query.sql)
    again = guard(query.shown, Dialect.POSTGRES, MODEL, EVENTS)
    if isinstance(again, Refusal):
        assert again.code is Code.TOO_COMPLEX, (query.shown, again)
    else:
        assert again.sql == query.sql, (query.sql, again.sql)


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Half of the time libFuzzer's own way, else words of one statement put into another."""
    chance = random.Random(seed)
    if not data or chance.random() < 0.5:
        return bytes(atheris.Mutate(data, most))
    words = data[1:].decode(errors="ignore").replace("(", " ( ").replace(")", " ) ").split()
    for _ in range(chance.randint(1, 3)):
        other = chance.choice(PIECES)
        start, end = sorted(chance.choices(range(len(other) + 1), k=2))
        piece = other[start : min(end, start + 12)]
        at, until = sorted(chance.choices(range(len(words) + 1), k=2))
        way = chance.randrange(4)
        if way == 0:
            words[at:at] = piece
        elif way == 1:
            words[at : min(until, at + 4)] = piece
        elif way == 2:
            words[at : min(until, at + 4)] = []
        else:
            words[at:at] = ["(", *words[at:until], ")"]
    return (data[:1] + " ".join(words).encode())[:most]


def main() -> None:
    """Fuzz with libFuzzer's options from the command line."""
    with tempfile.TemporaryDirectory(prefix="gsb-fuzz-") as folder:
        for number, line in enumerate(LINES):
            (Path(folder) / f"{number:04}").write_bytes(encoded(line))
        options = ["-max_len=1500", "-timeout=20", "-rss_limit_mb=2000", folder]
        atheris.Setup([*sys.argv, *options], try_one, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
