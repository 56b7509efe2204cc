"""The guard's time a statement, beside the bare parses and another project's validator.

    python -m tests.bench.guards [--postgres-mcp PYTHON]

The honest statements by their length, each ten times after one to warm up. The guard runs twice,
with sqlglot as installed (compiled) and with its Python sources. PYTHON is an interpreter of
another virtual environment that has postgres-mcp; it is no dependency of this project, and where
it is absent the bench says so. Its validator reads and walks the statement and changes nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.bench.measure import times

MODEL = Path("bot/semantic/game_stats.yml")
HONEST = Path("tests/guard/honest.jsonl")
ROUNDS = 10
SIZES = (("small", 0, 100), ("typical", 100, 250), ("large", 250, 10_000))
"""Names of sizes, each with the characters that a statement has: from, up to but without."""

POSTGRES_MCP = """
import json, logging, sys, time, types
from importlib.util import find_spec
logging.disable()
where = find_spec("postgres_mcp").submodule_search_locations
# Without the package's own start-up, which opens a server.
for name in ("postgres_mcp", "postgres_mcp.sql"):
    module = types.ModuleType(name)
    module.__path__ = [f"{place}/sql" if name.endswith("sql") else place for place in where]
    sys.modules[name] = module
from postgres_mcp.sql.safe_sql import SafeSqlDriver
driver, found = SafeSqlDriver(None), []
for sql in json.load(sys.stdin):
    for number in range(ROUNDS + 1):
        start = time.perf_counter()
        try:
            driver._validate(sql)
        except ValueError:
            pass  # refused: that takes its time as well
        if number:
            found.append(time.perf_counter() - start)
    print(json.dumps(found))
    found = []
"""


class _Sources(MetaPathFinder):
    """Finds sqlglot's Python sources where its compiled modules would come first."""

    def find_spec(self, name: str, path: Sequence[str] | None, _target: Any = None) -> Any:
        found: ModuleSpec | None = None
        if name.partition(".")[0] == "sqlglot":
            for place in path or sys.path:
                details: tuple[type[Loader], list[str]] = (SourceFileLoader, [".py"])
                found = found or FileFinder(place, details).find_spec(name)
        return found


def bench_guards(postgres_mcp: str = "") -> None:
    """Print a table: sizes across, what was measured down."""
    lines = statements()
    print(f"Guard, milliseconds a statement (median, p99), {ROUNDS} runs each")
    counts = {name: len(_of_size(lines, name)) for name, *_ in SIZES}
    print(f"  {'':<44}" + "".join(f"{f'{name} ({counts[name]})':>18}" for name in counts))
    for what, command in (
        ("guard, sqlglot compiled", ["guard"]),
        ("guard, sqlglot in Python", ["guard", "--sources"]),
        ("sqlglot.parse, compiled", ["sqlglot"]),
        ("sqlglot.parse, in Python", ["sqlglot", "--sources"]),
        ("pglast.parse_sql", ["pglast"]),
    ):
        _print(what, lines, _child([sys.executable, "-m", "tests.bench.guards", *command]))
    if postgres_mcp:
        texts = json.dumps([line["sql"] for line in lines])
        program = f"ROUNDS = {ROUNDS}\n{POSTGRES_MCP}"
        _print("postgres-mcp's validator", lines, _child([postgres_mcp, "-c", program], texts))
    else:
        print("  postgres-mcp is absent: --postgres-mcp PYTHON names an environment that has it")


def statements() -> list[dict[str, str]]:
    """The honest statements in PostgreSQL, which all that is measured can read."""
    lines = [json.loads(line) for line in HONEST.read_text().splitlines() if line]
    return [line for line in lines if line["dialect"] == "postgres"]


def _of_size(lines: Iterable[dict[str, str]], size: str) -> list[int]:
    (bounds,) = [(low, high) for name, low, high in SIZES if name == size]
    return [n for n, line in enumerate(lines) if bounds[0] <= len(line["sql"]) < bounds[1]]


def _child(command: list[str], text: str = "") -> list[list[float]]:
    """Seconds of each run of each statement, as another process measured them."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def _print(what: str, lines: list[dict[str, str]], seconds: list[list[float]]) -> None:
    text = f"  {what:<44}"
    for size, *_ in SIZES:
        found = times(what, [each for n in _of_size(lines, size) for each in seconds[n]])
        text += f"{found.median:11.3f}{found.p99:7.2f}"
    print(text)


def _measure(what: str) -> None:
    """Print a line of seconds for each statement."""
    act = {"guard": _guard, "sqlglot": _sqlglot, "pglast": _pglast}[what]()
    for line in statements():
        found = []
        for number in range(ROUNDS + 1):
            start = time.perf_counter()
            act(line["sql"])
            if number:
                found.append(time.perf_counter() - start)
        print(json.dumps(found))


def _guard() -> Callable[[str], object]:
    from bot.domain import Dialect, GuardedQuery
    from bot.guard import guard
    from bot.semantic import load

    model = load(MODEL)

    def act(sql: str) -> None:
        guarded = guard(sql, Dialect.POSTGRES, model, (UUID(int=1),))
        assert isinstance(guarded, GuardedQuery), guarded

    return act


def _sqlglot() -> Callable[[str], object]:
    import sqlglot
    from sqlglot.errors import SqlglotError

    def act(sql: str) -> None:
        with suppress(SqlglotError):  # it does not know every operator of PostgreSQL
            sqlglot.parse(sql, read="postgres")

    return act


def _pglast() -> Callable[[str], object]:
    import pglast

    return pglast.parse_sql


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if "--sources" in arguments:
        sys.meta_path.insert(0, _Sources())
    if arguments and not arguments[0].startswith("--"):
        _measure(arguments[0])
    else:
        bench_guards(arguments[1] if arguments[:1] == ["--postgres-mcp"] else "")
