"""Rules for the DuckDB that sqlglot leaves as it is, a file for each subject.

    dots        x.upper() → upper(x)
    laterals    FROM t, (SELECT … t.id …) → LATERAL; names of VALUES' columns
    pivots      PIVOT, UNPIVOT → FILTER, VALUES
    stars       * EXCLUDE, REPLACE, RENAME, COLUMNS(…) → columns
    CALLS       functions and operators, innermost first (`aggregates`, `arithmetic`, `times`,
                `formats`, `texts`, `lists`, `casts`)
    outputs     names of outputs in WHERE, HAVING, ORDER BY and other outputs → expressions
    clauses     GROUP BY ALL, ORDER BY ALL, LIMIT 10%, USING SAMPLE, UNION BY NAME

A rule takes a node and what is known (`known`), and gives what stands for the node; each says what
DuckDB means by it. What has no form raises Refused.
"""

from bot.guard.rules.apply import apply
from bot.guard.rules.lacking import LACKING

__all__ = ["LACKING", "apply"]
