"""Rules for DuckDB that sqlglot leaves as it is; each takes a tree and gives one."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

RULES: tuple[Callable[[exp.Query], exp.Query], ...] = ()
